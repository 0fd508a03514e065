//! Which rows of a table are copied.

use super::At;
use super::file::RowFields;
use super::maker::Maker;
use super::rule::WrittenCondition;
use weir_config::yaml::Spanned;

/// Which rows are copied: all that is said must hold.
#[derive(Debug)]
pub(crate) struct RowRule {
    /// Rows for which it holds are kept.
    pub(crate) keep: Option<WrittenCondition>,
    /// Rows for which it holds are left out.
    pub(crate) drop: Option<WrittenCondition>,
    pub(crate) sample: Option<Sample>,
    /// Tables whose rows this one's follow.
    pub(crate) with: Vec<(String, At)>,
}

/// A share of the rows, chosen by a column's value.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) one_in: u64,
    pub(crate) by: String,
    pub(crate) by_at: At,
}

/// What is said about rows; `None` once a problem was found.
pub(super) fn row_rule(fields: Spanned<RowFields>, maker: &mut Maker<'_>) -> Option<RowRule> {
    let Spanned {
        value: fields,
        span,
    } = fields;
    let at = maker.at(span);
    let sample = match (fields.one_in, fields.by) {
        (None, None) => None,
        (Some(one_in), Some(by)) if one_in.value > 1 => Some(Sample {
            one_in: one_in.value,
            by_at: maker.at(by.span),
            by: by.value,
        }),
        (one_in, _) => {
            let place = one_in.map_or(span, |one_in| one_in.span);
            maker.problem(
                place,
                "it is not clear which rows are in the sample",
                "write {one-in: 10, by: COLUMN}: equal values of the column have one fate in every table",
            );
            return None;
        }
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
        with: with.into_iter().map(|table| (table, with_at)).collect(),
    };
    let says_nothing =
        rule.keep.is_none() && rule.drop.is_none() && rule.sample.is_none() && rule.with.is_empty();
    if says_nothing {
        maker.problem(
            span,
            "it is not said which rows are copied",
            "write {keep: \"CONDITION\"}, {drop: \"CONDITION\"}, {one-in: 10, by: COLUMN} or {with: TABLE}; `none` for no rows",
        );
        return None;
    }
    Some(rule)
}
