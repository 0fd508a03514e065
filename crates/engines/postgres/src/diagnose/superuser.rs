//! What the live copy holds that only a superuser can make: a backup of its like has it, too.

use crate::config::{Address, Session, identifier};
use weir_engine::Finding;
use weir_model::error::{Kind, Result};

/// How many names are told.
const TOLD: i64 = 5;

/// Event triggers, extensions that are not trusted, and routines in C or of the server itself that
/// no extension brings.
const SQL: &str = "SELECT what FROM (\
    SELECT 'event trigger ' || e.evtname FROM pg_catalog.pg_event_trigger e \
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = e.oid AND d.deptype = 'e' \
    AND d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass) \
    UNION ALL \
    SELECT 'extension ' || x.extname FROM pg_catalog.pg_extension x \
    JOIN pg_catalog.pg_available_extension_versions v ON v.name = x.extname AND v.version = x.extversion \
    WHERE v.superuser AND NOT v.trusted \
    UNION ALL \
    SELECT 'function ' || p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc p \
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
    WHERE NOT l.lanpltrusted AND l.lanname IN ('c', 'internal') AND p.oid >= 16384 \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e' \
    AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass)) found(what) \
    WHERE NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) \
    ORDER BY what LIMIT $1";

/// What a restore by this user may fail for. Who may not enter the live copy sees nothing of it.
pub(super) async fn look(session: &Session, address: &Address) -> Result<Option<Finding>> {
    let entered = Session::open(address, Kind::Target, &session.context).await;
    let Ok(entered) = entered else {
        return Ok(None);
    };
    let doing = "look for what only a superuser makes in";
    let rows = entered.rows(doing, SQL, &[&TOLD]).await?;
    let found: Result<Vec<String>> = rows.iter().map(|row| entered.get(doing, row, 0)).collect();
    let found = found?;
    Ok((!found.is_empty()).then(|| {
        let user = &address.user;
        Finding::warning(
            format!(
                "{} holds what only a superuser makes, and {user} is none: {}; a restore of such a backup \
                 fails unless the server makes an exception, as hosted ones do",
                address.database,
                found.join(", ")
            ),
            format!(
                "it needs a superuser: restore as one (ALTER ROLE {} SUPERUSER;), or take it out of the source",
                identifier(user)
            ),
        )
    }))
}
