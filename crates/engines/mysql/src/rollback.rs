//! Putting the replaced copy back; the copy it replaces is kept in turn.

use crate::config::{Address, Session, mark_name};
use crate::heal::drop_leftovers;
use crate::identity;
use crate::load::settle_definers;
use crate::lock::TargetLock;
use crate::stamp::{self, Mark, look_up};
use crate::swap::{
    Exchange, Incoming, Outgoing, PreviousCopy, drop_previous, drop_tables, live_schema, make,
    none_kept, now, refuse_obstacles, waiting_name,
};
use std::time::Duration;
use weir_engine::{Context, RolledBack};
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::stamp::{Stamp, Token};

/// The stamp of the previous copy.
pub(crate) async fn previous_stamp(address: &Address, context: &Context) -> Result<Option<Stamp>> {
    let mut session = Session::open(address, Kind::Target, context).await?;
    let live = look_up(&mut session, address).await?;
    session.close().await;
    Ok(live.and_then(|mark| mark.previous?.stamp))
}

/// Rolls back.
pub(crate) async fn rollback(
    address: &Address,
    token: Token,
    context: &Context,
) -> Result<RolledBack> {
    let mut lock = TargetLock::take(address, context).await?;
    let done = under_lock(&mut lock, address, token, context).await;
    lock.release().await;
    done
}

async fn under_lock(
    lock: &mut TargetLock,
    address: &Address,
    token: Token,
    context: &Context,
) -> Result<RolledBack> {
    let doing = "put the previous copy back on";
    drop_leftovers(lock, address).await?;
    lock.refuse_stale(address, token).await?;
    let session = &mut lock.session;
    let live = look_up(session, address).await?;
    let live = live.ok_or_else(|| none_kept(address))?;
    let mut previous = live.previous.ok_or_else(|| none_kept(address))?;
    // They are made anew, by a user who may not be let name whoever made them first.
    settle_definers(session, address, &mut previous.objects).await?;
    refuse_obstacles(session, address).await?;
    let (schema, exists) = live_schema(session, address).await?;
    let outgoing = Outgoing {
        schema: &schema,
        exists,
        mark: Some(mark_name(live.fence)),
        stamp: live.stamp,
        // By the server's clock, so that the copy is kept as long as the one it changes with.
        replaced_at: previous.replaced_at.min(now(session).await?),
        keep: true,
    };
    let stamp = previous.stamp.clone().map(|stamp| Stamp { token, ..stamp });
    let incoming = incoming(address, previous, token);
    let waiting = waiting_name(&mark_name(token));
    let exchange = Exchange::of(&address.database, token, &incoming, &outgoing);
    let mark = exchange.mark(Mark {
        place: identity::of(session, address).await?,
        fence: token,
        stamp: stamp.clone(),
        ..Mark::default()
    });
    context.checkpoint(Checkpoint::PreviousKept);
    context.check(doing)?;
    stamp::write(session, &address.database, &waiting, &mark).await?;
    let made = make(session, address, &exchange, &mark, context).await;
    if made.is_err() && lock.is_held().await {
        let session = &mut lock.session;
        // A session that is gone leaves it to whoever heals next.
        let _ = drop_tables(session, &address.database, &[waiting]).await;
    }
    made.map(|()| RolledBack { stamp })
}

fn incoming(address: &Address, previous: PreviousCopy, token: Token) -> Incoming {
    let mark = mark_name(token);
    let tables = previous.tables.into_iter();
    Incoming {
        schema: address.database.clone(),
        tables: tables.map(|kept| (kept.kept_as, kept.name)).collect(),
        objects: previous.objects,
        defaults: (previous.character_set, previous.collation),
        foreign_keys: previous.foreign_keys,
        column_defaults: Vec::new(),
        mark: (waiting_name(&mark), mark),
    }
}

/// Removes the previous copy once it has been kept for long enough, by the server's clock.
pub(crate) async fn expire(
    address: &Address,
    kept_for: Duration,
    context: &Context,
) -> Result<bool> {
    let mut session = Session::open(address, Kind::Target, context).await?;
    let due = is_due(&mut session, address, kept_for).await;
    session.close().await;
    if !due? {
        return Ok(false);
    }
    let mut lock = TargetLock::take(address, context).await?;
    let dropped = expire_under(&mut lock, address, kept_for).await;
    lock.release().await;
    dropped
}

/// What a swap has left to do comes first, and another run may have replaced a copy meanwhile.
async fn expire_under(
    lock: &mut TargetLock,
    address: &Address,
    kept_for: Duration,
) -> Result<bool> {
    drop_leftovers(lock, address).await?;
    match is_due(&mut lock.session, address, kept_for).await? {
        true => drop_previous(&mut lock.session, address).await,
        false => Ok(false),
    }
}

async fn is_due(session: &mut Session, address: &Address, kept_for: Duration) -> Result<bool> {
    let live = look_up(session, address).await?;
    let Some(previous) = live.and_then(|mark| mark.previous) else {
        return Ok(false);
    };
    let age = now(session).await?.checked_sub(previous.replaced_at);
    Ok(age.is_some_and(|age| age >= kept_for.as_secs()))
}
