//! One moment of a database, seen by several connections.

use super::guardian::{self, Listed};
use super::locks::{self, Asked, Means};
use super::positions::{self, Position};
use crate::config::{Address, Session, connections};
use crate::diagnose::refuse_partial;
use futures::future::try_join_all;
use jiff::Timestamp;
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// How long a server is held still at most: commits or writes wait for it.
const HELD: Duration = Duration::from_secs(5);

/// The moment that is dumped, and where.
pub(crate) struct Moment {
    /// Where the database is.
    pub(crate) address: Address,
    /// Keeps the tables from being altered while it lives.
    pub(crate) guardian: Session,
    /// Each sees the moment in a transaction of its own.
    pub(crate) readers: Vec<Session>,
    /// Keeps those tables from being written that no transaction sees, and reads them.
    pub(crate) keeper: Option<Session>,
    /// The names of these tables.
    pub(crate) kept: Vec<String>,
    /// How all of them came to see the same.
    pub(crate) mode: &'static str,
    /// Where the server's log stood.
    pub(super) position: Option<Position>,
    /// When it was.
    pub(super) began: Timestamp,
}

/// How the snapshots were opened.
struct Taken {
    mode: &'static str,
    position: Option<Position>,
}

/// Takes the snapshot, by the lightest means there are.
pub(crate) async fn take(address: Address, context: &Context) -> Result<Moment> {
    let mut guardian = Session::open(&address, Kind::Source, context).await?;
    refuse_partial(&mut guardian, &address).await?;
    let tables = guardian::hold(&mut guardian, &address.database).await?;
    let keeper = guardian::keep(&address, &tables, context).await?;
    let mut readers = readers(&address, context).await?;
    let mut all: Vec<&mut Session> = vec![&mut guardian];
    all.extend(readers.iter_mut());
    refuse_several_servers(&address, all).await?;
    let taken = snapshots(&address, &mut readers, &tables, context).await?;
    let position = match (taken.position, readers.first_mut()) {
        (Some(position), Some(session)) if session.server.is_mariadb() => {
            Some(positions::numbered(session, position).await?)
        }
        (position, _) => position,
    };
    let kept = tables.into_iter().filter(|table| !table.is_transactional);
    Ok(Moment {
        guardian,
        readers,
        keeper,
        kept: kept.map(|table| table.name).collect(),
        mode: taken.mode,
        position,
        // When data was true is told by this side's clock, as for every engine.
        began: Timestamp::now(),
        address,
    })
}

async fn readers(address: &Address, context: &Context) -> Result<Vec<Session>> {
    let opening = (0..connections()).map(|_| async {
        let mut session = Session::open(address, Kind::Source, context).await?;
        session.use_schema(&address.database).await?;
        let level = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";
        session.run("prepare a snapshot of", level).await?;
        Ok(session)
    });
    try_join_all(opening).await
}

/// Opens the snapshots.
async fn snapshots(
    address: &Address,
    readers: &mut Vec<Session>,
    tables: &[Listed],
    context: &Context,
) -> Result<Taken> {
    let is_mariadb = readers
        .first()
        .is_some_and(|session| session.server.is_mariadb());
    // Commits wait some milliseconds, and nothing else does. What the log tells of snapshots that
    // were opened without any lock is kept by the server in one place for all connections, so a
    // stranger's question at the wrong moment makes two positions look alike.
    if is_mariadb
        && let Some(taken) = under_lock(address, readers, &Means::backup_stage(), context).await?
    {
        return Ok(taken);
    }
    if let Some(position) = positions::compared(readers).await? {
        let mode = match is_mariadb {
            true => "binlog-snapshot",
            false => "gtid-compared",
        };
        return Ok(Taken {
            mode,
            position: Some(position),
        });
    }
    let names = tables.iter().filter(|table| table.is_transactional);
    let names: Vec<&str> = names.map(|table| table.name.as_str()).collect();
    let mut means = Vec::new();
    if !is_mariadb {
        means.push(Means::global_read_lock());
    }
    if !names.is_empty() {
        means.push(Means::tables("table-locks", &names));
    }
    for means in means {
        if let Some(taken) = under_lock(address, readers, &means, context).await? {
            return Ok(taken);
        }
    }
    alone(readers).await
}

/// Opens the snapshots while nothing can be committed. None where this user
/// may not do that, or others did not let go.
async fn under_lock(
    address: &Address,
    readers: &mut [Session],
    means: &Means,
    context: &Context,
) -> Result<Option<Taken>> {
    let mut session = Session::open(address, Kind::Source, context).await?;
    session.use_schema(&address.database).await?;
    if !matches!(locks::acquire(&mut session, means).await?, Asked::Held) {
        session.close().await;
        return Ok(None);
    }
    // Everybody waits meanwhile, so nothing is asked here that others can hold up: a statement about
    // accounts or status may wait for one that waits for this very lock.
    let opening = async {
        positions::begin(readers).await?;
        positions::while_held(readers).await
    };
    let opened = tokio::time::timeout(HELD, opening).await;
    // The lock goes with the connection, whatever came of the snapshots.
    session.close().await;
    let Ok(opened) = opened else {
        return Err(held_too_long(address));
    };
    let position = match opened? {
        Some(position) => Some(position),
        None => positions::afterwards(readers).await?,
    };
    Ok(Some(Taken {
        mode: means.mode,
        position,
    }))
}

fn held_too_long(address: &Address) -> Error {
    let doing = format!("open snapshots of {}", address.place());
    let cause = format!(
        "the server did not open them within {} seconds, so it was let go",
        HELD.as_secs()
    );
    Error::new(Kind::Source, doing, cause)
        .hint("see what it is busy with in SHOW PROCESSLIST, then run again")
        .transient()
}

/// One connection needs nobody's leave to see one moment.
async fn alone(readers: &mut Vec<Session>) -> Result<Taken> {
    readers.truncate(1);
    positions::begin(readers).await?;
    if let Some(session) = readers.first() {
        session.context.note(format!(
            "{} is read by one connection alone, since nobody could be kept from writing while \
             several begin: BINLOG MONITOR (MariaDB), RELOAD or LOCK TABLES may do it",
            session.subject.place
        ));
    }
    Ok(Taken {
        mode: "single-connection",
        position: positions::afterwards(readers).await?,
    })
}

/// Behind one address there may be several servers, which are never at the same moment.
async fn refuse_several_servers(address: &Address, sessions: Vec<&mut Session>) -> Result<()> {
    let mut first = None;
    for session in sessions {
        let server = server(session).await?;
        if first.get_or_insert_with(|| server.clone()) != &server {
            let doing = format!("read {} by several connections", address.database);
            let cause = format!("{} leads to more than one server", address.server());
            return Err(Error::new(Kind::Source, doing, cause).hint(
                "name one server in `url`: not a proxy or an endpoint that balances its load",
            ));
        }
    }
    Ok(())
}

/// Which server this is.
async fn server(session: &mut Session) -> Result<Vec<Option<String>>> {
    let number = match session.server.is_mariadb() {
        true => "@@server_id",
        false => "@@server_uuid",
    };
    let sql = format!("SELECT @@hostname, @@port, @@datadir, {number}");
    let row = session.row("ask which server this is of", &sql).await?;
    let row = row.iter().flat_map(|row| (0..4).map(|at| row.optional(at)));
    row.collect()
}
