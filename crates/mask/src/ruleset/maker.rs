//! Making rules of what is written, with the names that hold in one file.

mod compound;

use super::At;
use super::column::{ColumnRule, KEEP, RuleFields};
use super::file::Named;
use super::rule::Rule;
use crate::transformer::{self, OptionValue, Options, transformers};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_config::problem::{Problem, Source, Span};
use weir_config::yaml::{Spanned, unknown_help};

/// How many rules with names may stand inside each other.
const DEEPEST: usize = 32;

/// Makes the rules of one file.
pub(super) struct Maker<'a> {
    file: usize,
    source: &'a Source,
    /// Rules with names that were not needed yet.
    pending: Named<ColumnRule>,
    /// Rules with names, those of extended files too.
    pub(super) named: BTreeMap<String, Arc<Rule>>,
    /// The names being made, to find rules made of themselves.
    making: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        file: usize,
        source: &'a Source,
        pending: Named<ColumnRule>,
        named: BTreeMap<String, Arc<Rule>>,
    ) -> Self {
        Self {
            file,
            source,
            pending,
            named,
            making: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) const fn at(&self, span: Span) -> At {
        At {
            file: self.file,
            span,
        }
    }

    pub(super) fn problem(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems
            .push(self.source.problem(span, message).help(help));
    }

    /// Makes the rules with names that were used nowhere, and hands over what was found wrong.
    pub(super) fn finish(mut self) -> (BTreeMap<String, Arc<Rule>>, Vec<Problem>) {
        let own: Vec<Spanned<String>> = self.pending.keys().cloned().collect();
        for name in &own {
            if !self.pending.contains_key(name) {
                continue;
            }
            self.named(&name.value);
            // What an extended file offers need not be used here.
            if self.file == 0 {
                self.problem(
                    name.span,
                    format!("the rule `{}` is used nowhere", name.value),
                    "remove it, or use its name for a column",
                );
            }
        }
        (self.named, self.problems)
    }

    /// Refuses names that mean something else already.
    pub(super) fn check_names(&mut self) {
        let taken: Vec<Spanned<String>> = self
            .pending
            .keys()
            .filter(|name| name.value == KEEP || transformer::named(&name.value).is_some())
            .cloned()
            .collect();
        for name in taken {
            self.pending.remove(&name);
            self.problem(
                name.span,
                format!("`{}` has a meaning already", name.value),
                "give the rule another name",
            );
        }
    }

    /// A rule of `rules:`.
    fn named(&mut self, name: &str) -> Option<Arc<Rule>> {
        if let Some((key, rule)) = self.pending.remove_entry(name) {
            self.making.push(name.to_owned());
            let made = self.rule(rule, key.span);
            self.making.pop();
            // One that went wrong is no unknown name wherever it is used.
            let made = made.unwrap_or_else(|| Arc::new(Rule::Keep));
            self.named.insert(name.to_owned(), made);
        }
        self.named.get(name).cloned()
    }

    /// The rule that was written; `name` is where to blame one that is missing. `None` once a
    /// problem was found.
    pub(super) fn rule(&mut self, rule: Spanned<ColumnRule>, name: Span) -> Option<Arc<Rule>> {
        let at = if rule.span.is_empty() {
            name
        } else {
            rule.span
        };
        match rule.value {
            ColumnRule::Null(()) if rule.span.is_empty() => {
                self.problem(
                    name,
                    "this column has no rule",
                    "write `keep` or a transformer; `null` makes every value NULL",
                );
                None
            }
            ColumnRule::Null(()) => self.transformer("null", Options::default(), at),
            ColumnRule::Word(word) => self.word(&word, Options::default(), at),
            ColumnRule::Cases(cases) => self.cases(cases, at),
            ColumnRule::Fields(fields) => match &fields.when {
                None => self.fields(*fields, at),
                Some(when) => {
                    let when = when.span;
                    self.problem(
                        when,
                        "a condition stands in a list of rules",
                        "write [{when: \"…\", mask: …}, …] with a last rule for all other rows",
                    );
                    None
                }
            },
        }
    }

    fn word(&mut self, word: &str, options: Options, at: Span) -> Option<Arc<Rule>> {
        let is_itself = self.making.iter().any(|making| making == word);
        if is_itself || self.making.len() > DEEPEST {
            self.problem(
                at,
                format!("the rule `{word}` is made of itself, or of too many others"),
                "say what it does",
            );
            return None;
        }
        if word == KEEP || self.named.contains_key(word) || self.pending.contains_key(word) {
            if let Some((option, span)) = options.left() {
                let message = format!("the rule `{word}` takes no `{option}`");
                self.problem(span, message, "take it out, or write another rule");
                return None;
            }
            return match word {
                KEEP => Some(Arc::new(Rule::Keep)),
                name => self.named(name),
            };
        }
        self.transformer(word, options, at)
    }

    fn fields(&mut self, fields: RuleFields, at: Span) -> Option<Arc<Rule>> {
        let mut options = fields.options;
        let mask = options.remove("mask");
        match (mask, fields.json, fields.each) {
            (Some(mask), None, None) => {
                let name = match mask.value {
                    OptionValue::Text(name) => name,
                    OptionValue::Null => "null".to_owned(),
                    _ => String::new(),
                };
                let options = options.into_iter().map(|(name, value)| (name.value, value));
                self.word(&name, Options::new(options.collect()), mask.span)
            }
            (None, Some(json), None) if options.is_empty() => self.json(json, at),
            (None, None, Some(each)) if options.is_empty() => {
                let rule = self.rule(each, at)?;
                self.made(Rule::Each(rule), at)
            }
            _ => {
                self.problem(
                    at,
                    "it is not said what happens to this column",
                    "write {mask: NAME, …options}, {json: {PATH: …, \"*\": …}} or {each: …}",
                );
                None
            }
        }
    }

    /// The mask that a transformer makes of options; `at` is where its name stands.
    fn transformer(&mut self, name: &str, mut options: Options, at: Span) -> Option<Arc<Rule>> {
        let Some(transformer) = transformer::named(name) else {
            let known = transformers().iter().map(|known| known.name);
            let own = self.pending.keys().map(|name| name.value.as_str());
            let own = own.chain(self.named.keys().map(String::as_str));
            let words: Vec<&str> = [KEEP].into_iter().chain(known).chain(own).collect();
            let problem = self
                .source
                .problem(at, format!("unknown value `{name}`"))
                .label("not one of the allowed values")
                .help(unknown_help(name, &words, "allowed values"));
            self.problems.push(problem);
            return None;
        };
        let mask = match (transformer.make)(&mut options) {
            Ok(mask) => mask,
            Err(problem) => {
                self.problem(problem.at.unwrap_or(at), problem.message, problem.help);
                return None;
            }
        };
        if let Some((option, span)) = options.left() {
            let known: Vec<&str> = transformer.options.iter().map(|known| known.name).collect();
            let help = match known.is_empty() {
                true => format!("take it out: `{name}` takes no options"),
                false => unknown_help(option, &known, "its options"),
            };
            self.problem(span, format!("this transformer takes no `{option}`"), help);
            return None;
        }
        Some(Arc::new(Rule::Mask(mask)))
    }
}
