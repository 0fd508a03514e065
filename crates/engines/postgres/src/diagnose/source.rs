//! What a backup needs: to read every table and sequence.

use crate::config::{Address, Session, identifier};
use weir_engine::{Context, Finding};
use weir_model::error::{Kind, Result};

/// How many names are told.
const TOLD: usize = 5;

pub(super) async fn look(address: &Address, context: &Context) -> Result<Vec<Finding>> {
    let session = Session::open(address, Kind::Source, context).await?;
    Ok(vec![
        readable(&session, address).await?,
        large_objects(&session, address).await?,
        row_security(&session, address).await?,
        standby(&session).await?,
    ]
    .into_iter()
    .flatten()
    .collect())
}

/// Tables and sequences that cannot be read.
async fn readable(session: &Session, address: &Address) -> Result<Option<Finding>> {
    let doing = "look at what may be read of";
    let sql = "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p', 'S', 'm') AND c.relpersistence <> 't' \
               AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
               AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND CASE c.relkind \
               WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT') \
               ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END) ORDER BY 1, 2";
    let rows = session.rows(doing, sql, &[]).await?;
    if rows.is_empty() {
        return Ok(Some(Finding::well(format!(
            "every table of {} may be read",
            address.database
        ))));
    }
    let mut names = Vec::new();
    let mut schemas = std::collections::BTreeSet::new();
    for row in &rows {
        let schema: String = session.get(doing, row, 0)?;
        let name: String = session.get(doing, row, 1)?;
        names.push(crate::catalog::qualified(&schema, &name));
        schemas.insert(identifier(&schema));
    }
    names.truncate(TOLD);
    let what = format!(
        "{} tables and sequences of {} cannot be read by {}: {}…",
        rows.len(),
        address.database,
        address.user,
        names.join(", ")
    );
    let schemas: Vec<String> = schemas.into_iter().collect();
    let (schemas, user) = (schemas.join(", "), identifier(&address.user));
    Ok(Some(Finding::failure(
        what,
        format!(
            "GRANT pg_read_all_data TO {user}; or, before PostgreSQL 14: GRANT USAGE ON SCHEMA {schemas} TO {user}; \
             GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {user}; \
             GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schemas} TO {user};"
        ),
    )))
}

/// Large objects that cannot be read: each has an owner and grants of its own.
async fn large_objects(session: &Session, address: &Address) -> Result<Option<Finding>> {
    let doing = "look at what may be read of";
    let sql = "SELECT pg_catalog.count(*), pg_catalog.array_agg(DISTINCT \
               pg_catalog.pg_get_userbyid(l.lomowner)::text) FROM pg_catalog.pg_largeobject_metadata l \
               WHERE pg_catalog.current_setting('lo_compat_privileges') = 'off' \
               AND NOT pg_catalog.pg_has_role(l.lomowner, 'USAGE') AND NOT EXISTS (SELECT \
               FROM pg_catalog.aclexplode(l.lomacl) a WHERE a.privilege_type = 'SELECT' AND CASE \
               WHEN a.grantee = 0 THEN true ELSE pg_catalog.pg_has_role(a.grantee, 'USAGE') END)";
    let Some(row) = session.row(doing, sql, &[]).await? else {
        return Ok(None);
    };
    let unreadable: i64 = session.get(doing, &row, 0)?;
    if unreadable == 0 {
        return Ok(None);
    }
    let owners: Vec<String> = session.get(doing, &row, 1)?;
    let owners: Vec<String> = owners.iter().map(|owner| identifier(owner)).collect();
    let (owners, user) = (owners.join(", "), identifier(&address.user));
    Ok(Some(Finding::failure(
        format!(
            "{unreadable} large objects of {} cannot be read by {}",
            address.database, address.user
        ),
        format!(
            "GRANT {owners} TO {user}; or, for those of today: DO $$ DECLARE number oid; BEGIN \
             FOR number IN SELECT oid FROM pg_largeobject_metadata LOOP EXECUTE \
             format('GRANT SELECT ON LARGE OBJECT %s TO {}', number); END LOOP; END $$;",
            user.replace('\'', "''").replace('%', "%%")
        ),
    )))
}

/// Tables of which policies would hide rows: a backup of these fails rather than being partial.
async fn row_security(session: &Session, address: &Address) -> Result<Option<Finding>> {
    let doing = "look at what may be read of";
    let sql = "SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c WHERE c.relkind = 'r' \
               AND pg_catalog.row_security_active(c.oid)";
    let hidden: i64 = match session.row(doing, sql, &[]).await? {
        Some(row) => session.get(doing, &row, 0)?,
        None => 0,
    };
    Ok((hidden > 0).then(|| {
        Finding::failure(
            format!(
                "policies hide rows of {hidden} tables from {}",
                address.user
            ),
            format!("ALTER ROLE {} BYPASSRLS;", identifier(&address.user)),
        )
    }))
}

/// A standby may give up a long read.
async fn standby(session: &Session) -> Result<Option<Finding>> {
    let doing = "ask whether this is a standby of";
    let sql = "SELECT pg_catalog.pg_is_in_recovery()";
    let is_standby: bool = match session.row(doing, sql, &[]).await? {
        Some(row) => session.get(doing, &row, 0)?,
        None => false,
    };
    Ok(is_standby.then(|| {
        Finding::warning(
            "the server is a standby: it gives up a snapshot that is in the way of its recovery, and \
             unlogged tables cannot be read there",
            "set hot_standby_feedback = on there, or max_standby_streaming_delay above the length of a backup",
        )
    }))
}
