//! Cutting a large table into ranges that several connections read. The ranges meet, the first and
//! the last are open: whatever was guessed, each row is in one of them.

use super::key::{Bounds, Key};
use crate::config::Session;
use weir_model::error::Result;

/// Bytes of rows that a range is meant to have.
pub(super) const CHUNK: u64 = 32 << 20;
/// By how much the next range may be longer than the one before, and shorter.
const GROWTH: u64 = 16;

/// A range of a table, as what stands behind the table's name in its SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// An index to read by and a condition, or nothing.
    pub(crate) clause: String,
    /// How many values of the key or rows it was meant to have; 0 where nobody chose that.
    width: u64,
}

/// What is left of a table.
#[derive(Debug)]
pub(super) enum Source {
    /// So many pieces, each a clause.
    Pieces(Vec<String>),
    /// Everything from a bound on.
    Ranges(Ranges),
}

/// Ranges by a key.
#[derive(Debug)]
pub(super) struct Ranges {
    /// The table as statements name it.
    table: String,
    key: Key,
    /// Where the next range begins; the first begins before all rows.
    from: Option<String>,
    is_begun: bool,
    is_done: bool,
    /// Values of the key in a range, for whole numbers; rows otherwise.
    width: u64,
}

impl Source {
    /// The next range; none when all were given out.
    pub(super) async fn next(&mut self, session: &mut Session) -> Result<Option<Chunk>> {
        match self {
            Self::Pieces(pieces) => Ok(pieces.pop().map(|clause| Chunk { clause, width: 0 })),
            Self::Ranges(ranges) => ranges.next(session).await,
        }
    }

    /// Learns how large a range came out.
    pub(super) fn learn(&mut self, chunk: &Chunk, bytes: u64) {
        if let Self::Ranges(ranges) = self
            && chunk.width > 0
        {
            ranges.width = adapted(chunk.width, bytes);
        }
    }

    /// Whether it is given out in many ranges, to several connections.
    pub(super) fn is_shared(&self) -> bool {
        match self {
            Self::Pieces(pieces) => pieces.len() > 1,
            Self::Ranges(ranges) => !ranges.is_done,
        }
    }
}

impl Ranges {
    /// Ranges of a table with so many bytes and rows, about.
    pub(super) fn new(table: String, key: Key, bytes: u64, rows: u64) -> Self {
        let row = (bytes / rows.max(1)).max(1);
        Self {
            table,
            key,
            from: None,
            is_begun: false,
            is_done: false,
            // A range of so many whole numbers has no more rows than that.
            width: (CHUNK / row).max(1),
        }
    }

    async fn next(&mut self, session: &mut Session) -> Result<Option<Chunk>> {
        if self.is_done {
            return Ok(None);
        }
        let width = self.width;
        let to = match self.key.bounds {
            Bounds::Integer => self.after_values(session, width).await?,
            _ => self.after_rows(session, width).await?,
        };
        let clause = self.clause(to.as_deref());
        self.is_done = to.is_none();
        self.is_begun = true;
        self.from = to;
        Ok(Some(Chunk { clause, width }))
    }

    /// The bound behind so many values of the first row that is left, so that gaps cost nothing.
    async fn after_values(&self, session: &mut Session, width: u64) -> Result<Option<String>> {
        let (column, clause) = (&self.key.column, self.clause(None));
        let sql = format!(
            "SELECT MIN({column}), MAX({column}) FROM {}{clause}",
            self.table
        );
        let row = session.row("measure a table of", &sql).await?;
        let at = |at| row.as_ref().map(|row| row.optional(at)).transpose();
        let number = |text: Option<String>| text.and_then(|text| text.parse::<i128>().ok());
        let (first, last) = (at(0)?.flatten(), at(1)?.flatten());
        let (Some(first), Some(last)) = (number(first), number(last)) else {
            return Ok(None);
        };
        let to = first + i128::from(width);
        Ok((to <= last).then(|| to.to_string()))
    }

    /// The bound behind so many rows. Where more rows than that have one value, it is the next one.
    async fn after_rows(&self, session: &mut Session, width: u64) -> Result<Option<String>> {
        let clause = self.clause(None);
        let found = self.probe(session, &clause, width).await?;
        if found.is_none() || found != self.from {
            return Ok(found);
        }
        let (index, column) = (&self.key.index, &self.key.column);
        let from = self.from.as_deref().unwrap_or_default();
        let beyond = format!(" FORCE INDEX ({index}) WHERE {column} > {from}");
        self.probe(session, &beyond, 0).await
    }

    async fn probe(
        &self,
        session: &mut Session,
        clause: &str,
        offset: u64,
    ) -> Result<Option<String>> {
        let (table, column, selected) = (&self.table, &self.key.column, self.key.selected());
        let sql = format!(
            "SELECT {selected} FROM {table}{clause} ORDER BY {column} LIMIT 1 OFFSET {offset}"
        );
        match session.row("measure a table of", &sql).await? {
            Some(row) => self.key.bound(&row),
            None => Ok(None),
        }
    }

    fn clause(&self, to: Option<&str>) -> String {
        let (index, column) = (&self.key.index, &self.key.column);
        let from = self.from.as_ref().map(|from| format!("{column} >= {from}"));
        let to = to.map(|to| format!("{column} < {to}"));
        let conditions: Vec<String> = from.into_iter().chain(to).collect();
        match conditions.is_empty() {
            true => format!(" FORCE INDEX ({index})"),
            false => format!(" FORCE INDEX ({index}) WHERE {}", conditions.join(" AND ")),
        }
    }
}

/// The width of the next range after one of so many bytes.
fn adapted(width: u64, bytes: u64) -> u64 {
    let wanted = u128::from(width) * u128::from(CHUNK) / u128::from(bytes.max(1));
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    wanted
        .clamp(width / GROWTH, width.saturating_mul(GROWTH))
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_grow_and_shrink_toward_what_they_are_meant_to_have() {
        assert_eq!(adapted(1000, CHUNK), 1000);
        assert_eq!(adapted(1000, CHUNK / 2), 2000);
        assert_eq!(adapted(1000, CHUNK * 4), 250);
        assert_eq!(adapted(1000, 0), 1000 * GROWTH);
        assert_eq!(adapted(1, u64::MAX), 1);
        assert_eq!(adapted(u64::MAX, 0), u64::MAX);
    }
}
