//! The options of a rule as they were written, taken one by one by the transformer.

use std::collections::BTreeMap;
use weir_config::problem::Span;
use weir_config::yaml::{Spanned, listed, unknown_help};

/// What an option was given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OptionValue {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    List(Vec<OptionValue>),
}

/// What is wrong with the options of a rule.
#[derive(Debug)]
pub(crate) struct OptionProblem {
    /// Where, unless it is the rule as a whole.
    pub(crate) at: Option<Span>,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl OptionProblem {
    /// A problem of the rule as a whole.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            at: None,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// What a transformer takes from.
#[derive(Debug, Default)]
pub(crate) struct Options {
    given: BTreeMap<String, Spanned<OptionValue>>,
}

type Taken<T> = Result<Option<T>, OptionProblem>;

impl Options {
    pub(crate) const fn new(given: BTreeMap<String, Spanned<OptionValue>>) -> Self {
        Self { given }
    }

    /// The next option nobody has taken, and where it stands.
    pub(crate) fn left(&self) -> Option<(&str, Span)> {
        let (name, value) = self.given.first_key_value()?;
        Some((name, value.span))
    }

    /// An option of any kind.
    pub(crate) fn any(&mut self, name: &str) -> Option<Spanned<OptionValue>> {
        self.given.remove(name)
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> Taken<String> {
        self.take(name, "a text", |value| match value {
            OptionValue::Text(text) => Some(text),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &str) -> Taken<bool> {
        self.take(name, "`true` or `false`", |value| match value {
            OptionValue::Boolean(is_so) => Some(is_so),
            _ => None,
        })
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&mut self, name: &str, least: i64, greatest: i64) -> Taken<i64> {
        let wanted = format!("a whole number from {least} to {greatest}");
        self.take(name, &wanted, |value| match value {
            OptionValue::Integer(number) if (least..=greatest).contains(&number) => Some(number),
            _ => None,
        })
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str) -> Taken<f64> {
        self.take(name, "a number", |value| match value {
            OptionValue::Integer(number) => Some(number as f64),
            OptionValue::Real(number) if number.is_finite() => Some(number),
            _ => None,
        })
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Taken<Vec<String>> {
        self.take(name, "a list of texts", |value| match value {
            OptionValue::List(items) => items
                .into_iter()
                .map(|item| match item {
                    OptionValue::Text(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Taken<T> {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        if let Some(Spanned {
            value: OptionValue::Text(text),
            span,
        }) = self.given.get(name)
            && !known.contains(&text.as_str())
        {
            return Err(OptionProblem {
                at: Some(*span),
                message: format!("unknown value `{text}`"),
                help: unknown_help(text, &known, "allowed values"),
            });
        }
        let wanted = format!("one of {}", listed(&known));
        self.take(name, &wanted, |value| match value {
            OptionValue::Text(text) => {
                let mut words = words.iter();
                words.find(|(word, _)| *word == text).map(|(_, of)| *of)
            }
            _ => None,
        })
    }

    /// The domain of the pseudonyms.
    pub(crate) fn domain(&mut self, default: &str) -> Result<String, OptionProblem> {
        let at = self.given.get("domain").map(|given| given.span);
        match self.text("domain")? {
            None => Ok(default.to_owned()),
            Some(domain) if !domain.is_empty() => Ok(domain),
            Some(_) => Err(OptionProblem {
                at,
                message: "a domain needs a name".to_owned(),
                help: format!("name it, or leave `domain` out for `{default}`"),
            }),
        }
    }

    fn take<T>(
        &mut self,
        name: &str,
        wanted: &str,
        read: impl FnOnce(OptionValue) -> Option<T>,
    ) -> Taken<T> {
        let Some(Spanned { value, span }) = self.given.remove(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(OptionProblem {
                at: Some(span),
                message: format!("`{name}` is not what it must be"),
                help: format!("it takes {wanted}"),
            }),
        }
    }
}
