//! The database that becomes the new copy.

use super::Plan;
use crate::config::{Address, Purpose, SHADOW, Session, identifier, own_name, server_major};
use crate::heal::drop_database;
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// Settings of the connections that fill it. It is worth nothing before it is live, and what
/// makes it live is written to disk behind all of it. Memory to build indexes in is 256 MB, or more
/// where the server is set to more.
const SETTINGS: &str = "SET synchronous_commit = off; SET default_tablespace = ''; SET jit = off; \
     SELECT pg_catalog.set_config('maintenance_work_mem', greatest(262144, \
     pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')) / 1024)::text || 'kB', false)";

/// What a `pg_dump` from 15 on says of every database, also of older servers, and the first
/// server that understands it.
const ONLY_PROVIDER: &str = " LOCALE_PROVIDER = libc";
const FIRST_WITH_PROVIDERS: u32 = 15;

/// Makes it, empty, with encoding and collation of the source.
pub(super) async fn create(address: &Address, plan: &Plan, context: &Context) -> Result<()> {
    let session = Session::maintenance(address, Kind::Target, context).await?;
    let name = identifier(&own_name(SHADOW, &address.database));
    // What lies in `public` is the owner's to make.
    let owner = plan
        .fallback
        .as_deref()
        .map(|owner| format!(" OWNER = {}", identifier(owner)));
    let mut properties = properties(plan);
    if server_major(&session).await? < FIRST_WITH_PROVIDERS {
        properties = properties.replacen(ONLY_PROVIDER, "", 1);
    }
    let sql = format!(
        "CREATE DATABASE {name} {properties}{}",
        owner.unwrap_or_default()
    );
    session.run("make the new copy from", &sql).await?;
    close(&session, &name, plan.fallback.as_deref()).await
}

/// Lets nobody in who is not building it, as far as grants can: what is in it may be raw.
async fn close(session: &Session, name: &str, owner: Option<&str>) -> Result<()> {
    let mut sql = format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC;");
    if let Some(owner) = owner {
        sql.push_str(&format!(
            "REVOKE CONNECT ON DATABASE {name} FROM {};",
            identifier(owner)
        ));
    }
    sql.push_str(&format!("GRANT ALL ON DATABASE {name} TO CURRENT_USER;"));
    session.run("close the new copy from", &sql).await
}

/// What stands behind the name in the statement of the dump, the tablespace left out.
fn properties(plan: &Plan) -> String {
    let template = "WITH TEMPLATE = template0".to_owned();
    let entry = plan
        .archive
        .entries
        .iter()
        .find(|entry| entry.is("DATABASE"));
    let text = entry
        .and_then(|entry| entry.definition.as_ref())
        .and_then(|text| text.as_str());
    let Some((_, properties)) = text.and_then(|text| text.split_once(" WITH TEMPLATE = ")) else {
        return template;
    };
    let properties = properties.trim_end().trim_end_matches(';');
    let properties = match properties.split_once(" TABLESPACE = ") {
        Some((before, _)) => before,
        None => properties,
    };
    format!("WITH TEMPLATE = {properties}")
}

/// Enters it.
pub(crate) async fn enter(address: &Address, context: &Context) -> Result<Session> {
    enter_as(address, Purpose::Data, Kind::Target, context).await
}

/// Enters it for a purpose.
pub(crate) async fn enter_as(
    address: &Address,
    purpose: Purpose,
    kind: Kind,
    context: &Context,
) -> Result<Session> {
    let name = own_name(SHADOW, &address.database);
    let session = Session::enter(address, &name, purpose, kind, context).await?;
    session.run("prepare a session of", SETTINGS).await?;
    Ok(session)
}

/// Drops it.
pub(super) async fn remove(address: &Address, context: &Context) -> Result<()> {
    let session = Session::maintenance(address, Kind::Target, context).await?;
    drop_database(&session, &own_name(SHADOW, &address.database)).await
}
