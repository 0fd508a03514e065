//! A large table is loaded by several connections, each with the rows of a range of its part.

use super::plan::Plan;
use super::rows::part;
use crate::config::connections;
use async_trait::async_trait;
use bytes::Bytes;
use memchr::memchr;
use weir_engine::{PartReader, PartSource};
use weir_model::error::Result;

/// Bytes of content that are worth a connection of their own.
const SMALLEST: u64 = 32 << 20;

/// A range of a part's content: from, and to behind its end; `None` to the end of the part.
///
/// It holds the rows that begin behind its first line break, and the last of them to its end,
/// wherever that is; so that every row is in one range. The first range has the first row, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    from: u64,
    to: Option<u64>,
}

/// The ranges of every table of the plan; none where one connection loads all of it.
pub(super) async fn ranges(plan: &Plan, parts: &dyn PartSource) -> Result<Vec<Vec<Range>>> {
    let sizes: Vec<(String, u64)> = plan
        .tables
        .iter()
        .map(|table| {
            let name = part(table);
            let size = parts
                .manifest()
                .part(&name)
                .map_or(0, |part| part.content_bytes);
            (name, size)
        })
        .collect();
    let total = sizes.iter().map(|(_, size)| size).sum();
    let mut all = Vec::new();
    for (table, (name, size)) in plan.tables.iter().zip(sizes) {
        let count = count(size, total, connections() as u64);
        let can = count > 1 && table.is_alone() && !table.is_emptied();
        all.push(match can {
            true => cut(&parts.cuts(&name).await?, size, count),
            false => Vec::new(),
        });
    }
    Ok(all)
}

/// How many connections should load a table: where it is more than the share of one of them, as
/// many as make its ranges such a share. One alone is spared to write the table twice.
fn count(size: u64, total: u64, connections: u64) -> u64 {
    let share = (total / connections).max(SMALLEST);
    size.div_ceil(share).min(connections)
}

/// Cuts so many ranges of about equal size where reading may begin.
fn cut(cuts: &[u64], size: u64, count: u64) -> Vec<Range> {
    let wanted = (1..count).map(|number| size / count * number);
    let mut starts: Vec<u64> = wanted
        .filter_map(|wanted| cuts.iter().copied().find(|cut| *cut >= wanted))
        // The line that ends the rows must not be cut.
        .filter(|start| start + SMALLEST / 2 <= size)
        .collect();
    starts.dedup();
    if starts.is_empty() {
        return Vec::new();
    }
    starts.insert(0, 0);
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(from, to)| Range { from, to })
        .collect()
}

impl Range {
    /// Begins to read its rows.
    pub(super) async fn open(
        self,
        parts: &dyn PartSource,
        name: &str,
    ) -> Result<Box<dyn PartReader>> {
        Ok(Box::new(RangeReader {
            inner: parts.open_at(name, self.from).await?,
            place: self.from,
            range: self,
            has_begun: self.from == 0,
            has_ended: false,
        }))
    }
}

/// The rows of a range.
struct RangeReader {
    inner: Box<dyn PartReader>,
    /// Where in the content the next bytes stand.
    place: u64,
    range: Range,
    has_begun: bool,
    has_ended: bool,
}

impl RangeReader {
    /// The end of the row that goes beyond the range, behind its line break, if it is in there.
    fn end(&self, content: &[u8]) -> Option<usize> {
        let beyond = usize::try_from(self.range.to?.saturating_sub(self.place)).ok()?;
        let end = memchr(b'\n', content.get(beyond..)?)?;
        Some(beyond + end + 1)
    }

    /// Takes off what belongs to the range before.
    fn begin(&mut self, content: &mut Bytes) {
        let Some(end) = memchr(b'\n', content) else {
            self.place += content.len() as u64;
            content.clear();
            return;
        };
        self.place += end as u64 + 1;
        bytes::Buf::advance(content, end + 1);
        self.has_begun = true;
        // A row longer than the range went over all of it.
        self.has_ended = self.range.to.is_some_and(|to| self.place > to);
    }
}

#[async_trait]
impl PartReader for RangeReader {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        while !self.has_ended
            && let Some(mut content) = self.inner.next().await?
        {
            if !self.has_begun {
                self.begin(&mut content);
            }
            if content.is_empty() || self.has_ended {
                continue;
            }
            if let Some(end) = self.end(&content) {
                content.truncate(end);
                self.has_ended = true;
            }
            self.place += content.len() as u64;
            return Ok(Some(content));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    /// Hands out content in pieces.
    struct Pieces(VecDeque<Bytes>);

    #[async_trait]
    impl PartReader for Pieces {
        async fn next(&mut self) -> Result<Option<Bytes>> {
            Ok(self.0.pop_front())
        }
    }

    async fn read(content: &[u8], range: Range, piece: usize) -> Vec<u8> {
        let rest = &content[usize::try_from(range.from).unwrap()..];
        let mut reader = RangeReader {
            inner: Box::new(Pieces(
                rest.chunks(piece).map(Bytes::copy_from_slice).collect(),
            )),
            place: range.from,
            range,
            has_begun: range.from == 0,
            has_ended: false,
        };
        let mut rows = Vec::new();
        while let Some(bytes) = reader.next().await.unwrap() {
            rows.extend_from_slice(&bytes);
        }
        rows
    }

    #[test]
    fn a_table_is_shared_out_when_it_would_keep_one_connection_longer_than_the_others() {
        let gib = 1 << 30;
        assert_eq!(count(10 * gib, 11 * gib, 4), 4);
        assert_eq!(count(3 * gib, 12 * gib, 4), 1, "its share");
        assert_eq!(count(5 * gib, 12 * gib, 4), 2);
        assert_eq!(count(SMALLEST, SMALLEST, 8), 1, "too small to be worth it");
        assert_eq!(count(0, 0, 2), 0);
    }

    #[test]
    fn ranges_begin_where_reading_may_and_never_at_the_very_end() {
        let size = 4 * SMALLEST;
        let cuts: Vec<u64> = (1..256).map(|at| at << 20).collect();
        let starts = |ranges: Vec<Range>| ranges.iter().map(|range| range.from).collect::<Vec<_>>();
        assert_eq!(
            starts(cut(&cuts, size, 4)),
            [0, SMALLEST, 2 * SMALLEST, 3 * SMALLEST]
        );
        assert_eq!(starts(cut(&[size - 1], size, 4)), [0; 0]);
        assert_eq!(starts(cut(&[SMALLEST / 2], size, 2)), [0; 0]);
        assert_eq!(
            cut(&cuts, size, 2).last(),
            Some(&Range {
                from: 2 * SMALLEST,
                to: None
            })
        );
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_range_and_whole(
            rows in proptest::collection::vec("[a-c]{0,9}", 0..30),
            starts in proptest::collection::btree_set(1_usize..200, 0..6),
            piece in 1_usize..12,
        ) {
            let content: String = rows.iter().flat_map(|row| [row.as_str(), "\n"]).collect();
            let content = content.as_bytes();
            let mut starts: Vec<u64> =
                starts.into_iter().filter(|start| *start < content.len()).map(|start| start as u64).collect();
            starts.insert(0, 0);
            let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
            let ranges = starts.iter().copied().zip(ends).map(|(from, to)| Range { from, to });
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut all = Vec::new();
            for range in ranges {
                let rows = runtime.block_on(read(content, range, piece));
                prop_assert!(rows.is_empty() || rows.ends_with(b"\n"));
                all.extend(rows);
            }
            prop_assert_eq!(all, content);
        }
    }
}
