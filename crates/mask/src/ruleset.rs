//! A ruleset: what an operator says about every column of one app, read and checked by itself.

mod check;
mod column;
mod file;

use crate::transformer::Mask;
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_config::problem::{Problem, Problems, Source, Span};
use weir_config::yaml;
use weir_model::digest::Digest;

pub(crate) use file::ObjectRule;

/// The sanitising rules of one app, not yet held against a database.
#[derive(Debug)]
pub struct Ruleset {
    pub(crate) source: Source,
    pub(crate) digest: Digest,
    /// Where the tables are listed: the place to blame for one that is missing.
    pub(crate) tables_at: Span,
    pub(crate) tables: BTreeMap<String, TableEntry>,
    /// Where the objects are listed, if they are.
    pub(crate) objects_at: Option<Span>,
    pub(crate) objects: BTreeMap<String, ObjectEntry>,
}

/// What is said about one table, and where its name stands.
#[derive(Debug)]
pub(crate) struct TableEntry {
    pub(crate) at: Span,
    pub(crate) action: Action,
}

/// What happens to a table.
#[derive(Debug)]
pub(crate) enum Action {
    /// Copied as it is.
    Keep,
    /// Copied, each column by its own rule.
    Columns(BTreeMap<String, ColumnEntry>),
    /// Made without rows.
    Empty,
    /// Not made.
    Drop,
}

/// What is said about one column, and where.
#[derive(Debug)]
pub(crate) struct ColumnEntry {
    /// Where the column's name stands.
    pub(crate) at: Span,
    /// Where its rule stands.
    pub(crate) rule_at: Span,
    pub(crate) rule: Rule,
}

/// What happens to a column.
#[derive(Debug)]
pub(crate) enum Rule {
    Keep,
    Mask(Arc<dyn Mask>),
}

impl Rule {
    /// The rule in one canonical line, in a column of so many characters at most: where lines
    /// are equal, values become the same.
    pub(crate) fn line_in(&self, room: Option<usize>) -> String {
        match self {
            Self::Keep => "keep".to_owned(),
            Self::Mask(mask) => mask.rule_in(room),
        }
    }
}

/// What is said about an object that is no table, and where its name stands.
#[derive(Debug)]
pub(crate) struct ObjectEntry {
    pub(crate) at: Span,
    pub(crate) rule: ObjectRule,
}

impl Ruleset {
    /// Reads the text of the ruleset file called `file_name`.
    ///
    /// # Errors
    /// Every mistake found, each with its place and what would be right.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, Problems> {
        let decoded = yaml::decode::<file::RulesetFile>(file_name, text);
        // A ruleset holds no secrets: a rule for a column called `password` is shown as it is.
        let source = Source::new(file_name, text);
        let shown = source.problem(Span::default(), "").source;
        let mut problems: Vec<Problem> = decoded
            .problems
            .into_iter()
            .map(|problem| Problem {
                source: shown.clone(),
                ..problem
            })
            .collect();
        let digest = Digest::new("blake3", blake3::hash(text.as_bytes()).as_bytes());
        let checked = decoded
            .value
            .map(|file| check::ruleset(file, source, digest, &mut problems));
        match checked {
            Some(ruleset) if problems.is_empty() => Ok(ruleset),
            _ => Err(Problems::sorted(problems)),
        }
    }

    /// The file's name, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Digest of the file's text.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

/// The JSON Schema of a ruleset file.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(file::RulesetFile)
}
