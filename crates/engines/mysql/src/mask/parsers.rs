//! The reader of data parts by itself, without a file or a server around it: for whoever feeds it
//! nonsense. Nothing here is a way to read a backup.

use super::shape::Shape;
use super::{Inflow, PROLOGUE};
use crate::catalog::definition::TableDefinition;
use std::sync::Arc;
use weir_model::error::Result;

/// A table with a column of every form.
const TABLE: &str = "CREATE TABLE `t` (`i` bigint, `n` decimal(10,2), `f` float, `d` double, \
                     `t` text, `j` json, `b` blob, `s` bit(9), `g` geometry)";

/// Reads bytes, after what every part begins with, as a data part in pieces of that size; gives
/// the statements.
///
/// # Errors
/// `corrupt`, with what is wrong with it.
pub fn inflow(bytes: &[u8], piece: usize) -> Result<Vec<Vec<u8>>> {
    let shape = Shape::of(&TableDefinition::parse(TABLE)?);
    let mut inflow = Inflow::new(Arc::new(shape), None);
    let mut statements = inflow.push(PROLOGUE.as_bytes())?;
    for piece in bytes.chunks(piece.max(1)) {
        statements.extend(inflow.push(piece)?);
    }
    inflow.finish()?;
    Ok(statements.into_iter().map(|whole| whole.sql).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzer_begins_with_is_read() {
        let rows = include_bytes!("../../../../testkit/corpus/insert-rows/rows");
        let statements = inflow(rows, 5).unwrap();
        assert_eq!(statements.len(), 2);
        assert!(rows.starts_with(&statements[0]));
    }
}
