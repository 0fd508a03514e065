//! Rows on their way into files: statements of a bounded length, files of a bounded size.

use crate::mask::{END, Encoder, FULL, NEXT_ROW, PROLOGUE, Shape};
use bytes::Bytes;
use mysql_async::Row;
use std::sync::Arc;
use weir_engine::{Fate, RowDigester, RowMask};
use weir_model::error::Result;

/// Bytes of rows that are gathered before they are handed on.
const GATHERED: usize = 512 << 10;
/// Room for the row that fills it.
const BEYOND: usize = 16 << 10;

/// The rows of one table, as INSERT statements.
pub(super) struct Inserts {
    encoder: Encoder,
    head: Vec<u8>,
    out: Vec<u8>,
    /// Whether the file has a row.
    is_begun: bool,
    /// Bytes of the statement at hand; 0 between two.
    statement: usize,
}

impl Inserts {
    /// Rows of that shape, through a mask if there is one.
    pub(super) fn new(shape: Arc<Shape>, mask: Option<Arc<dyn RowMask>>) -> Self {
        Self {
            head: shape.head().into_bytes(),
            encoder: Encoder::through(shape, mask),
            out: Vec::with_capacity(GATHERED + BEYOND),
            is_begun: false,
            statement: 0,
        }
    }

    /// Adds a row, unless the mask drops it. The first begins a file.
    pub(super) fn row(&mut self, row: &Row) -> Result<Fate> {
        self.add(|encoder, out| encoder.row(row, out))
    }

    /// Adds what `encode` appends, as a row.
    fn add(
        &mut self,
        encode: impl FnOnce(&mut Encoder, &mut Vec<u8>) -> Result<Fate>,
    ) -> Result<Fate> {
        let before = self.out.len();
        if !self.is_begun {
            self.out.extend_from_slice(PROLOGUE.as_bytes());
        }
        let mark = self.out.len();
        let first = self.statement == 0;
        self.out.extend_from_slice(match first {
            true => &self.head,
            false => NEXT_ROW,
        });
        if encode(&mut self.encoder, &mut self.out)? == Fate::Dropped {
            self.out.truncate(before);
            return Ok(Fate::Dropped);
        }
        self.is_begun = true;
        let added = self.out.len() - mark;
        if first || self.statement + added + END.len() <= FULL {
            self.statement += added;
            return Ok(Fate::Kept);
        }
        // It was one too many: the row begins the next statement.
        let between = END.iter().chain(&self.head).copied();
        self.out.splice(mark..mark + NEXT_ROW.len(), between);
        self.statement = self.head.len() + added - NEXT_ROW.len();
        Ok(Fate::Kept)
    }

    /// What was gathered, once that is enough to hand on.
    pub(super) fn full(&mut self) -> Option<Bytes> {
        (self.out.len() >= GATHERED).then(|| self.take())
    }

    /// Ends the file: the last of it.
    pub(super) fn end_file(&mut self) -> Bytes {
        if self.statement > 0 {
            self.out.extend_from_slice(END);
            self.statement = 0;
        }
        self.is_begun = false;
        self.take()
    }

    fn take(&mut self) -> Bytes {
        let next = Vec::with_capacity(GATHERED + BEYOND);
        Bytes::from(std::mem::replace(&mut self.out, next))
    }

    /// The digest of all rows.
    pub(super) fn digester(self) -> RowDigester {
        self.encoder.digester()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::definition::TableDefinition;
    use crate::mask::Inflow;

    #[test]
    fn statements_are_bounded_unless_one_row_is_longer_and_a_load_takes_them() {
        let create = "CREATE TABLE `t` (`a` longtext)";
        let shape = Arc::new(Shape::of(&TableDefinition::parse(create).unwrap()));
        let mut inserts = Inserts::new(Arc::clone(&shape), None);
        let lengths = [
            10, 999_900, 10, 300_000, 300_000, 300_000, 300_000, 3_000_000, 10, 0,
        ];
        let mut pieces = Vec::new();
        for length in lengths {
            let row = format!("('{}')", "x".repeat(length));
            let added = inserts.add(|_, out| {
                out.extend_from_slice(row.as_bytes());
                Ok(Fate::Kept)
            });
            added.unwrap();
            pieces.extend(inserts.full());
        }
        pieces.push(inserts.end_file());
        let mut inflow = Inflow::new(shape, None);
        let mut statements = Vec::new();
        for piece in pieces {
            statements.extend(inflow.push(&piece).unwrap());
        }
        inflow.finish().unwrap();
        let rows: Vec<u64> = statements.iter().map(|statement| statement.rows).collect();
        assert_eq!(rows.iter().sum::<u64>(), lengths.len() as u64);
        for statement in statements.iter().filter(|statement| statement.rows > 1) {
            assert!(statement.sql.len() <= FULL);
        }
        assert!(statements.len() < lengths.len());
    }
}
