//! What a dead run left beside the live copy, and its removal.

use crate::config::{Address, DRILL, PREVIOUS, SHADOW, Session, identifier, own_name};
use crate::lock::{TargetLock, is_abandoned};
use crate::stamp::look_up;
use weir_engine::{Context, Healed};
use weir_model::error::{Kind, Result};

/// Heals a target. Where there is nothing to heal, nothing is touched, not even a lock taken.
pub(crate) async fn heal(address: &Address, context: &Context) -> Result<Healed> {
    let session = Session::maintenance(address, Kind::Target, context).await?;
    if found(&session, address).await?.is_empty() {
        return Ok(Healed::default());
    }
    let lock = TargetLock::take(address, context).await?;
    let dropped = drop_leftovers(&lock, address).await;
    lock.release().await;
    Ok(Healed { actions: dropped? })
}

/// What a dead run left. While a run works, its databases are no leftovers.
pub(crate) async fn leftovers(address: &Address, context: &Context) -> Result<Vec<String>> {
    let session = Session::maintenance(address, Kind::Target, context).await?;
    let found = found(&session, address).await?;
    let shadow = own_name(SHADOW, &address.database);
    if found.is_empty() || !is_abandoned(&session, &shadow).await? {
        return Ok(Vec::new());
    }
    Ok(found
        .iter()
        .map(|(name, why)| format!("database {name} {why}"))
        .collect())
}

/// Drops what a dead run left, under the lock of whoever asks; says what it did.
pub(crate) async fn drop_leftovers(lock: &TargetLock, address: &Address) -> Result<Vec<String>> {
    let mut actions = Vec::new();
    for (name, why) in found(&lock.session, address).await? {
        drop_database(&lock.session, &name).await?;
        actions.push(format!("dropped database {name}, which {why}"));
    }
    Ok(actions)
}

/// Weir's own databases beside the target that nobody needs, each with why.
async fn found(session: &Session, address: &Address) -> Result<Vec<(String, &'static str)>> {
    let mut found = Vec::new();
    let shadow = own_name(SHADOW, &address.database);
    if look_up(session, &shadow).await?.is_some() {
        found.push((shadow, "was left by a run that died"));
    }
    let previous = own_name(PREVIOUS, &address.database);
    if let Some(known) = look_up(session, &previous).await?
        && known.mark.is_some_and(|mark| mark.discard)
    {
        found.push((previous, "was replaced and not to be kept"));
    }
    for shadow in drills(session).await? {
        // A drill's own name is known to nobody once it is dead.
        if !found.iter().any(|(name, _)| *name == shadow) && is_abandoned(session, &shadow).await? {
            found.push((shadow, "was left by a drill that died"));
        }
    }
    Ok(found)
}

/// Copies that drills build or built, of those that this user may drop.
async fn drills(session: &Session) -> Result<Vec<String>> {
    let doing = "look for copies of drills on";
    let sql = "SELECT datname::text FROM pg_catalog.pg_database \
               WHERE pg_catalog.starts_with(datname::text, $1) AND pg_catalog.pg_has_role(datdba, 'USAGE')";
    let rows = session
        .rows(doing, sql, &[&format!("{SHADOW}{DRILL}")])
        .await?;
    rows.iter().map(|row| session.get(doing, row, 0)).collect()
}

/// Drops one of Weir's own databases, and whoever is in it.
pub(crate) async fn drop_database(session: &Session, name: &str) -> Result<()> {
    let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(name));
    session
        .run("drop a database of Weir's own from", &sql)
        .await
}
