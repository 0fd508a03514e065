//! Taking replaced values out of the files.

use crate::config::{Session, statement_name};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use weir_model::error::{Error, Kind, Result};

/// Tables named in one statement.
const BATCH: usize = 100;
/// How long somebody's snapshot is waited for.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long to wait between two tries: at first, and at most.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(10);

/// Writes tables anew, so that nothing of what was changed or removed stays in their files.
pub(crate) async fn rewrite(
    session: &Session,
    tables: impl IntoIterator<Item = &String>,
) -> Result<()> {
    for table in tables {
        write_anew(session, table).await?;
    }
    Ok(())
}

/// Writes a table anew until the server says that it left every dead row behind. It takes along
/// those that somebody's snapshot may still read, e.g. that of an automatic ANALYZE, or that of a
/// standby's query.
async fn write_anew(session: &Session, table: &str) -> Result<()> {
    let doing = "write anew a table of";
    let sql = format!("VACUUM (FULL, VERBOSE) {table}");
    let (started, mut pause) = (Instant::now(), SHORTEST);
    loop {
        let told = session.run_heard(doing, &sql).await?;
        match kept(&told) {
            Some(0) => return Ok(()),
            _ if started.elapsed() < PATIENCE => {
                session.context.check(doing)?;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST);
            }
            kept => return Err(held(session, table, kept)),
        }
    }
}

/// How many dead rows were taken along: the number that begins the detail, in every language and
/// up to version 18 (`copy_table_data` in PostgreSQL's `cluster.c`).
fn kept(told: &[String]) -> Option<u64> {
    let detail = told.iter().find(|detail| !detail.is_empty())?;
    let digits: String = detail
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

fn held(session: &Session, table: &str, kept: Option<u64>) -> Error {
    let rows = kept.map_or_else(
        || "removed rows".to_owned(),
        |kept| format!("{kept} removed rows"),
    );
    let cause = format!(
        "{rows} of {table} stay in its files: for {} seconds somebody held a snapshot that may read them",
        PATIENCE.as_secs()
    );
    let doing = format!(
        "take out of the files what was removed in {}",
        session.subject.place
    );
    Error::new(Kind::Script, doing, cause).hint(
        "look for `backend_xmin` in pg_stat_activity and pg_stat_replication and for `xmin` and \
         `catalog_xmin` in pg_replication_slots; end the session, or move or drop the slot",
    )
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
    for table in [
        "pg_catalog.pg_statistic",
        "pg_catalog.pg_statistic_ext_data",
    ] {
        write_anew(session, table).await?;
    }
    // Descriptions and definitions, which a schema's own statements replace all the time: a
    // replication slot of logical decoding keeps them, and they hold no rows.
    for table in ["pg_description", "pg_proc", "pg_rewrite"] {
        let sql = format!("VACUUM FULL pg_catalog.{table}");
        session.run("write anew the definitions of", &sql).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn the_number_of_rows_taken_along_is_read_in_every_language() {
        let told = |detail: &str| kept(&[detail.to_owned()]);
        assert_eq!(
            told("12 dead row versions cannot be removed yet.\nCPU: user: 0.01 s"),
            Some(12)
        );
        assert_eq!(
            told("0 tote Zeilenversionen können noch nicht entfernt werden."),
            Some(0)
        );
        assert_eq!(told("nothing that counts"), None);
        assert_eq!(kept(&[]), None);
    }
}
