//! What serde says is wrong, made into what we tell the operator.

use std::fmt;

use serde::de;

use super::suggest::unknown_help;
use crate::problem::{Problem, Source, Span};

/// An error of decoding, before it is bound to a file.
///
/// A `Deserialize` written by hand says more by `custom("what is wrong\nhelp: what would be right")`.
#[derive(Debug, Clone)]
pub(super) struct DecodeError {
    message: String,
    label: String,
    help: String,
    span: Option<Span>,
}

impl DecodeError {
    fn new(message: String, label: &str, help: String) -> Self {
        Self {
            message,
            label: label.to_owned(),
            help,
            span: None,
        }
    }

    /// The same error at `span`, unless a more exact place is known already.
    pub(super) fn at(mut self, span: Span) -> Self {
        self.span = self.span.or(Some(span));
        self
    }

    pub(super) fn span(&self) -> Span {
        self.span.unwrap_or_default()
    }

    pub(super) fn into_problem(self, source: &Source) -> Problem {
        source
            .problem(self.span(), self.message)
            .label(self.label)
            .help(self.help)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        match text.split_once("\nhelp: ") {
            Some((message, help)) => Self::new(message.to_owned(), "", help.to_owned()),
            None => Self::new(text, "", String::new()),
        }
    }

    // The value itself is never repeated: it may be a secret in the wrong place.
    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = plain_words(&expected.to_string());
        let help = match found {
            de::Unexpected::Map if expected == "text" => "quote a value that begins with `{`",
            _ => "",
        };
        let message = format!("expected {expected}, found {}", kind(&found));
        Self::new(message, "", help.to_owned())
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = plain_words(&expected.to_string());
        Self::new(
            format!("expected {expected}, found another {}", bare(kind(&found))),
            "",
            String::new(),
        )
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(
            format!("unknown value `{variant}`"),
            "not one of the allowed values",
            unknown_help(variant, expected, "allowed values"),
        )
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(
            format!("unknown field `{field}`"),
            "not a field here",
            unknown_help(field, expected, "fields here"),
        )
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(
            format!("`{field}` is missing here"),
            "",
            format!("add `{field}: …`"),
        )
    }
}

/// What was found, without its value.
fn kind(found: &de::Unexpected<'_>) -> &'static str {
    match found {
        de::Unexpected::Bool(_) => "a boolean",
        de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) => "a whole number",
        de::Unexpected::Float(_) => "a number",
        de::Unexpected::Str(_) | de::Unexpected::Char(_) => "text",
        de::Unexpected::Unit | de::Unexpected::Option => "nothing",
        de::Unexpected::Seq => "a list",
        de::Unexpected::Map => "a map",
        _ => "another kind of value",
    }
}

fn bare(kind: &str) -> &str {
    kind.trim_start_matches("a ")
}

/// serde's names for what it wants, in the operator's words.
fn plain_words(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "a string" => "text".to_owned(),
        "a sequence" => "a list: [one, two]".to_owned(),
        other if other.starts_with("struct ") => "a map of fields: {name: value}".to_owned(),
        other => other.to_owned(),
    }
}
