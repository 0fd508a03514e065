//! A ruleset as it is written: the types its JSON Schema is made from.

use super::column::ColumnRule;
use super::word_or::{OneOrMore, WordOr};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use weir_config::yaml::Spanned;

/// A map with the places of its keys and values.
pub(super) type Named<T> = BTreeMap<Spanned<String>, Spanned<T>>;

/// Sanitising rules of one app: every column of every table is masked or kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Ruleset")]
pub(super) struct RulesetFile {
    /// Version of the rules' language: 1.
    #[serde(rename = "weir-rules")]
    pub(super) version: Spanned<u64>,
    /// Rulesets whose rules hold too unless this file says otherwise, by paths beside it.
    #[serde(default)]
    pub(super) extends: Vec<Spanned<String>>,
    /// Rules with names, to be used in several places.
    #[serde(default)]
    pub(super) rules: Named<ColumnRule>,
    /// Rules for columns that have none of their own, by patterns; the first that matches counts.
    #[serde(default)]
    pub(super) defaults: Vec<Spanned<DefaultFields>>,
    /// Columns that point to others though the database knows no foreign key.
    #[serde(default)]
    pub(super) references: Vec<Spanned<ReferenceFields>>,
    /// Every table by its name, exactly as the database has it.
    #[serde(default)]
    pub(super) tables: Option<Spanned<Named<TableRule>>>,
    /// Triggers, views and other objects that can carry values, by name.
    #[serde(default)]
    pub(super) objects: Option<Spanned<BTreeMap<Spanned<String>, ObjectRule>>>,
    /// Values planted in the source that must not arrive: a list, or a file with one a line.
    #[serde(default)]
    pub(super) canaries: Option<Canaries>,
    /// What the gate lets pass of what it finds in the rows that arrive.
    #[serde(default)]
    pub(super) gate: GateFields,
}

/// A rule for columns by patterns, in which `*` stands for any letters, and capitals do not count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DefaultFields {
    /// Tables; all unless given.
    #[serde(default)]
    pub(super) tables: Option<OneOrMore>,
    /// Columns; all unless given.
    #[serde(default)]
    pub(super) columns: Option<OneOrMore>,
    /// Types of columns, in the database's words; all unless given.
    #[serde(default)]
    pub(super) types: Option<OneOrMore>,
    /// `true`: such columns are kept.
    #[serde(default)]
    pub(super) keep: Option<bool>,
    /// The rule of such columns.
    #[serde(default, rename = "use")]
    pub(super) rule: Option<Spanned<ColumnRule>>,
}

/// A column that points to another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceFields {
    /// The column that points, as `table.column`.
    pub(super) from: Spanned<String>,
    /// The column pointed to, as `table.column`.
    pub(super) to: Spanned<String>,
}

/// A list, or a file with one value a line.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum Canaries {
    /// The values.
    List(Vec<String>),
    /// The file that holds them.
    File(CanaryFile),
}

/// A file with one value a line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CanaryFile {
    /// Its path, beside the ruleset.
    pub(super) file: Spanned<String>,
}

/// What the gate lets pass.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GateFields {
    /// The share of a column's values that may hold findings, e.g. `0.1%`; none unless given.
    #[serde(default)]
    pub(super) findings: Option<Spanned<String>>,
    /// Which share of the values is read, e.g. `1/10`; all unless given.
    #[serde(default)]
    pub(super) sample: Option<Spanned<String>>,
    /// What may stay, by `table.column`: kinds of findings, e.g. `[phone]`.
    #[serde(default)]
    pub(super) allow: Named<Vec<Spanned<String>>>,
}

/// What happens to a table: `keep` for all of it, or fields.
pub(super) type TableRule = WordOr<Keep, TableFields>;

/// The word `keep`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Keep {
    /// Copied as it is, on purpose.
    Keep,
}

/// What happens to a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFields {
    /// A rule for every column that the database does not compute, or `keep` for all of them.
    #[serde(default)]
    pub(super) columns: Option<Spanned<WordOr<Keep, Named<ColumnRule>>>>,
    /// Which rows are copied: `none` makes the table without rows.
    #[serde(default)]
    pub(super) rows: Option<Spanned<WordOr<NoRows, RowFields>>>,
    /// `true`: the table is not made at all. Virtual tables can only be dropped.
    #[serde(default)]
    pub(super) drop: Option<Spanned<bool>>,
    /// Another word for `drop`.
    #[serde(default)]
    pub(super) skip: Option<Spanned<bool>>,
}

/// The word `none`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum NoRows {
    /// No rows.
    None,
}

/// Which rows of a table are copied; all that is said must hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RowFields {
    /// A condition under which a row is copied.
    #[serde(default)]
    pub(super) keep: Option<Spanned<String>>,
    /// A condition under which a row is left out.
    #[serde(default)]
    pub(super) drop: Option<Spanned<String>>,
    /// One in so many rows is copied, the same ones on every run.
    #[serde(default, rename = "one-in")]
    pub(super) one_in: Option<Spanned<u64>>,
    /// The column that decides which: equal values have one fate in every table. The primary key
    /// unless given.
    #[serde(default)]
    pub(super) by: Option<Spanned<String>>,
    /// So many rows are copied at most: the first that are read, of those for which all else holds.
    #[serde(default)]
    pub(super) limit: Option<Spanned<u64>>,
    /// Tables this one points to: a row is left out where theirs is.
    #[serde(default)]
    pub(super) with: Option<Spanned<OneOrMore>>,
}

/// What happens to an object that can carry values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ObjectRule {
    /// It is made: somebody has read its definition, and it holds nothing personal.
    Keep,
    /// It is not made.
    Drop,
}
