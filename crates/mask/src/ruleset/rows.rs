//! Which rows of a table are copied.

use super::At;
use super::file::RowFields;
use super::maker::Maker;
use super::rule::WrittenCondition;
use weir_config::yaml::Spanned;
use weir_model::catalog::Table;

/// Which rows are copied: all that is said must hold.
#[derive(Debug)]
pub(crate) struct RowRule {
    /// Rows for which it holds are kept.
    pub(crate) keep: Option<WrittenCondition>,
    /// Rows for which it holds are left out.
    pub(crate) drop: Option<WrittenCondition>,
    pub(crate) sample: Option<Sample>,
    pub(crate) limit: Option<Limit>,
    /// Tables whose rows this one's follow.
    pub(crate) with: Vec<(String, At)>,
}

/// A share of the rows, chosen by a column's value.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) one_in: u64,
    /// The primary key unless given.
    pub(crate) by: Option<String>,
    /// Where the column is named, or else the share.
    pub(crate) at: At,
}

impl Sample {
    /// The column that decides; `None` where none is named and the key has not just one.
    pub(crate) fn column<'a>(&'a self, table: &'a Table) -> Option<&'a str> {
        if let Some(by) = &self.by {
            return Some(by);
        }
        let mut key = table.columns.iter().filter(|column| column.primary_key);
        match (key.next(), key.next()) {
            (Some(only), None) => Some(&only.name),
            _ => None,
        }
    }
}

/// How many rows there are at most.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) most: u64,
    pub(crate) at: At,
}

/// What is said about a share of the rows; the outer `None` once a problem was found.
fn sample(
    one_in: Option<Spanned<u64>>,
    by: Option<Spanned<String>>,
    maker: &mut Maker<'_>,
) -> Option<Option<Sample>> {
    let place = by.as_ref().map(|by| by.span);
    match one_in {
        None if by.is_none() => Some(None),
        Some(one_in) if one_in.value > 1 => Some(Some(Sample {
            one_in: one_in.value,
            at: maker.at(place.unwrap_or(one_in.span)),
            by: by.map(|by| by.value),
        })),
        one_in => {
            maker.problem(
                one_in.map(|one_in| one_in.span).or(place).unwrap_or_default(),
                "it is not clear which rows are in the sample",
                "write {one-in: 10, by: COLUMN}: equal values of the column have one fate in every table",
            );
            None
        }
    }
}

/// What is said about rows; `None` once a problem was found.
pub(super) fn row_rule(fields: Spanned<RowFields>, maker: &mut Maker<'_>) -> Option<RowRule> {
    let Spanned {
        value: fields,
        span,
    } = fields;
    let at = maker.at(span);
    let sample = sample(fields.one_in, fields.by, maker)?;
    let limit = match fields.limit {
        Some(limit) if limit.value == 0 => {
            maker.problem(
                limit.span,
                "a limit of 0 leaves no row",
                "write `rows: none` for a table without rows, or a limit of 1 or more",
            );
            return None;
        }
        limit => limit.map(|limit| Limit {
            most: limit.value,
            at: maker.at(limit.span),
        }),
    };
    let with_at = fields.with.as_ref().map_or(at, |with| maker.at(with.span));
    let with = fields
        .with
        .map(|with| with.value.into_vec())
        .unwrap_or_default();
    let mut written = |condition: Option<Spanned<String>>| match condition {
        None => Some(None),
        Some(condition) => maker.condition(&condition).map(Some),
    };
    let (keep, drop) = (written(fields.keep), written(fields.drop));
    let rule = RowRule {
        keep: keep?,
        drop: drop?,
        sample,
        limit,
        with: with.into_iter().map(|table| (table, with_at)).collect(),
    };
    let says_nothing = rule.keep.is_none()
        && rule.drop.is_none()
        && rule.sample.is_none()
        && rule.limit.is_none()
        && rule.with.is_empty();
    if says_nothing {
        maker.problem(
            span,
            "it is not said which rows are copied",
            "write {keep: \"CONDITION\"}, {drop: \"CONDITION\"}, {one-in: 10, by: COLUMN}, {limit: 1000} or {with: TABLE}; `none` for no rows",
        );
        return None;
    }
    Some(rule)
}
