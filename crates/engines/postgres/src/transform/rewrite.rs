//! Taking replaced values out of the files.

use crate::config::Session;
use weir_model::error::Result;

/// Writes tables anew, so that nothing of what was changed or removed stays in their files.
pub(super) async fn rewrite(session: &Session, tables: &[String]) -> Result<()> {
    for table in tables {
        session
            .run("write anew a table of", &format!("VACUUM FULL {table}"))
            .await?;
    }
    Ok(())
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
