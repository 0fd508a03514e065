//! A ruleset as it is written: the types its JSON Schema is made from.

use super::column::ColumnRule;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IntoDeserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use weir_config::yaml::Spanned;

/// Sanitising rules of one app: every column of every table is masked or kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Ruleset")]
pub(super) struct RulesetFile {
    /// Version of the rules' language: 1.
    #[serde(rename = "weir-rules")]
    pub(super) version: Spanned<u64>,
    /// Every table by its name, exactly as the database has it.
    pub(super) tables: Spanned<BTreeMap<Spanned<String>, Spanned<TableRule>>>,
    /// Triggers, views and other objects that can carry values, by name.
    #[serde(default)]
    pub(super) objects: Option<Spanned<BTreeMap<Spanned<String>, ObjectRule>>>,
}

/// What happens to a table: `keep` for all of it, or one of `columns`, `rows` and `drop`.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum TableRule {
    /// The whole table is copied as it is, on purpose.
    Whole(Keep),
    /// The table is described by fields.
    Fields(TableFields),
}

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
    /// A rule for every column that the database does not compute.
    #[serde(default)]
    pub(super) columns: Option<Spanned<BTreeMap<Spanned<String>, Spanned<ColumnRule>>>>,
    /// Which rows are copied: `none` makes the table without rows.
    #[serde(default)]
    pub(super) rows: Option<Spanned<Rows>>,
    /// `true`: the table is not made at all. Virtual tables can only be dropped.
    #[serde(default)]
    pub(super) drop: Option<Spanned<bool>>,
}

/// Which rows of a table are copied.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Rows {
    /// No rows.
    None,
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

impl<'de> Deserialize<'de> for TableRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TableVisitor)
    }
}

struct TableVisitor;

impl<'de> Visitor<'de> for TableVisitor {
    type Value = TableRule;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`keep`, {columns: {…}}, {rows: none} or {drop: true}")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<TableRule, E> {
        Keep::deserialize(word.into_deserializer()).map(TableRule::Whole)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TableRule, A::Error> {
        TableFields::deserialize(MapAccessDeserializer::new(map)).map(TableRule::Fields)
    }
}
