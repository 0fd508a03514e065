//! The rule of one column as it is written: a word, or a map with options.

use crate::transformer::{Constant, NamePart};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, Unexpected, Visitor};
use std::fmt;
use weir_config::yaml::Spanned;

/// What happens to a column: `keep`, a transformer's name, or `{mask: NAME, …options}`.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum ColumnRule {
    /// YAML's own `null`: every value becomes NULL.
    Null(()),
    /// One word.
    Word(Word),
    /// A transformer with options.
    Options(MaskOptions),
}

/// A rule in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Word {
    /// Copied as it is, on purpose.
    Keep,
    /// An address of a person who does not exist.
    Email,
    /// A name from a fixed list.
    Name,
    /// NULL.
    Null,
    /// A constant of the value's own type.
    Redact,
    // Read so that the message can say what is missing.
    #[schemars(skip)]
    Fixed,
}

/// A transformer with options.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MaskOptions {
    /// The transformer.
    pub(super) mask: MaskName,
    /// For `email` and `name`: pseudonyms of two domains do not correlate. The transformer's
    /// name unless given.
    #[serde(default)]
    pub(super) domain: Option<Spanned<String>>,
    /// For `name`: which part of a name the column holds; `full` unless given.
    #[serde(default)]
    pub(super) part: Option<Spanned<NamePart>>,
    /// For `name`: which word lists to choose from; `en` unless given.
    #[serde(default)]
    pub(super) locale: Option<Spanned<Locale>>,
    /// For `fixed`: what every value becomes, a text or a number.
    #[serde(default)]
    pub(super) value: Option<Spanned<ConstantValue>>,
}

/// A transformer's name; YAML's own null stands for `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub(super) enum MaskName {
    /// YAML's own `null`.
    Null(()),
    /// A name.
    Named(Named),
}

/// The transformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Named {
    /// An address of a person who does not exist.
    Email,
    /// A name from a fixed list.
    Name,
    /// NULL.
    Null,
    /// The rule's `value`.
    Fixed,
    /// A constant of the value's own type.
    Redact,
}

/// The language of word lists.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Locale {
    /// Names common where English is spoken, of many origins.
    En,
}

/// A constant: a text or a number.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum ConstantValue {
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
    /// A text.
    Text(String),
}

impl ConstantValue {
    pub(super) fn into_constant(self) -> Constant {
        match self {
            Self::Integer(number) => Constant::Integer(number),
            Self::Real(number) => Constant::Real(number),
            Self::Text(text) => Constant::Text(text),
        }
    }
}

impl<'de> Deserialize<'de> for ColumnRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnVisitor)
    }
}

struct ColumnVisitor;

impl<'de> Visitor<'de> for ColumnVisitor {
    type Value = ColumnRule;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`keep`, a transformer's name, or {mask: NAME, …options}")
    }

    fn visit_unit<E: Error>(self) -> Result<ColumnRule, E> {
        Ok(ColumnRule::Null(()))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<ColumnRule, E> {
        Word::deserialize(word.into_deserializer()).map(ColumnRule::Word)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ColumnRule, A::Error> {
        MaskOptions::deserialize(MapAccessDeserializer::new(map)).map(ColumnRule::Options)
    }
}

impl<'de> Deserialize<'de> for MaskName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaskNameVisitor)
    }
}

struct MaskNameVisitor;

impl Visitor<'_> for MaskNameVisitor {
    type Value = MaskName;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a transformer's name")
    }

    fn visit_unit<E: Error>(self) -> Result<MaskName, E> {
        Ok(MaskName::Null(()))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<MaskName, E> {
        Named::deserialize(word.into_deserializer()).map(MaskName::Named)
    }
}

impl<'de> Deserialize<'de> for ConstantValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ConstantVisitor)
    }
}

struct ConstantVisitor;

impl Visitor<'_> for ConstantVisitor {
    type Value = ConstantValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a number (1 or 0 for a boolean)")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ConstantValue, E> {
        Ok(ConstantValue::Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<ConstantValue, E> {
        Ok(ConstantValue::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<ConstantValue, E> {
        i64::try_from(number)
            .map(ConstantValue::Integer)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &"a number of 64 bits"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<ConstantValue, E> {
        Ok(ConstantValue::Real(number))
    }
}
