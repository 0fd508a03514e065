//! Putting the shadow live: two renames in one transaction, on the session that holds the lock.

mod clear;
mod obstacles;
mod properties;
mod sessions;

pub(crate) use clear::Clearing;
pub(crate) use obstacles::{refuse_obstacles, refuse_to_rename};
pub(crate) use properties::{changes, try_properties};
pub(crate) use sessions::unendable;

use crate::config::{Address, PREVIOUS, SHADOW, Session, identifier, own_name};
use crate::heal::drop_database;
use crate::load::Work;
use crate::lock::stale;
use crate::stamp::{Known, Mark, look_up, statement};
use async_trait::async_trait;
use properties::Properties;
use std::sync::Arc;
use std::time::Duration;
use weir_engine::{Context, Live, Previous, Ready, ScriptEffect, SilentObserver};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;
use weir_model::stamp::{Stamp, Token};

/// How often the renames are tried: each waits about five seconds for others to leave.
const ATTEMPTS: u32 = 6;
/// How long a server may take over what must not be given up half-way.
const COMMIT: Duration = Duration::from_secs(60);

/// A proven shadow.
pub(crate) struct ReadyCopy {
    /// The shadow.
    pub(crate) work: Work,
    /// Rows as they will be live.
    pub(crate) tables: Vec<TableDigest>,
    /// What the scripts did to row counts.
    pub(crate) effects: Vec<ScriptEffect>,
}

#[async_trait]
impl Ready for ReadyCopy {
    fn tables(&self) -> &[TableDigest] {
        &self.tables
    }

    fn effects(&self) -> &[ScriptEffect] {
        &self.effects
    }

    async fn swap(self: Box<Self>, context: &Context) -> Result<Live> {
        let ReadyCopy { work, .. } = *self;
        match swap(&work, context).await {
            Ok(live) => {
                work.lock.release().await;
                Ok(live)
            }
            Err(error) => {
                // The copy that is live was not touched; what was built for it goes.
                work.discard().await?;
                Err(error)
            }
        }
    }

    async fn discard(self: Box<Self>) -> Result<()> {
        self.work.discard().await
    }
}

