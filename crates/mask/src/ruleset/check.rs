//! What the types of the file cannot say: which fields go together.

use super::column::{ColumnRule, MaskName, MaskOptions, Named, Word};
use super::file::{RulesetFile, TableFields, TableRule};
use super::{Action, ColumnEntry, ObjectEntry, Rule, Ruleset, TableEntry};
use crate::transformer::{Mask, NamePart};
use std::collections::BTreeMap;
use weir_config::problem::{Problem, Source, Span};
use weir_config::yaml::Spanned;
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
    let mask = match rule.value {
        ColumnRule::Null(()) if rule.span.is_empty() => {
            return Err(Box::new(
                source
                    .problem(name, "this column has no rule")
                    .help("write `keep` or a transformer; `null` makes every value NULL"),
            ));
        }
        ColumnRule::Null(()) | ColumnRule::Word(Word::Null) => Mask::Null,
        ColumnRule::Word(Word::Keep) => return Ok(Rule::Keep),
        ColumnRule::Word(Word::Email) => email(None),
        ColumnRule::Word(Word::Name) => full_name(None, NamePart::Full),
        ColumnRule::Word(Word::Redact) => Mask::Redact,
        ColumnRule::Word(Word::Fixed) => return Err(without_value(rule.span, source)),
        ColumnRule::Options(options) => with_options(options, rule.span, source)?,
    };
    Ok(Rule::Mask(mask))
}

fn with_options(options: MaskOptions, at: Span, source: &Source) -> Result<Mask, Box<Problem>> {
    use Named::{Email, Fixed, Name, Null, Redact};
    let MaskOptions {
        mask,
        domain,
        part,
        locale,
        value,
    } = options;
    let named = match mask {
        MaskName::Null(()) => Null,
        MaskName::Named(named) => named,
    };
    if let Some(domain) = domain.as_ref().filter(|domain| domain.value.is_empty()) {
        return Err(Box::new(
            source.problem(domain.span, "a domain needs a name"),
        ));
    }
    let misplaced = [
        (
            "domain",
            domain.as_ref().map(|domain| domain.span),
            matches!(named, Email | Name),
        ),
        ("part", part.as_ref().map(|part| part.span), named == Name),
        (
            "locale",
            locale.as_ref().map(|locale| locale.span),
            named == Name,
        ),
        (
            "value",
            value.as_ref().map(|value| value.span),
            named == Fixed,
        ),
    ];
    for (option, span, allowed) in misplaced {
        if let (Some(span), false) = (span, allowed) {
            return Err(Box::new(
                source
                    .problem(span, format!("this transformer takes no `{option}`"))
                    .help("take it out: `email` takes domain; `name` takes domain, part and locale; `fixed` takes value"),
            ));
        }
    }
    let domain = domain.map(|domain| domain.value);
    Ok(match named {
        Email => email(domain),
        Name => full_name(domain, part.map(|part| part.value).unwrap_or_default()),
        Null => Mask::Null,
        Redact => Mask::Redact,
        Fixed => match value {
            Some(value) => Mask::Fixed(value.value.into_constant()),
            None => return Err(without_value(at, source)),
        },
    })
}

fn email(domain: Option<String>) -> Mask {
    Mask::Email {
        domain: domain.unwrap_or_else(|| "email".to_owned()),
    }
}

fn full_name(domain: Option<String>, part: NamePart) -> Mask {
    Mask::Name {
        domain: domain.unwrap_or_else(|| "name".to_owned()),
        part,
    }
}

fn without_value(at: Span, source: &Source) -> Box<Problem> {
    Box::new(
        source
            .problem(at, "`fixed` needs the value to put in")
            .help("write {mask: fixed, value: \"…\"}; for NULL write `null`"),
    )
}
