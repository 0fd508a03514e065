//! The sequences of a MariaDB schema, and where each of them stands.

use super::Sequence;
use super::tables::show_create;
use crate::config::{Session, identifier, is_own, literal};
use weir_model::error::Result;

/// Reads the sequences of a schema, which is the session's own.
pub(super) async fn read(session: &mut Session, schema: &str) -> Result<Vec<Sequence>> {
    if !session.server.is_mariadb() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
         AND TABLE_TYPE = 'SEQUENCE' ORDER BY TABLE_NAME",
        literal(schema)
    );
    let mut sequences = Vec::new();
    for row in session.rows("list the sequences of", &sql).await? {
        let name = row.text(0)?;
        if is_own(&name) {
            continue;
        }
        sequences.push(Sequence {
            create: show_create(session, schema, "SEQUENCE", &name).await?,
            next: next(session, &name).await?,
            name,
        });
    }
    Ok(sequences)
}

async fn next(session: &mut Session, name: &str) -> Result<String> {
    let doing = format!("read sequence {name} of");
    let sql = format!("SELECT next_not_cached_value FROM {}", identifier(name));
    let row = session.row(&doing, &sql).await?;
    Ok(row.map(|row| row.text(0)).transpose()?.unwrap_or_default())
}