async fn swap(work: &Work, context: &Context) -> Result<Live> {
    let (address, session) = (&work.address, &work.lock.session);
    let doing = "put the new copy live on";
    context.check(doing)?;
    let stamp = work.request.stamp.clone();
    let live = look_up(session, &address.database).await?;
    if let Some(live) = &live {
        refuse_to_rename(session, address, live.oid, context).await?;
    }
    let keep = work.request.previous == Previous::Keep;
    let renames = Renames::of(work, live.as_ref(), &stamp, keep).await?;
    if keep && live.is_some() {
        context.checkpoint(Checkpoint::PreviousKept);
        context.check(doing)?;
    }
    let mut attempt = 0;
    loop {
        attempt += 1;
        context.check(doing)?;
        context.checkpoint(Checkpoint::Swapping);
        context.check(doing)?;
        match renames.attempt(work, context).await {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                context.note(format!(
                    "sessions stood in the way of the swap: attempt {attempt}"
                ));
                if let Some(live) = &live {
                    refuse_to_rename(session, address, live.oid, context).await?;
                }
            }
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    // From here on the new copy is live, and no request to stop is heard.
    prove_live(address, stamp.token).await?;
    context.checkpoint(Checkpoint::Swapped);
    let previous = own_name(PREVIOUS, &address.database);
    if !keep && live.is_some() {
        drop_database(&unheard_session(address).await?, &previous).await?;
    }
    Ok(Live {
        stamp,
        previous_kept: keep && live.is_some(),
    })
}

/// Everything that happens in the transaction of the swap.
struct Renames {
    statements: Vec<String>,
    live: Option<u32>,
    token: Token,
}

impl Renames {
    async fn of(work: &Work, live: Option<&Known>, stamp: &Stamp, keep: bool) -> Result<Self> {
        let (address, session) = (&work.address, &work.lock.session);
        let (name, shadow) = (&address.database, own_name(SHADOW, &address.database));
        let previous = own_name(PREVIOUS, name);
        let built = look_up(session, &shadow).await?;
        let Some(built) = built else {
            return Err(gone(address));
        };
        let mut statements = Vec::new();
        let mark = Mark {
            fence: stamp.token,
            stamp: Some(stamp.clone()),
            ..Mark::default()
        };
        let mut text = "";
        if let Some(live) = live {
            let mark = Mark {
                replaced_at: Some(now(session).await?),
                discard: !keep,
                ..live.mark.clone().unwrap_or_default()
            };
            statements.push(rename(name, &previous));
            statements.push(statement(&previous, live.oid, live.text(), &mark));
            text = live.text();
        }
        let properties = Properties::read(session, live.map(|live| live.oid)).await?;
        statements.extend(properties.statements(
            address,
            &shadow,
            live.map(|live| live.owner.as_str()),
        ));
        statements.push(statement(&shadow, built.oid, text, &mark));
        statements.push(rename(&shadow, name));
        Ok(Self {
            statements,
            live: live.map(|live| live.oid),
            token: stamp.token,
        })
    }

    /// Tries once. The first rename takes the lock that keeps others from entering; only behind it
    /// is the token compared.
    async fn attempt(&self, work: &Work, context: &Context) -> Result<()> {
        let (address, session) = (&work.address, &work.lock.session);
        let clearing = Clearing::start(address, &self.crowded(address), context).await?;
        let done = self.transaction(address, session).await;
        clearing.stop().await;
        if done.is_err() {
            // The server has undone everything; a session that is gone has nothing to undo.
            let _ = session.run("undo the swap on", "ROLLBACK").await;
        }
        done.map_err(not_swapped)
    }

    fn crowded(&self, address: &Address) -> Vec<String> {
        vec![
            address.database.clone(),
            own_name(SHADOW, &address.database),
        ]
    }

    async fn transaction(&self, address: &Address, session: &Session) -> Result<()> {
        let doing = "put the new copy live from";
        session.run(doing, "BEGIN").await?;
        let mut statements = self.statements.iter();
        let first = statements.next().map(String::as_str).unwrap_or_default();
        session.run(doing, first).await?;
        let previous = own_name(PREVIOUS, &address.database);
        let at = if self.live.is_some() {
            &previous
        } else {
            &address.database
        };
        let found = look_up(session, at).await?;
        if let Some(found) = found.as_ref().filter(|found| found.mark.is_some())
            && found.fence() >= self.token
        {
            return Err(stale(address, self.token, found.fence()));
        }
        if found.map(|found| found.oid) != self.live {
            return Err(changed(address));
        }
        for statement in statements {
            session.run(doing, statement).await?;
        }
        let commit = session.client().batch_execute("COMMIT");
        match tokio::time::timeout(COMMIT, commit).await {
            Ok(done) => done.map_err(|error| session.subject.failure(doing, error)),
            Err(_) => Err(unknown(address)),
        }
    }
}

fn rename(from: &str, to: &str) -> String {
    format!(
        "ALTER DATABASE {} RENAME TO {}",
        identifier(from),
        identifier(to)
    )
}

/// What the server refused while copies changed places. Sessions that would not leave in time may
/// have left when it is tried again.
pub(crate) fn not_swapped(error: Error) -> Error {
    if error.kind() != Kind::Target {
        return error;
    }
    let failed = Error::new(Kind::Swap, error.doing(), error.cause());
    if error.cause().contains("is being accessed by other users") {
        return failed.transient().hint(
            "sessions that Weir may not end are in the database: `weir doctor` names what to grant",
        );
    }
    let failed = failed.hint(error.hint_text().unwrap_or("see the server's log"));
    match error.is_transient() {
        true => failed.transient(),
        false => failed,
    }
}

async fn now(session: &Session) -> Result<i64> {
    let doing = "ask for the time of";
    let sql = "SELECT extract(epoch FROM pg_catalog.clock_timestamp())::bigint";
    match session.row(doing, sql, &[]).await? {
        Some(row) => session.get(doing, &row, 0),
        None => Ok(0),
    }
}

/// For what is done whether or not the run was told to stop.
pub(crate) fn unheard() -> Context {
    Context::new(Arc::new(SilentObserver))
}

async fn unheard_session(address: &Address) -> Result<Session> {
    Session::maintenance(address, Kind::Swap, &unheard()).await
}

/// Reads back, on a fresh connection, that the copy with this token is live.
pub(crate) async fn prove_live(address: &Address, token: Token) -> Result<()> {
    let session = unheard_session(address).await?;
    match look_up(&session, &address.database).await? {
        Some(live) if live.fence() == token => Ok(()),
        Some(live) if live.fence() > token => Err(stale(address, token, live.fence())),
        _ => Err(changed(address)),
    }
}

fn gone(address: &Address) -> Error {
    let doing = format!("put the new copy of {} live", address.database);
    Error::new(Kind::Swap, doing, "the new copy is gone")
        .hint("somebody dropped it; the live copy is as it was: run again")
}

fn changed(address: &Address) -> Error {
    let doing = format!("put the new copy of {} live", address.database);
    Error::new(
        Kind::Swap,
        doing,
        "somebody replaced the live database meanwhile",
    )
    .hint("find out who makes or renames this database, then run again")
}

fn unknown(address: &Address) -> Error {
    let doing = format!("put the new copy of {} live", address.database);
    let cause = "the server did not say whether it did: it is all old or all new";
    Error::new(Kind::Swap, doing, cause).hint("run again when the server answers")
}
