//! The readers of text in SQL by themselves, without a file or a store around them: for whoever
//! feeds them nonsense. Nothing here is a way to read a backup.

use super::reading::{Output, Reading};
use crate::catalog::definition::TableDefinition;
use crate::catalog::text::{Statements, definer_of, unqualified, with_definer};
use bytes::Bytes;
use weir_model::error::Result;

/// Takes rows and keeps none.
struct Nowhere;

impl Output for Nowhere {
    fn begin(&mut self, _: &str, table: &str) -> Result<String> {
        Ok(table.to_owned())
    }

    fn bytes(&mut self, _: Bytes) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Reads bytes as a dump that others made to its end; gives how many rows it has.
///
/// # Errors
/// `corrupt` or `unsupported`, with what is wrong with it.
pub fn dump(bytes: &[u8]) -> Result<u64> {
    let contents = Reading::new(bytes, "the dump".to_owned(), Nowhere).read()?;
    contents.schema()?;
    Ok(contents.digests().iter().map(|table| table.rows).sum())
}

/// Reads a text as the definition of a table, and gives what makes one without its later keys.
///
/// # Errors
/// `corrupt`.
pub fn definition(text: &str) -> Result<String> {
    let definition = TableDefinition::parse(text)?;
    definition.later_keys();
    let bare = definition.bare();
    TableDefinition::parse(&bare)?;
    Ok(bare)
}

/// How many statements a script has, each of them looked at.
#[must_use]
pub fn statements(text: &str) -> usize {
    let statements = Statements::of(text);
    let looked_at = statements.map(|statement| {
        let other = with_definer(statement.text, Some("`a`@`b`"));
        definer_of(&other);
        unqualified(&other, "app")
    });
    looked_at.count()
}
