//! Where a server's log stands, within a snapshot or beside it.

use crate::config::Session;
use futures::future::try_join_all;
use std::time::Duration;
use weir_model::error::Result;

/// How often several snapshots are opened in the hope that nobody commits in between.
const ATTEMPTS: u32 = 30;
/// How often each snapshot of MariaDB is asked where it is: the server keeps the answer in one place
/// for all connections, where a stranger who asks just then puts his own.
const ROUNDS: u32 = 3;
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// For how long a MySQL must not have committed: a transaction stands in its log a moment before
/// others see it.
const SETTLED: Duration = Duration::from_millis(200);

/// How often a connection is asked for its position. The server prints it from a place that all
/// connections share: who asks at the same moment as another may be told the other's.
const LOOKS: u32 = 3;

/// A position of a server's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) file: String,
    pub(super) offset: String,
    /// The transactions up to there, where the server numbers them.
    pub(super) gtid: String,
}

impl Position {
    /// The same for a manifest.
    pub(super) fn text(&self) -> String {
        match self.gtid.is_empty() {
            true => format!("{}:{}", self.file, self.offset),
            false => self.gtid.split_whitespace().collect(),
        }
    }
}

/// Begins a transaction with a snapshot on each connection.
pub(super) async fn begin(readers: &mut [Session]) -> Result<()> {
    let sql = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    let beginning = readers
        .iter_mut()
        .map(|session| session.run("open a snapshot of", sql));
    try_join_all(beginning).await?;
    Ok(())
}

/// Opens the snapshots, without any lock, until all of them are at one position of the log. None
/// when that cannot be told, or did not come to pass.
pub(super) async fn compared(readers: &mut [Session]) -> Result<Option<Position>> {
    let Some(first) = readers.first_mut() else {
        return Ok(None);
    };
    let is_mariadb = first.server.is_mariadb();
    if !tells_everything(first).await? {
        return Ok(None);
    }
    for attempt in 0..ATTEMPTS {
        let equal = match is_mariadb {
            true => snapshots_equal(readers).await?,
            false => nothing_committed(readers).await?,
        };
        if equal.is_some() {
            return Ok(equal);
        }
        let pause = Duration::from_millis(5 * u64::from(attempt + 1)).min(LONGEST_PAUSE);
        rest(readers, pause).await?;
    }
    Ok(None)
}

/// Whether every change of rows moves the position: a filter or a replica that logs nothing would
/// leave some out. Who may not see that is told no.
async fn tells_everything(session: &mut Session) -> Result<bool> {
    let Some(state) = master_status(session).await else {
        return Ok(false);
    };
    if !session.server.is_mariadb() {
        return Ok(!state.position.gtid.is_empty() && !state.is_filtered);
    }
    let doing = "ask for the log of";
    let sql = "SELECT @@GLOBAL.log_slave_updates OR (SELECT VARIABLE_VALUE = 0 \
               FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'SLAVES_RUNNING')";
    let row = session.row(doing, sql).await?;
    let logs_all = row.map(|row| row.optional_number(0)).transpose()?.flatten();
    Ok(!state.is_filtered && logs_all == Some(1))
}

/// MariaDB ties a snapshot to the position of the log, within each connection.
async fn snapshots_equal(readers: &mut [Session]) -> Result<Option<Position>> {
    begin(readers).await?;
    let mut first = None;
    for _ in 0..ROUNDS {
        for session in readers.iter_mut() {
            let Some(position) = of_snapshot(session).await? else {
                return Ok(None);
            };
            if *first.get_or_insert_with(|| position.clone()) != position {
                return Ok(None);
            }
        }
    }
    Ok(first)
}

/// MySQL only tells where its log is by now: equal some time before and after means that nothing
/// was committed in between.
async fn nothing_committed(readers: &mut [Session]) -> Result<Option<Position>> {
    let before = now(readers).await;
    rest(readers, SETTLED).await?;
    let settled = now(readers).await;
    begin(readers).await?;
    rest(readers, SETTLED).await?;
    let after = now(readers).await;
    let is_still = before == settled && settled == after;
    Ok(after.filter(|_| is_still))
}

async fn now(readers: &mut [Session]) -> Option<Position> {
    let session = readers.first_mut()?;
    master_status(session).await.map(|state| state.position)
}

async fn rest(readers: &[Session], time: Duration) -> Result<()> {
    let Some(session) = readers.first() else {
        return Ok(());
    };
    let pause = async {
        tokio::time::sleep(time).await;
        Ok(())
    };
    session
        .context
        .unless_stopped("open a snapshot", pause)
        .await
}

/// The position of a MariaDB connection's snapshot; `None` without a binary log, and when the server
/// does not say the same each time. MUST NOT be asked on two connections at once.
async fn of_snapshot(session: &mut Session) -> Result<Option<Position>> {
    let first = told(session).await?;
    for _ in 1..LOOKS {
        if told(session).await? != first {
            return Ok(None);
        }
    }
    Ok(first)
}

async fn told(session: &mut Session) -> Result<Option<Position>> {
    let doing = "ask for the position of";
    let sql = "SHOW STATUS WHERE Variable_name IN \
               ('Binlog_snapshot_file', 'Binlog_snapshot_position')";
    let rows = session.rows(doing, sql).await?;
    let mut values = rows.iter().map(|row| row.text(1));
    let (Some(file), Some(offset)) = (values.next(), values.next()) else {
        return Ok(None);
    };
    let position = Position {
        file: file?,
        offset: offset?,
        gtid: String::new(),
    };
    Ok(Some(position).filter(|position| !position.file.is_empty()))
}

/// The same with the number of the last transaction.
pub(super) async fn numbered(session: &mut Session, position: Position) -> Result<Position> {
    let sql = format!(
        "SELECT BINLOG_GTID_POS({}, {})",
        crate::config::literal(&position.file),
        position.offset
    );
    let row = session.row("ask for the position of", &sql).await?;
    let gtid = row.map(|row| row.optional(0)).transpose()?.flatten();
    Ok(Position {
        gtid: gtid.unwrap_or_default(),
        ..position
    })
}

/// Where the log stands by now, and whether it leaves something out.
struct State {
    position: Position,
    is_filtered: bool,
}

/// `None` where there is no log, or this user may not ask.
async fn master_status(session: &mut Session) -> Option<State> {
    let sql = match session.server.is_mariadb() || session.server.version < (8, 2, 0) {
        true => "SHOW MASTER STATUS",
        false => "SHOW BINARY LOG STATUS",
    };
    let row = session.row("ask for the position of", sql).await.ok()??;
    let text = |at| row.optional(at).ok().flatten().unwrap_or_default();
    Some(State {
        position: Position {
            file: text(0),
            offset: text(1),
            gtid: text(4),
        },
        is_filtered: !text(2).is_empty() || !text(3).is_empty(),
    })
}

/// Where the log of a server stands that is held still, where it cannot be told afterwards.
pub(super) async fn while_held(readers: &mut [Session]) -> Result<Option<Position>> {
    match readers.first_mut() {
        Some(session) if !session.server.is_mariadb() => {
            Ok(master_status(session).await.map(|state| state.position))
        }
        _ => Ok(None),
    }
}

/// Where the log stood, as snapshots of MariaDB go on telling.
pub(super) async fn afterwards(readers: &mut [Session]) -> Result<Option<Position>> {
    match readers.first_mut() {
        Some(session) if session.server.is_mariadb() => of_snapshot(session).await,
        _ => Ok(None),
    }
}
