//! Large tables are read by several connections, each a range of pages.

use crate::catalog::Content;
use crate::config::Session;
use weir_model::error::Result;

/// Bytes of a table, out-of-line values included, that one connection reads at a time.
const RANGE: u64 = 256 << 20;
/// The first version of the server that finds a range of pages without reading all the others.
const RANGES_SINCE: i32 = 140_000;

/// A range of pages: from, to behind its end; `None` to the end of the table.
pub(super) type Pages = (u64, Option<u64>);

/// The ranges of a table; one `None` is all of it at once.
pub(super) async fn ranges(session: &Session, table: &Content) -> Result<Vec<Option<Pages>>> {
    let ranges = table.bytes.div_ceil(RANGE);
    if ranges < 2 || !table.condition.is_empty() || table.via_root.is_some() {
        return Ok(vec![None]);
    }
    let doing = "measure a table of";
    let sql = "SELECT pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint, \
               a.amname = 'heap' AND pg_catalog.current_setting('server_version_num')::int >= $2 \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid = c.relam WHERE c.oid = $1";
    let Some(row) = session
        .row(doing, sql, &[&table.oid, &RANGES_SINCE])
        .await?
    else {
        return Ok(vec![None]);
    };
    let pages: i64 = session.get(doing, &row, 0)?;
    let can: bool = session.get(doing, &row, 1)?;
    if !can {
        return Ok(vec![None]);
    }
    Ok(cut(pages.unsigned_abs(), ranges))
}

/// Cuts so many pages into ranges.
fn cut(pages: u64, ranges: u64) -> Vec<Option<Pages>> {
    let step = pages.div_ceil(ranges).max(1);
    let starts: Vec<u64> = (0..pages.max(1))
        .step_by(usize::try_from(step).unwrap_or(usize::MAX))
        .collect();
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    starts.iter().copied().zip(ends).map(Some).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_meet_and_the_last_one_is_open() {
        assert_eq!(
            cut(10, 3),
            [Some((0, Some(4))), Some((4, Some(8))), Some((8, None))]
        );
        assert_eq!(cut(0, 2), [Some((0, None))]);
        assert_eq!(cut(1, 2), [Some((0, None))]);
    }
}
