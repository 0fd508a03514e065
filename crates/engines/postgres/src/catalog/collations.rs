//! Versions of the collations that a server sorts text by: they are of its operating system, or of
//! its ICU, and another version may have another order.

use super::FOREIGN_SCHEMAS;
use crate::config::{Session, server_major};
use std::collections::BTreeMap;
use weir_model::error::Result;

/// The name of the collation of the database itself.
const DEFAULT: &str = "default";
/// The first server that tells the version of a database's collation.
const FIRST_WITH_DEFAULT: u32 = 15;
/// A collation's name on every server: its provider, and its locale there.
const NAME: &str = "(CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' ELSE 'builtin' END) \
     || ' ' || coalesce(pg_catalog.to_jsonb(c) ->> 'colllocale', \
     pg_catalog.to_jsonb(c) ->> 'colliculocale', c.collcollate::text)";

/// What a server tells of collations, by name.
pub(crate) type Versions = BTreeMap<String, String>;

/// The versions of the database's own collation, and of all that its tables use.
pub(crate) async fn versions(session: &Session) -> Result<Versions> {
    let condition = format!(
        "$1::text[] IS NULL AND c.oid IN (SELECT a.attcollation FROM pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_class r ON r.oid = a.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace WHERE {FOREIGN_SCHEMAS})"
    );
    read(session, &condition, None).await
}

/// Collations of which the session's server has another version than is told, each with both.
pub(crate) async fn others(
    session: &Session,
    told: &Versions,
) -> Result<Vec<(String, String, String)>> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    let here = read(session, &format!("{NAME} = ANY($1)"), Some(names)).await?;
    let others = told.iter().filter_map(|(name, there)| {
        let here = here.get(name).filter(|here| *here != there)?;
        Some((name.clone(), there.clone(), here.clone()))
    });
    Ok(others.collect())
}

async fn read(session: &Session, condition: &str, names: Option<Vec<&str>>) -> Result<Versions> {
    let doing = "ask for the versions of collations of";
    let sql = format!(
        "SELECT DISTINCT {NAME}, pg_catalog.pg_collation_actual_version(c.oid) \
         FROM pg_catalog.pg_collation c WHERE {condition} \
         AND pg_catalog.pg_collation_actual_version(c.oid) IS NOT NULL"
    );
    let rows = session.rows(doing, &sql, &[&names]).await?;
    let mut versions = rows
        .iter()
        .map(|row| Ok((session.get(doing, row, 0)?, session.get(doing, row, 1)?)))
        .collect::<Result<Versions>>()?;
    if let Some(version) = default(session).await? {
        versions.insert(DEFAULT.to_owned(), version);
    }
    Ok(versions)
}

async fn default(session: &Session) -> Result<Option<String>> {
    if server_major(session).await? < FIRST_WITH_DEFAULT {
        return Ok(None);
    }
    let doing = "ask for the version of the collation of";
    let sql = "SELECT pg_catalog.pg_database_collation_actual_version(oid) \
               FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";
    match session.row(doing, sql, &[]).await? {
        Some(row) => session.get(doing, &row, 0),
        None => Ok(None),
    }
}
