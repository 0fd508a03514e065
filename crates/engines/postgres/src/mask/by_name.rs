//! Fields in the order of their columns' names. Where a table stands in a line of inheritance, or
//! was changed since, a restored one has its columns in another order; rows are the same rows.

use weir_engine::{Field, RowDigester};

/// Digests the fields of rows in the order of their columns' names (of the bytes of these).
pub(super) struct ByName {
    digester: RowDigester,
    /// Which field comes when.
    order: Vec<usize>,
}

impl ByName {
    /// Rows of columns with these names, as they come.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.collect();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(|at| names.get(*at).copied());
        Self {
            digester: RowDigester::default(),
            order,
        }
    }

    /// Adds a row, of which is told what stands at each place; `None` for NULL.
    #[inline]
    pub(super) fn row<'a>(&mut self, value: impl Fn(usize) -> Option<&'a [u8]>) {
        for at in &self.order {
            let value = value(*at);
            self.digester.field(value.map_or(Field::Null, Field::Text));
        }
        self.digester.end_row();
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> u64 {
        self.digester.rows()
    }

    /// The digest of the rows.
    pub(super) fn finish(self) -> RowDigester {
        self.digester
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(names: &[&str], row: &[Option<&[u8]>]) -> weir_model::manifest::TableDigest {
        let mut rows = ByName::of(names.iter().copied());
        for _ in 0..2 {
            rows.row(|at| row[at]);
        }
        rows.finish().finish("t")
    }

    #[test]
    fn the_order_of_columns_does_not_matter_and_their_names_do() {
        let (one, two): (Option<&[u8]>, Option<&[u8]>) = (Some(b"1"), Some(b""));
        let in_order = digest(&["a", "b", "c"], &[one, None, two]);
        assert_eq!(digest(&["c", "a", "b"], &[two, one, None]), in_order);
        assert_ne!(digest(&["a", "c", "b"], &[one, None, two]), in_order);
    }
}
