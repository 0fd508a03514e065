//! Fields in the order of their columns' names. Where a table stands in a line of inheritance, or
//! was changed since, a restored one has its columns in another order; rows are the same rows.

use std::ops::Range;
use weir_engine::{Field, RowDigester};

/// Digests the fields of rows in the order of their columns' names (of the bytes of these).
pub(super) struct ByName {
    digester: RowDigester,
    /// Which field comes when; `None` where they come in order.
    order: Option<Vec<usize>>,
    /// The row at hand: its values, and where each lies; NULL lies nowhere.
    values: Vec<u8>,
    places: Vec<Option<Range<usize>>>,
}

impl ByName {
    /// Rows of columns with these names, as they come.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.collect();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(|at| names.get(*at).copied());
        Self {
            digester: RowDigester::default(),
            order: (!order.is_sorted()).then_some(order),
            values: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Adds the next field of the row at hand.
    pub(super) fn field(&mut self, value: Option<&[u8]>) {
        if self.order.is_none() {
            self.digester.field(text(value));
            return;
        }
        let place = value.map(|value| {
            let from = self.values.len();
            self.values.extend_from_slice(value);
            from..self.values.len()
        });
        self.places.push(place);
    }

    /// Ends the row at hand.
    pub(super) fn end_row(&mut self) {
        for at in self.order.iter().flatten() {
            let place = self.places.get(*at).cloned().flatten();
            let value = place.and_then(|place| self.values.get(place));
            self.digester.field(text(value));
        }
        self.values.clear();
        self.places.clear();
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

/// A value of any type, as it is digested.
fn text(value: Option<&[u8]>) -> Field<'_> {
    value.map_or(Field::Null, Field::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(names: &[&str], row: &[Option<&[u8]>]) -> weir_model::manifest::TableDigest {
        let mut rows = ByName::of(names.iter().copied());
        for _ in 0..2 {
            row.iter().for_each(|value| rows.field(*value));
            rows.end_row();
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
