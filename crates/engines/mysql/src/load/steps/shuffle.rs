//! Dealing the values of a column out anew.

use super::super::keys;
use super::super::plan::PlannedTable;
use crate::catalog::definition::KeyKind;
use crate::config::{Session, identifier, literal};
use crate::mask::Shape;
use crate::verify::read_table;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// What a table is called while it is written anew.
const BEFORE: &str = "_weir_shuffled";
/// What holds the order for the session, so that a log of long statements does not.
const ORDER: &str = "@weir_order";

/// What decides the order: the seed, and which rows were sent. Who reads it in a log of the server
/// has those rows in it, too, and it orders no others: the seed itself would, of every restore.
pub(super) fn order(seed: &str, table: &PlannedTable, sent: &[TableDigest]) -> Result<String> {
    let name = &table.stored.name;
    let rows = sent.iter().find(|digest| digest.table == *name);
    let Some(TableDigest { digest: rows, .. }) = rows else {
        let doing = format!("shuffle a column of table {name}");
        let cause = "which rows were sent is not known";
        return Err(Error::new(Kind::Internal, doing, cause).hint("report this as a bug"));
    };
    let order = Sha256::digest(format!("{seed}.{rows}"));
    Ok(order.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Hands each row the value of the next in that order, so that no row keeps its own. The table is
/// written anew, and the one before is dropped with its file.
pub(super) async fn shuffle(
    session: &mut Session,
    shadow: &str,
    table: &PlannedTable,
    column: &str,
    order: &str,
) -> Result<()> {
    let name = &table.stored.name;
    let doing = format!("shuffle column {column} of table {name} in");
    let rename = format!("RENAME TABLE {} TO {BEFORE}", identifier(name));
    session.run(&doing, &rename).await?;
    give_up_checks(session, shadow, &doing).await?;
    keys::make_bare(session, table).await?;
    let count = session
        .row(&doing, &format!("SELECT COUNT(*) FROM {BEFORE}"))
        .await?;
    let count = count.map_or(Ok(0), |row| row.number(0))?;
    let set = format!("SET {ORDER} = {}", literal(order));
    session.run(&doing, &set).await?;
    let dealt = deal(&table.shape, key(table), column, count);
    session.run(&doing, &dealt).await?;
    prove(session, shadow, &table.shape, column).await?;
    keys::add(session, table).await?;
    session.run(&doing, &format!("DROP TABLE {BEFORE}")).await
}

/// Drops the checks of a table that goes: MySQL takes the name of each once in a schema, and the
/// table that is made wants it. Which of them a RENAME took along, the server tells.
async fn give_up_checks(session: &mut Session, shadow: &str, doing: &str) -> Result<()> {
    if session.server.is_mariadb() {
        return Ok(());
    }
    let sql = format!(
        "SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = {} \
         AND TABLE_NAME = '{BEFORE}' AND CONSTRAINT_TYPE = 'CHECK'",
        literal(shadow)
    );
    let rows = session.rows(doing, &sql).await?;
    let dropped = rows
        .iter()
        .map(|row| Ok(format!("DROP CHECK {}", identifier(&row.text(0)?))))
        .collect::<Result<Vec<_>>>()?;
    if dropped.is_empty() {
        return Ok(());
    }
    let sql = format!("ALTER TABLE {BEFORE} {}", dropped.join(", "));
    session.run(doing, &sql).await
}

/// What tells rows apart: the primary key, or all there is. Rows that are alike in everything
/// take each other's place without a difference.
fn key(table: &PlannedTable) -> Option<&[String]> {
    let mut keys = table.definition.keys.iter();
    let primary = keys.find(|key| key.kind == KeyKind::Primary && key.exact)?;
    Some(&primary.columns)
}

fn deal(shape: &Shape, key: Option<&[String]>, column: &str, count: u64) -> String {
    let names = shape.columns.iter().map(|column| identifier(&column.name));
    let names: Vec<String> = names.collect();
    let dealt = identifier(column);
    let next = format!(
        "IF(ROW_NUMBER() OVER dealt = {count}, FIRST_VALUE({dealt}) OVER dealt, \
         LEAD({dealt}) OVER dealt)"
    );
    let selected = names.iter().map(|name| match *name == dealt {
        true => next.as_str(),
        false => name.as_str(),
    });
    let told_by = shape.columns.iter().filter(|column| {
        key.is_none_or(|key| {
            key.iter()
                .any(|name| name.eq_ignore_ascii_case(&column.name))
        })
    });
    let told_by: Vec<String> = told_by
        .map(|column| format!("IFNULL(HEX(CONCAT({})), '-')", column.expression()))
        .collect();
    let told_by = told_by.join(", ");
    // A table without a key keeps rows as they come: that order must not be the one they were
    // dealt out in.
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM {BEFORE} WINDOW dealt AS (ORDER BY SHA2(CONCAT({ORDER}, \
         CONCAT_WS('.', {told_by})), 256)) ORDER BY SHA2(CONCAT('rows', {ORDER}, CONCAT_WS('.', {told_by})), 256)",
        identifier(&shape.table),
        names.join(", "),
        selected.collect::<Vec<_>>().join(", "),
    )
}

/// Fails unless the column has the values that it had, and everything else is as it was.
async fn prove(session: &mut Session, shadow: &str, shape: &Shape, column: &str) -> Result<()> {
    for is_dealt in [true, false] {
        let is_wanted = |name: &str| (name == column) == is_dealt;
        let mut digests: Vec<TableDigest> = Vec::new();
        for table in [BEFORE, shape.table.as_str()] {
            let shape = Arc::new(shape.part(table, is_wanted));
            let rows = read_table(session, shadow, &shape).await?;
            digests.push(rows.finish(column));
        }
        if !matches!(digests.as_slice(), [before, after] if before == after) {
            let doing = format!("shuffle column {column} of table {}", shape.table);
            let cause = "the server made other values of some";
            return Err(Error::new(Kind::Verify, doing, cause)
                .hint("the live copy is untouched; mask the column instead of shuffling it"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::definition::TableDefinition;

    #[test]
    fn rows_are_told_apart_by_their_key_or_by_everything() {
        let create = "CREATE TABLE `t` (`a` int, `b` text, `c` int AS (1), `d` float)";
        let shape = Shape::of(&TableDefinition::parse(create).unwrap());
        let by_key = deal(&shape, Some(&["a".to_owned()]), "b", 3);
        assert!(
            by_key.contains("CONCAT(@weir_order, CONCAT_WS('.', IFNULL(HEX(CONCAT(`a`)), '-')))")
        );
        assert!(by_key.starts_with("INSERT INTO `t` (`a`, `b`, `d`) SELECT `a`, IF("));
        let by_all = deal(&shape, None, "b", 3);
        assert!(by_all.contains("HEX(CONCAT(`b`))") && by_all.contains("HEX(CONCAT(`d`*1e0))"));
    }
}
