//! A ruleset: what an operator says about every column of one app, read and checked by itself.

mod canaries;
mod column;
mod defaults;
mod extend;
mod file;
mod gate;
mod layer;
mod maker;
mod pattern;
mod rows;
mod rule;
mod word_or;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use weir_config::problem::{Problem, Problems, Source, Span};
use weir_model::digest::Digest;

pub(crate) use defaults::{DefaultRule, ReferenceRule};
pub(crate) use file::ObjectRule;
pub(crate) use gate::GateRules;
pub(crate) use rows::{Limit, RowRule, Sample};
pub(crate) use rule::{Case, JsonRules, Rule, WrittenCondition};

/// The sanitising rules of one app, not yet held against a database.
#[derive(Debug)]
pub struct Ruleset {
    /// The file itself, then those it extends.
    sources: Vec<Source>,
    pub(crate) digest: Digest,
    /// Where the tables are listed: the place to blame for one that is missing.
    pub(crate) tables_at: At,
    pub(crate) tables: BTreeMap<String, TableEntry>,
    /// The first that matches counts.
    pub(crate) defaults: Vec<DefaultRule>,
    pub(crate) references: Vec<ReferenceRule>,
    /// Where the objects are listed, if they are.
    pub(crate) objects_at: Option<At>,
    pub(crate) objects: BTreeMap<String, ObjectEntry>,
    pub(crate) canaries: Vec<String>,
    pub(crate) gate: GateRules,
}

/// A place in one of the files of a ruleset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    file: usize,
    span: Span,
}

impl At {
    /// Whether it stands in the ruleset's own file, not in one that it extends. What others
    /// share need not have an effect in every app.
    pub(crate) const fn is_own(self) -> bool {
        self.file == 0
    }
}

/// What is said about one table, and where its name stands.
#[derive(Debug)]
pub(crate) struct TableEntry {
    pub(crate) at: At,
    pub(crate) action: Action,
}

/// What happens to a table.
#[derive(Debug)]
pub(crate) enum Action {
    /// Copied: all its rows or some.
    Copy(Columns, Option<Box<RowRule>>),
    /// Made without rows.
    Empty,
    /// Not made.
    Drop,
}

/// What happens to the columns of a table.
#[derive(Debug)]
pub(crate) enum Columns {
    /// All are copied as they are.
    Keep,
    /// Each by its own rule, or else by a default.
    Each(BTreeMap<String, ColumnEntry>),
}

/// What is said about one column, and where.
#[derive(Debug)]
pub(crate) struct ColumnEntry {
    /// Where the column's name stands.
    pub(crate) at: At,
    /// Where its rule stands.
    pub(crate) rule_at: At,
    pub(crate) rule: Arc<Rule>,
}

/// What is said about an object that is no table, and where its name stands.
#[derive(Debug)]
pub(crate) struct ObjectEntry {
    pub(crate) at: At,
    pub(crate) rule: ObjectRule,
}

/// How the files are read that a ruleset names: by their paths, which stand beside its own.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> io::Result<String>;

impl Ruleset {
    /// Reads the text of the ruleset file called `file_name`, which names no other file.
    ///
    /// # Errors
    /// Every mistake found, each with its place and what would be right.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, Problems> {
        let unsupported = |_: &str| Err(io::Error::from(io::ErrorKind::Unsupported));
        Self::parse_with(text, file_name, &unsupported)
    }

    /// Reads the text of the ruleset file called `file_name`, and by `read` the files it names.
    ///
    /// # Errors
    /// Every mistake found, each with its place and what would be right.
    pub fn parse_with(text: &str, file_name: &str, read: ReadFile<'_>) -> Result<Self, Problems> {
        extend::ruleset(text, file_name, read)
    }

    /// The file's name, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        self.sources.first().map_or("", Source::name)
    }

    /// Digest of the file's text, and of the texts of all files it names.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// A problem at a place of one of its files.
    pub(crate) fn problem(&self, at: At, message: impl Into<String>) -> Problem {
        match self.sources.get(at.file).or(self.sources.first()) {
            Some(source) => source.problem(at.span, message),
            None => Source::new("", "").problem(at.span, message),
        }
    }

    /// The line a place stands on, in words: `line 7`, `common.yaml, line 7`.
    pub(crate) fn line(&self, at: At) -> String {
        let Some(source) = self.sources.get(at.file) else {
            return String::new();
        };
        let (line, _) = source.position(at.span.start);
        match at.is_own() {
            true => format!("line {line}"),
            false => format!("{}, line {line}", source.name()),
        }
    }
}

/// The problems in the order of the files, each said once.
pub(crate) fn sorted(problems: Vec<Problem>) -> Problems {
    let mut by_file: Vec<(String, Vec<Problem>)> = Vec::new();
    for problem in problems {
        match by_file.iter_mut().find(|(file, _)| *file == problem.file) {
            Some((_, known)) => known.push(problem),
            None => by_file.push((problem.file.clone(), vec![problem])),
        }
    }
    let sorted = by_file
        .into_iter()
        .flat_map(|(_, problems)| Problems::sorted(problems).0);
    Problems(sorted.collect())
}

/// The JSON Schema of a ruleset file.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(file::RulesetFile)
}
