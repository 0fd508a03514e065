//! The change of places itself: tried a few times, each time waiting a little for others to leave,
//! and finished once it has happened, whether or not the run is told to stop.

use super::exchange::Exchange;
use super::steps::{self, Step};
use super::{blockers, foreign_keys};
use crate::config::{Address, Session, code, mark_name, numbers};
use crate::heal::drop_leftovers;
use crate::lock::{TargetLock, stale};
use crate::stamp::{self, Mark, look_up};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_engine::{Context, SilentObserver};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;

/// How long each try waits for others, in seconds: everybody else waits behind it as long.
const WAITS: [u64; 6] = [1, 2, 3, 5, 5, 5];
/// How long sessions wait for others otherwise, in seconds.
const USUAL_WAIT: u64 = 60;
/// How long to wait between two tries, so that others get on with their work: this times the try.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a server may take over what must not be given up half-way.
const UNHEARD: Duration = Duration::from_secs(3600);

/// For what is done whether or not the run was told to stop.
pub(crate) fn unheard() -> Context {
    let surroundings = Context::new(Arc::new(SilentObserver));
    surroundings.with_deadline(Instant::now().checked_add(UNHEARD))
}

/// Does it. The live copy is as it was when this fails, unless the error says otherwise.
pub(crate) async fn make(
    session: &mut Session,
    address: &Address,
    exchange: &Exchange,
    mark: &Mark,
    context: &Context,
) -> Result<()> {
    let done = attempts(session, address, exchange, mark, context).await?;
    session.listen_to(&unheard());
    let settled = settle(session, address, exchange, mark, done, context).await;
    session.listen_to(context);
    settled
}

/// Tries until it has happened; says how many of the steps are done.
async fn attempts(
    session: &mut Session,
    address: &Address,
    exchange: &Exchange,
    mark: &Mark,
    context: &Context,
) -> Result<usize> {
    let doing = "put the new copy live on";
    for (attempt, wait) in WAITS.iter().enumerate() {
        context.check(doing)?;
        context.checkpoint(Checkpoint::Swapping);
        context.check(doing)?;
        refuse_stale(session, address, mark).await?;
        let failed = match attempt_once(session, address, exchange, mark, *wait).await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if code(&failed) != Some(numbers::LOCK_WAIT_TIMEOUT) {
            return Err(not_swapped(address, &failed));
        }
        let who = who(session, &address.database).await;
        if attempt + 1 == WAITS.len() {
            return Err(blocked(address, &who));
        }
        let pause = PAUSE.saturating_mul(u32::try_from(attempt + 1).unwrap_or(1));
        let left: u64 = WAITS.iter().skip(attempt + 1).sum();
        context.waiting(
            format!("tables that are in use: {who}"),
            Duration::from_secs(left),
        );
        let pausing = async {
            tokio::time::sleep(pause).await;
            Ok(())
        };
        context.unless_stopped(doing, pausing).await?;
    }
    Err(blocked(address, "nobody"))
}

/// Fails when a newer run was here. Behind this, a newer run's mark makes the RENAME itself fail: it
/// has taken the place of the one that is renamed, or the copy that was built is gone.
async fn refuse_stale(session: &mut Session, address: &Address, mark: &Mark) -> Result<()> {
    match look_up(session, address).await? {
        Some(live) if live.fence >= mark.fence => Err(stale(address, mark.fence, live.fence)),
        _ => Ok(()),
    }
}

async fn attempt_once(
    session: &mut Session,
    address: &Address,
    exchange: &Exchange,
    mark: &Mark,
    wait: u64,
) -> Result<usize> {
    let packet = exchange.packet(&session.server);
    let doing = "put the new copy live on";
    let context = session.context.clone();
    session.listen_to(&unheard());
    let sent = match wait_for_others(session, wait).await {
        Ok(()) => session.run(doing, &packet.statements.join(";\n")).await,
        Err(error) => Err(error),
    };
    let result = match sent {
        Ok(()) => Ok(packet.steps),
        Err(error) => after_failure(session, address, mark, error).await,
    };
    session.listen_to(&context);
    result
}

/// What failed may have been behind the RENAME, or only the answer to it: the server is asked.
async fn after_failure(
    session: &mut Session,
    address: &Address,
    mark: &Mark,
    error: Error,
) -> Result<usize> {
    let clean = ["UNLOCK TABLES"]
        .into_iter()
        .chain(super::objects::OWN_SETTINGS);
    for statement in clean {
        if session
            .run("prepare a session of", statement)
            .await
            .is_err()
        {
            return lost(address, mark, error, session.connection_id()).await;
        }
    }
    match look_up(session, address).await? {
        Some(live) if live == *mark => return Ok(0),
        _ => {}
    }
    if let Some(undo) = &mark.undo
        && undo.is_needed(session, &address.database).await?
    {
        undo.run(session, address).await?;
    }
    Err(error)
}

/// The connection is gone, and the lock with it. Who killed it may have left half a RENAME, which is
/// undone here, or by whoever comes next and has the lock.
async fn lost(address: &Address, mark: &Mark, error: Error, connection: u32) -> Result<usize> {
    let mut fresh = Session::open(address, Kind::Swap, &unheard()).await?;
    let sql = format!("SELECT ID FROM information_schema.PROCESSLIST WHERE ID = {connection}");
    // Until the server has let go of the connection, what it was doing may still happen.
    while fresh.row("look for a connection of", &sql).await?.is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    fresh.close().await;
    let mut lock = TargetLock::take(address, &unheard()).await?;
    let live = look_up(&mut lock.session, address).await;
    let mended = drop_leftovers(&mut lock, address).await;
    lock.release().await;
    mended?;
    match live? {
        Some(live) if live == *mark => Err(unfinished(address, &error)),
        _ => Err(error),
    }
}

