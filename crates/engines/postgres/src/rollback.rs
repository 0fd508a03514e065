//! Putting the replaced copy back; the copy it replaces is kept in turn.

use crate::config::{Address, PREVIOUS, Session, identifier, own_name};
use crate::heal::{drop_database, drop_leftovers};
use crate::lock::{TargetLock, stale};
use crate::stamp::{Known, Mark, look_up, statement};
use crate::swap::{Clearing, changes, not_swapped, prove_live, refuse_to_rename};
use std::time::Duration;
use weir_engine::{Context, RolledBack};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::stamp::{Stamp, Token};

/// What the name of the live copy begins with while the two change places.
const ASIDE: &str = "_weir_out_";

/// The stamp of the previous copy.
pub(crate) async fn previous_stamp(address: &Address, context: &Context) -> Result<Option<Stamp>> {
    let session = Session::maintenance(address, Kind::Target, context).await?;
    let previous = look_up(&session, &own_name(PREVIOUS, &address.database)).await?;
    Ok(previous.and_then(|previous| previous.stamp().cloned()))
}

/// Rolls back.
pub(crate) async fn rollback(
    address: &Address,
    token: Token,
    context: &Context,
) -> Result<RolledBack> {
    let lock = TargetLock::take(address, context).await?;
    let done = under_lock(&lock, address, token, context).await;
    lock.release().await;
    done
}

async fn under_lock(
    lock: &TargetLock,
    address: &Address,
    token: Token,
    context: &Context,
) -> Result<RolledBack> {
    drop_leftovers(lock, address).await?;
    lock.refuse_stale(address, token).await?;
    let name = own_name(PREVIOUS, &address.database);
    let previous = look_up(&lock.session, &name)
        .await?
        .ok_or_else(|| none_kept(address))?;
    let live = look_up(&lock.session, &address.database).await?;
    if let Some(live) = &live {
        refuse_to_rename(&lock.session, address, live.oid, context).await?;
        context.checkpoint(Checkpoint::PreviousKept);
    }
    context.check("put the previous copy back")?;
    context.checkpoint(Checkpoint::Swapping);
    context.check("put the previous copy back")?;
    let stamp = previous
        .stamp()
        .cloned()
        .map(|stamp| Stamp { token, ..stamp });
    let crowded = [address.database.clone(), name];
    let clearing = Clearing::start(address, &crowded, context).await?;
    let done = exchange(
        &lock.session,
        address,
        live.as_ref(),
        &previous,
        token,
        stamp.as_ref(),
    )
    .await;
    clearing.stop().await;
    if done.is_err() {
        let _ = lock.session.run("undo the rollback on", "ROLLBACK").await;
        done.map_err(not_swapped)?;
    }
    prove_live(address, token).await?;
    context.checkpoint(Checkpoint::Swapped);
    Ok(RolledBack { stamp })
}

async fn exchange(
    session: &Session,
    address: &Address,
    live: Option<&Known>,
    previous: &Known,
    token: Token,
    stamp: Option<&Stamp>,
) -> Result<()> {
    let doing = "put the previous copy back from";
    let name = identifier(&address.database);
    let kept = own_name(PREVIOUS, &address.database);
    let aside = own_name(ASIDE, &address.database);
    session.run(doing, "BEGIN").await?;
    if let Some(live) = live {
        let sql = format!("ALTER DATABASE {name} RENAME TO {}", identifier(&aside));
        session.run(doing, &sql).await?;
        let found = look_up(session, &aside).await?;
        if let Some(found) = found.filter(|found| found.mark.is_some() && found.fence() >= token) {
            return Err(stale(address, token, found.fence()));
        }
        let mark = Mark {
            replaced_at: previous.mark.as_ref().and_then(|mark| mark.replaced_at),
            ..live.mark.clone().unwrap_or_default()
        };
        session
            .run(doing, &statement(&aside, live.oid, live.text(), &mark))
            .await?;
    }
    let sql = format!("ALTER DATABASE {} RENAME TO {name}", identifier(&kept));
    session.run(doing, &sql).await?;
    if let Some(live) = live {
        // What was changed since the swap was meant for the database, whichever copy it is.
        for statement in changes(session, previous, live, &address.database).await? {
            let given = session.run("give back the live copy's properties on", &statement);
            given.await?;
        }
    }
    let mark = Mark {
        fence: token,
        stamp: stamp.cloned(),
        ..Mark::default()
    };
    let text = live.unwrap_or(previous).text();
    let sql = statement(&address.database, previous.oid, text, &mark);
    session.run(doing, &sql).await?;
    if live.is_some() {
        let (aside, kept) = (identifier(&aside), identifier(&kept));
        session
            .run(doing, &format!("ALTER DATABASE {aside} RENAME TO {kept}"))
            .await?;
    }
    session.run(doing, "COMMIT").await
}

/// Removes the previous copy once it has been kept for long enough, by the server's clock.
pub(crate) async fn expire(
    address: &Address,
    kept_for: Duration,
    context: &Context,
) -> Result<bool> {
    let name = own_name(PREVIOUS, &address.database);
    let session = Session::maintenance(address, Kind::Target, context).await?;
    let previous = look_up(&session, &name).await?;
    let replaced = previous.and_then(|previous| previous.mark?.replaced_at);
    let Some(replaced) = replaced else {
        return Ok(false);
    };
    let doing = "ask for the time of";
    let sql = "SELECT extract(epoch FROM pg_catalog.clock_timestamp())::bigint - $1 >= $2";
    let seconds = i64::try_from(kept_for.as_secs()).unwrap_or(i64::MAX);
    let due: bool = match session.row(doing, sql, &[&replaced, &seconds]).await? {
        Some(row) => session.get(doing, &row, 0)?,
        None => false,
    };
    if due {
        let lock = TargetLock::take(address, context).await?;
        let dropped = drop_database(&lock.session, &name).await;
        lock.release().await;
        dropped?;
    }
    Ok(due)
}

fn none_kept(address: &Address) -> Error {
    let doing = format!("roll back {} on {}", address.database, address.server());
    Error::new(Kind::NoBackup, doing, "no previous copy is kept beside it")
        .hint("restore a backup instead: `weir restore` with `--at` takes an earlier one")
}
