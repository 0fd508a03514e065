//! What the types of the file cannot say: which fields go together.

use super::column::{ColumnRule, KEEP};
use super::file::{RulesetFile, TableFields, TableRule};
use super::{Action, ColumnEntry, ObjectEntry, Rule, Ruleset, TableEntry};
use crate::transformer::{self, OptionValue, Options, transformers};
use std::collections::BTreeMap;
use weir_config::problem::{Problem, Source, Span};
use weir_config::yaml::{Spanned, unknown_help};
use weir_model::digest::Digest;

/// The version of the language that this build reads.
const VERSION: u64 = 1;

pub(super) fn ruleset(
    file: RulesetFile,
    source: Source,
    digest: Digest,
    problems: &mut Vec<Problem>,
) -> Ruleset {
    if file.version.value != VERSION {
        problems.push(
            source
                .problem(file.version.span, "this version of the rules is not known")
                .help("write `weir-rules: 1`, or use a Weir that knows it"),
        );
    }
    let tables_at = file.tables.span;
    let mut tables = BTreeMap::new();
    for (name, rule) in file.tables.value {
        let at = name.span;
        if let Some(action) = table(&name, rule, &source, problems) {
            tables.insert(name.value, TableEntry { at, action });
        }
    }
    let (objects_at, objects) = match file.objects {
        Some(objects) => (Some(objects.span), objects.value),
        None => (None, BTreeMap::new()),
    };
    let objects = objects
        .into_iter()
        .map(|(name, rule)| {
            (
                name.value,
                ObjectEntry {
                    at: name.span,
                    rule,
                },
            )
        })
        .collect();
    Ruleset {
        source,
        digest,
        tables_at,
        tables,
        objects_at,
        objects,
    }
}

/// `None` once a problem was found that leaves nothing to go on with.
fn table(
    name: &Spanned<String>,
    rule: Spanned<TableRule>,
    source: &Source,
    problems: &mut Vec<Problem>,
) -> Option<Action> {
    let fields = match rule.value {
        TableRule::Whole(_) => return Some(Action::Keep),
        TableRule::Fields(fields) => fields,
    };
    match fields {
        TableFields {
            columns: Some(columns),
            rows: None,
            drop: None,
        } => Some(Action::Columns(table_columns(
            columns.value,
            source,
            problems,
        ))),
        TableFields {
            columns: None,
            rows: Some(_),
            drop: None,
        } => Some(Action::Empty),
        TableFields {
            columns: None,
            rows: None,
            drop: Some(Spanned { value: true, .. }),
        } => Some(Action::Drop),
        _ => {
            problems.push(
                source
                    .problem(
                        name.span,
                        format!("it is not clear what happens to table `{}`", name.value),
                    )
                    .help(
                        "say exactly one: `keep`, {columns: {…}}, {rows: none} for a table without \
                         rows, or {drop: true} for no table",
                    ),
            );
            None
        }
    }
}

fn table_columns(
    columns: BTreeMap<Spanned<String>, Spanned<ColumnRule>>,
    source: &Source,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, ColumnEntry> {
    let mut entries = BTreeMap::new();
    for (name, rule) in columns {
        let rule_at = if rule.span.is_empty() {
            name.span
        } else {
            rule.span
        };
        match column(rule, name.span, source) {
            Ok(rule) => {
                entries.insert(
                    name.value,
                    ColumnEntry {
                        at: name.span,
                        rule_at,
                        rule,
                    },
                );
            }
            Err(problem) => problems.push(*problem),
        }
    }
    entries
}

fn column(rule: Spanned<ColumnRule>, name: Span, source: &Source) -> Result<Rule, Box<Problem>> {
    match rule.value {
        ColumnRule::Null(()) if rule.span.is_empty() => Err(Box::new(
            source
                .problem(name, "this column has no rule")
                .help("write `keep` or a transformer; `null` makes every value NULL"),
        )),
        ColumnRule::Null(()) => made("null", Options::default(), rule.span, source),
        ColumnRule::Word(word) if word == KEEP => Ok(Rule::Keep),
        ColumnRule::Word(word) => made(&word, Options::default(), rule.span, source),
        ColumnRule::Options(mut options) => {
            let Some(mask) = options.remove("mask") else {
                return Err(Box::new(
                    source
                        .problem(rule.span, "it is not said what happens to this column")
                        .help("write {mask: NAME, …options}"),
                ));
            };
            let name = match mask.value {
                OptionValue::Text(name) => name,
                OptionValue::Null => "null".to_owned(),
                _ => String::new(),
            };
            let options = options
                .into_iter()
                .map(|(name, value)| (name.value, value))
                .collect();
            made(&name, Options::new(options), mask.span, source)
        }
    }
}

/// The mask that a transformer makes of options; `at` is where its name stands.
fn made(name: &str, mut options: Options, at: Span, source: &Source) -> Result<Rule, Box<Problem>> {
    let Some(transformer) = transformer::named(name) else {
        let known = transformers().iter().map(|known| known.name);
        let words: Vec<&str> = [KEEP].into_iter().chain(known).collect();
        return Err(Box::new(
            source
                .problem(at, format!("unknown value `{name}`"))
                .label("not one of the allowed values")
                .help(unknown_help(name, &words, "allowed values")),
        ));
    };
    let mask = (transformer.make)(&mut options).map_err(|problem| {
        let at = problem.at.unwrap_or(at);
        Box::new(source.problem(at, problem.message).help(problem.help))
    })?;
    if let Some((option, span)) = options.left() {
        let known: Vec<&str> = transformer.options.iter().map(|known| known.name).collect();
        let help = match known.is_empty() {
            true => format!("take it out: `{name}` takes no options"),
            false => unknown_help(option, &known, "its options"),
        };
        return Err(Box::new(
            source
                .problem(span, format!("this transformer takes no `{option}`"))
                .help(help),
        ));
    }
    Ok(Rule::Mask(mask))
}
