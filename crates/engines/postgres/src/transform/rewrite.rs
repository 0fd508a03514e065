//! Taking replaced values out of the files.

use crate::config::{Session, statement_name};
use std::collections::BTreeSet;
use weir_model::error::Result;

/// Tables named in one statement.
const BATCH: usize = 100;

/// Writes tables anew, so that nothing of what was changed or removed stays in their files.
pub(super) async fn rewrite(session: &Session, tables: &[String]) -> Result<()> {
    for table in tables {
        session
            .run("write anew a table of", &format!("VACUUM FULL {table}"))
            .await?;
    }
    Ok(())
}

/// Gathers statistics of tables, named as statements do.
pub(crate) async fn analyze(session: &Session, tables: &[&String]) -> Result<()> {
    for batch in tables.chunks(BATCH) {
        let names: Vec<&str> = batch.iter().map(|name| name.as_str()).collect();
        let sql = format!("ANALYZE {}", names.join(", "));
        session.run("gather statistics of", &sql).await?;
    }
    Ok(())
}

/// Gathers statistics of everything that keeps its rows here, but for the tables of which they are
/// known: what is elsewhere need not be reached.
pub(super) async fn analyze_all_but(session: &Session, known: &BTreeSet<String>) -> Result<()> {
    let doing = "gather statistics of";
    let sql = "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE (c.relkind IN ('r', 'm') OR c.relkind = 'p' AND NOT EXISTS ( \
               SELECT FROM pg_catalog.pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class f ON f.oid = t.relid \
               WHERE f.relkind = 'f')) AND c.relpersistence <> 't' \
               AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' ORDER BY 1, 2";
    let rows = session.rows(doing, sql, &[]).await?;
    let tables: Vec<String> = rows
        .iter()
        .map(|row| {
            let (schema, relation): (String, String) =
                (session.get(doing, row, 0)?, session.get(doing, row, 1)?);
            Ok(statement_name(&schema, &relation))
        })
        .collect::<Result<_>>()?;
    let unknown: Vec<&String> = tables
        .iter()
        .filter(|name| !known.contains(*name))
        .collect();
    analyze(session, &unknown).await
}

/// The same for statistics, which quote values of columns, and for what scripts may have dropped.
pub(super) async fn statistics(session: &Session) -> Result<()> {
    const TABLES: [&str; 5] = [
        "pg_statistic",
        "pg_statistic_ext_data",
        "pg_description",
        "pg_proc",
        "pg_rewrite",
    ];
    for table in TABLES {
        let sql = format!("VACUUM FULL pg_catalog.{table}");
        session.run("write anew the statistics of", &sql).await?;
    }
    Ok(())
}
