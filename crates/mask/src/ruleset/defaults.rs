//! Rules for columns that have none of their own, and references the database does not know.

use super::At;
use super::file::{DefaultFields, ReferenceFields};
use super::maker::Maker;
use super::pattern::Pattern;
use super::rule::Rule;
use super::word_or::OneOrMore;
use std::sync::Arc;
use weir_config::yaml::Spanned;
use weir_model::catalog::{Column, Table};

/// A rule for columns by patterns.
#[derive(Debug)]
pub(crate) struct DefaultRule {
    pub(crate) at: At,
    tables: Vec<Pattern>,
    columns: Vec<Pattern>,
    types: Vec<Pattern>,
    pub(crate) rule: Arc<Rule>,
}

/// A column that points to another.
#[derive(Debug)]
pub(crate) struct ReferenceRule {
    /// Table and column.
    pub(crate) from: (String, String),
    pub(crate) from_at: At,
    /// Table and column.
    pub(crate) to: (String, String),
    pub(crate) to_at: At,
}

impl DefaultRule {
    /// Whether it speaks of a column.
    pub(crate) fn matches(&self, table: &Table, column: &Column) -> bool {
        let any = |patterns: &[Pattern], name: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name))
        };
        any(&self.columns, &column.name)
            && any(&self.types, &column.data_type)
            && any(&self.tables, &table.name)
    }
}

/// A default; `None` once a problem was found.
pub(super) fn default_rule(
    fields: Spanned<DefaultFields>,
    maker: &mut Maker<'_>,
) -> Option<DefaultRule> {
    let Spanned {
        value: fields,
        span,
    } = fields;
    let patterns = |given: Option<OneOrMore>| {
        let given = given.map(OneOrMore::into_vec).unwrap_or_default();
        given
            .iter()
            .map(|text| Pattern::new(text))
            .collect::<Vec<_>>()
    };
    let rule = match (fields.keep, fields.rule) {
        (Some(true), None) => Arc::new(Rule::Keep),
        (None, Some(rule)) => maker.rule(rule, span)?,
        _ => {
            maker.problem(
                span,
                "it is not clear what this default does",
                "write `keep: true`, or `use:` with a rule",
            );
            return None;
        }
    };
    let rule = DefaultRule {
        at: maker.at(span),
        tables: patterns(fields.tables),
        columns: patterns(fields.columns),
        types: patterns(fields.types),
        rule,
    };
    let says_all = [&rule.tables, &rule.columns, &rule.types]
        .iter()
        .all(|part| part.is_empty() || part.iter().any(Pattern::is_all));
    if rule.rule.keeps() && says_all {
        maker.problem(
            span,
            "this default would keep everything that nobody has classified",
            "name the columns or their types; a whole table is kept by `TABLE: keep`",
        );
        return None;
    }
    Some(rule)
}

/// A reference; `None` once a problem was found.
pub(super) fn reference_rule(
    fields: Spanned<ReferenceFields>,
    maker: &mut Maker<'_>,
) -> Option<ReferenceRule> {
    let fields = fields.value;
    let mut split = |name: &Spanned<String>| {
        // A table's name may hold its schema.
        let parts = name
            .value
            .rsplit_once('.')
            .filter(|(table, column)| !table.is_empty() && !column.is_empty());
        if parts.is_none() {
            maker.problem(
                name.span,
                "this names no column",
                "write it as `table.column`",
            );
        }
        parts.map(|(table, column)| (table.to_owned(), column.to_owned()))
    };
    let (from, to) = (split(&fields.from), split(&fields.to));
    Some(ReferenceRule {
        from: from?,
        from_at: maker.at(fields.from.span),
        to: to?,
        to_at: maker.at(fields.to.span),
    })
}
