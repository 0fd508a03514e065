//! The transformers: what each does, as data, and the masks that do it.

mod email;
mod name;
mod plain;

use crate::key::Key;
use std::sync::Arc;
use weir_engine::{ColumnMask, Replacement};

pub use name::NamePart;

/// What a transformer does and promises: the source of the documentation and of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transformer {
    /// The name in rulesets.
    pub name: &'static str,
    /// What it puts in a value's place.
    pub meaning: &'static str,
    /// A value before and after, as text.
    pub example: (&'static str, &'static str),
    /// What the output depends on.
    pub determinism: Determinism,
    /// Whether different values stay different.
    pub uniqueness: Uniqueness,
    /// Type and length of the output, in words.
    pub output: &'static str,
}

/// What the output of a transformer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Determinism {
    /// The value, the masking key and the domain: the same everywhere, on every run.
    Keyed,
    /// The rule alone.
    Constant,
}

/// Whether different values stay different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// In practice always: the output carries 80 bits of a keyed hash. Values that differ only
    /// in case or in white space around them count as one.
    KeptUnique,
    /// Different values may become the same.
    MayCollide,
}

const EMAIL: Transformer = Transformer {
    name: "email",
    meaning: "an address of a person who does not exist, in a domain that can receive no mail",
    example: (
        "Ada.Lovelace@gmail.com",
        "paula.voss.ns2vnxt6td0masg9@example.net",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::KeptUnique,
    output: "text, at most 52 characters: letters, digits, dots and one @",
};

const NAME: Transformer = Transformer {
    name: "name",
    meaning: "a given name, a family name, or both, from a fixed list, none of them in the value",
    example: ("Ada Lovelace", "Said Lyon"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, at most 10 (given), 12 (family) or 23 (full) characters: letters, one space",
};

const NULL: Transformer = Transformer {
    name: "null",
    meaning: "NULL",
    example: ("anything", "NULL"),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "NULL",
};

const FIXED: Transformer = Transformer {
    name: "fixed",
    meaning: "the rule's `value`, also where there was NULL",
    example: ("anything", "the rule's `value`"),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "the type and length of `value`",
};

const REDACT: Transformer = Transformer {
    name: "redact",
    meaning: "a constant of the value's own type: `[redacted]`, 0, or no bytes",
    example: ("Call me at 555-1234", "[redacted]"),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "text of 10 characters, the number 0, or zero bytes",
};

const ALL: [Transformer; 5] = [EMAIL, NAME, NULL, FIXED, REDACT];

/// Every transformer, in the order of the documentation.
#[must_use]
pub fn transformers() -> &'static [Transformer] {
    &ALL
}

/// A transformer with its options: what a rule says, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mask {
    Email { domain: String },
    Name { domain: String, part: NamePart },
    Null,
    Fixed(Constant),
    Redact,
}

/// A value written in a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constant {
    Integer(i64),
    Real(f64),
    Text(String),
}

/// What a mask gives, as far as a column can be held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputType {
    /// The same as the value's.
    Same,
    Null,
    Number,
    Text,
}

impl Mask {
    pub(crate) fn transformer(&self) -> &'static Transformer {
        match self {
            Self::Email { .. } => &EMAIL,
            Self::Name { .. } => &NAME,
            Self::Null => &NULL,
            Self::Fixed(_) => &FIXED,
            Self::Redact => &REDACT,
        }
    }

    pub(crate) fn keeps_unique(&self) -> bool {
        self.transformer().uniqueness == Uniqueness::KeptUnique
    }

    /// The longest text it gives, in characters; `None` when it never gives text.
    pub(crate) fn longest_text(&self) -> Option<usize> {
        match self {
            Self::Email { .. } => Some(email::LONGEST),
            Self::Name { part, .. } => Some(part.longest()),
            Self::Fixed(Constant::Text(text)) => Some(text.chars().count()),
            Self::Redact => Some(plain::REDACTED.len()),
            Self::Null | Self::Fixed(_) => None,
        }
    }

    pub(crate) fn output_type(&self) -> OutputType {
        match self {
            Self::Email { .. } | Self::Name { .. } | Self::Fixed(Constant::Text(_)) => {
                OutputType::Text
            }
            Self::Fixed(_) => OutputType::Number,
            Self::Null => OutputType::Null,
            Self::Redact => OutputType::Same,
        }
    }

    /// The mask at work, under its domain's key. `keeps_reals` says whether the column keeps 0.0
    /// apart from 0.
    pub(crate) fn build(&self, key: &Key, keeps_reals: bool) -> Arc<dyn ColumnMask> {
        match self {
            Self::Email { domain } => Arc::new(email::EmailMask::new(key.domain(domain))),
            Self::Name { domain, part } => Arc::new(name::NameMask::new(key.domain(domain), *part)),
            Self::Null => Arc::new(plain::FixedMask(Replacement::Null)),
            Self::Fixed(value) => Arc::new(plain::FixedMask(value.replacement())),
            Self::Redact => Arc::new(plain::RedactMask { keeps_reals }),
        }
    }
}

impl Constant {
    fn replacement(&self) -> Replacement {
        match self {
            Self::Integer(number) => Replacement::Integer(*number),
            Self::Real(number) => Replacement::Real(*number),
            Self::Text(text) => Replacement::Text(text.clone()),
        }
    }
}
