//! Tables and foreign keys.

use super::{definitions, refuse};
use crate::catalog::Schema;
use crate::config::{Session, identifier};
use crate::load::orphans;
use weir_model::error::Result;

/// Fails for a table that the server's own check finds damaged.
pub(super) async fn tables(session: &mut Session, schema: &Schema) -> Result<()> {
    let mut wrong = Vec::new();
    for table in &schema.tables {
        let doing = format!("check table {} of", table.name);
        let sql = format!("CHECK TABLE {}", identifier(&table.name));
        for row in session.rows(&doing, &sql).await? {
            // `note` tells of engines that have no check.
            let kind = row.text(2)?.to_ascii_lowercase();
            let is_damage = matches!(kind.as_str(), "error" | "warning")
                || (kind == "status" && row.text(3)? == "Corrupt");
            if is_damage {
                wrong.push(format!("table {} is damaged, says the server", table.name));
                break;
            }
        }
    }
    refuse("check the tables", &wrong)
}

/// Fails for rows that break a foreign key: who loads or scripts may have switched checks off.
pub(super) async fn foreign_keys(session: &mut Session, schema: &Schema) -> Result<()> {
    let mut wrong = Vec::new();
    for table in definitions(schema)? {
        for key in &table.foreign_keys {
            let found = orphans(session, &table, key).await?;
            if found > 0 {
                wrong.push(format!(
                    "table {} breaks its foreign key {} in {found} rows",
                    table.name, key.name
                ));
            }
        }
    }
    refuse("check the foreign keys", &wrong)
}
