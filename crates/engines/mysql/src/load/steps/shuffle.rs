//! Dealing the values of a column out anew.

use super::super::keys;
use super::super::plan::PlannedTable;
use crate::catalog::definition::KeyKind;
use crate::config::{Session, identifier, literal};
use crate::mask::Shape;
use crate::verify::read_table;
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// What a table is called while it is written anew.
const BEFORE: &str = "_weir_shuffled";

/// Hands each row the value of the next in an order that the seed decides, so that no row keeps
/// its own. The table is written anew, and the one before is dropped with its file.
pub(super) async fn shuffle(
    session: &mut Session,
    shadow: &str,
    table: &PlannedTable,
    column: &str,
    seed: &str,
) -> Result<()> {
    let name = &table.stored.name;
    let doing = format!("shuffle column {column} of table {name} in");
    let rename = format!("RENAME TABLE {} TO {BEFORE}", identifier(name));
    session.run(&doing, &rename).await?;
    keys::make_bare(session, table).await?;
    let count = session
        .row(&doing, &format!("SELECT COUNT(*) FROM {BEFORE}"))
        .await?;
    let count = count.map_or(Ok(0), |row| row.number(0))?;
    session
        .run(&doing, &deal(&table.shape, key(table), column, seed, count))
        .await?;
    prove(session, shadow, &table.shape, column).await?;
    keys::add(session, table).await?;
    session.run(&doing, &format!("DROP TABLE {BEFORE}")).await
}

/// What tells rows apart: the primary key, or all there is. Rows that are alike in everything
/// take each other's place without a difference.
fn key(table: &PlannedTable) -> Option<&[String]> {
    let mut keys = table.definition.keys.iter();
    let primary = keys.find(|key| key.kind == KeyKind::Primary && key.exact)?;
    Some(&primary.columns)
}

fn deal(shape: &Shape, key: Option<&[String]>, column: &str, seed: &str, count: u64) -> String {
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
    let (seed, told_by) = (literal(seed), told_by.join(", "));
    // A table without a key keeps rows as they come: that order must not be the one they were
    // dealt out in.
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM {BEFORE} WINDOW dealt AS (ORDER BY SHA2(CONCAT({seed}, \
         CONCAT_WS('.', {told_by})), 256)) ORDER BY SHA2(CONCAT('rows', {seed}, CONCAT_WS('.', {told_by})), 256)",
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
        let by_key = deal(&shape, Some(&["a".to_owned()]), "b", "00ff", 3);
        assert!(by_key.contains("CONCAT('00ff', CONCAT_WS('.', IFNULL(HEX(CONCAT(`a`)), '-')))"));
        assert!(by_key.starts_with("INSERT INTO `t` (`a`, `b`, `d`) SELECT `a`, IF("));
        let by_all = deal(&shape, None, "b", "00ff", 3);
        assert!(by_all.contains("HEX(CONCAT(`b`))") && by_all.contains("HEX(CONCAT(`d`*1e0))"));
    }
}