/// Does what is left, and proves that the copy is live.
async fn settle(
    session: &mut Session,
    address: &Address,
    exchange: &Exchange,
    mark: &Mark,
    done: usize,
    context: &Context,
) -> Result<()> {
    let (urgent, rest) = split(&exchange.steps, done);
    patiently(session, address, urgent)
        .await
        .map_err(|error| unfinished(address, &error))?;
    prove_live(address, mark)
        .await
        .map_err(|error| match error.kind() {
            Kind::Locked => error,
            _ => unfinished(address, &error),
        })?;
    context.checkpoint(Checkpoint::Swapped);
    let finished = async {
        patiently(session, address, rest).await?;
        clear_pending(session, address, mark).await
    };
    if let Err(error) = finished.await {
        // The copy is whole and live: what is left is tidying up, and the next run's first step.
        context.warn(format!(
            "the new copy is live, and the next run tidies up what was left: {error}"
        ));
    }
    Ok(())
}

/// The steps left without which the copy is not whole, and those behind them.
fn split(steps: &[Step], done: usize) -> (&[Step], &[Step]) {
    let left = steps.get(done..).unwrap_or_default();
    let urgent = left
        .iter()
        .rposition(Step::is_urgent)
        .map_or(0, |at| at + 1);
    left.split_at_checked(urgent).unwrap_or((left, &[]))
}

/// Does steps, and tries again while others hold tables.
async fn patiently(session: &mut Session, address: &Address, left: &[Step]) -> Result<()> {
    let mut done = Ok(());
    for wait in WAITS {
        wait_for_others(session, wait).await?;
        done = steps::run(session, address, left).await;
        match &done {
            Err(error) if code(error) == Some(numbers::LOCK_WAIT_TIMEOUT) => {}
            _ => break,
        }
        tokio::time::sleep(PAUSE).await;
    }
    wait_for_others(session, USUAL_WAIT).await?;
    done
}

/// Sets how long statements wait for others, in seconds.
async fn wait_for_others(session: &mut Session, seconds: u64) -> Result<()> {
    let sql = format!("SET SESSION lock_wait_timeout = {seconds}");
    session.run("prepare a session of", &sql).await
}

/// Finishes what a run that died has left to do.
pub(crate) async fn finish(session: &mut Session, address: &Address, mark: &Mark) -> Result<()> {
    patiently(session, address, &mark.pending).await?;
    clear_pending(session, address, mark).await
}

/// Writes down that nothing is left to do.
async fn clear_pending(session: &mut Session, address: &Address, mark: &Mark) -> Result<()> {
    let mark = Mark {
        pending: Vec::new(),
        undo: None,
        ..mark.clone()
    };
    stamp::write(session, &address.database, &mark_name(mark.fence), &mark).await
}

/// Reads back, on a fresh connection, that the copy with this mark is live.
async fn prove_live(address: &Address, mark: &Mark) -> Result<()> {
    let mut session = Session::open(address, Kind::Swap, &unheard()).await?;
    let live = look_up(&mut session, address).await?;
    match live {
        Some(live) if live.fence == mark.fence => {}
        Some(live) if live.fence > mark.fence => {
            return Err(stale(address, mark.fence, live.fence));
        }
        _ => return Err(changed(address)),
    }
    foreign_keys::prove(&mut session, &address.database).await?;
    session.close().await;
    Ok(())
}

async fn who(session: &mut Session, schema: &str) -> String {
    let mut who = blockers::of(session, schema).await;
    let prepared = blockers::prepared(session).await;
    if prepared > 0 {
        who.push(format!(
            "{prepared} prepared transactions (XA RECOVER lists them)"
        ));
    }
    match who.is_empty() {
        true => "somebody that this user may not see".to_owned(),
        false => who.join(", "),
    }
}

fn blocked(address: &Address, who: &str) -> Error {
    let doing = format!("put the new copy of {} live", address.database);
    let cause = format!("its tables are in use: {who}");
    Error::new(Kind::Swap, doing, cause)
        .hint("the live copy is as it was; end these connections (KILL), or run again when they are done")
        .transient()
}

/// What the server refused while copies changed places.
fn not_swapped(address: &Address, error: &Error) -> Error {
    let is_gone = code(error) == Some(numbers::NO_SUCH_TABLE);
    let (doing, hint) = match (is_gone, error.hint_text()) {
        (true, _) => (
            format!("put the new copy of {} live", address.database),
            "somebody dropped or renamed a table of either copy meanwhile; the live copy is as it was: run again",
        ),
        (false, hint) => (
            error.doing().to_owned(),
            hint.unwrap_or("see the server's log"),
        ),
    };
    let kind = match error.kind() {
        Kind::Target => Kind::Swap,
        other => other,
    };
    let failed = Error::new(kind, doing, error.cause()).hint(hint);
    match error.is_transient() {
        true => failed.transient(),
        false => failed,
    }
}

fn unfinished(address: &Address, error: &Error) -> Error {
    let doing = format!("finish putting the new copy of {} live", address.database);
    let cause = format!(
        "its tables are live, and not all of its views, triggers, routines and events: {}: {}",
        error.doing(),
        error.cause()
    );
    Error::new(Kind::Swap, doing, cause)
        .hint("mend what the error names, then run anything of Weir on it: that finishes it first")
        .transient()
}

fn changed(address: &Address) -> Error {
    let doing = format!("put the new copy of {} live", address.database);
    Error::new(
        Kind::Swap,
        doing,
        "somebody replaced the live database meanwhile",
    )
    .hint("find out who makes or renames tables there, then run again")
}
