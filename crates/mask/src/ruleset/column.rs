//! The rule of one column as it is written: a word, or a map with options.

use super::file::Named;
use crate::transformer::{OptionAbout, OptionValue, OptionValues, transformers};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use weir_config::yaml::Spanned;

/// The word that keeps a column.
pub(super) const KEEP: &str = "keep";

/// What happens to a column: a word, a map, or a list of rules under conditions.
#[derive(Debug)]
pub(super) enum ColumnRule {
    /// YAML's own `null`: every value becomes NULL.
    Null(()),
    /// One word.
    Word(String),
    /// In full.
    Fields(Box<RuleFields>),
    /// The first whose condition holds.
    Cases(Vec<Spanned<ColumnRule>>),
}

/// A rule in full.
#[derive(Debug, Default)]
pub(super) struct RuleFields {
    /// The condition under which it counts, in a list.
    pub(super) when: Option<Spanned<String>>,
    /// Rules inside JSON, by path.
    pub(super) json: Option<Named<ColumnRule>>,
    /// The rule of every element of an array.
    pub(super) each: Option<Spanned<ColumnRule>>,
    /// The transformer, under `mask`, and its options.
    pub(super) options: BTreeMap<Spanned<String>, Spanned<OptionValue>>,
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
        Ok(ColumnRule::Word(word.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ColumnRule, A::Error> {
        let mut fields = RuleFields::default();
        while let Some(name) = map.next_key::<Spanned<String>>()? {
            match name.value.as_str() {
                "when" => fields.when = Some(map.next_value()?),
                "json" => fields.json = Some(map.next_value()?),
                "each" => fields.each = Some(map.next_value()?),
                _ => {
                    fields.options.insert(name, map.next_value()?);
                }
            }
        }
        Ok(ColumnRule::Fields(Box::new(fields)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<ColumnRule, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(ColumnRule::Cases)
    }
}

impl JsonSchema for ColumnRule {
    fn schema_name() -> Cow<'static, str> {
        "ColumnRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<Self>();
        let inner = json!(inner);
        let names: Vec<&str> = transformers().iter().map(|known| known.name).collect();
        let with_options = transformers().iter().map(|known| {
            let mut properties = Map::new();
            let names = match known.name {
                "null" => json!([null, "null"]),
                name => json!([name]),
            };
            properties.insert("mask".to_owned(), json!({ "enum": names }));
            properties.insert("when".to_owned(), json!({ "type": "string" }));
            for option in known.options {
                properties.insert(option.name.to_owned(), option_schema(option));
            }
            let options = known.options.iter();
            let required: Vec<&str> = options
                .filter(|option| option.required)
                .map(|option| option.name)
                .chain(["mask"])
                .collect();
            json!({
                "type": "object",
                "description": known.meaning,
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        });
        let fields = |name: &str, schema: Value| {
            json!({
                "type": "object",
                "properties": { name: schema, "when": { "type": "string" } },
                "required": [name],
                "additionalProperties": false,
            })
        };
        let mut choices = vec![
            json!({ "type": "null" }),
            json!({ "type": "string", "description": "`keep`, a transformer, or a rule of `rules:`." }),
            json!({ "type": "array", "items": inner, "minItems": 1, "description": "The first whose `when` holds; the last has none." }),
            fields(
                "json",
                json!({ "type": "object", "additionalProperties": inner, "required": ["*"] }),
            ),
            fields("each", inner),
            // A rule of `rules:`, or `keep`, under a condition.
            fields(
                "mask",
                json!({ "type": "string", "not": { "enum": names } }),
            ),
        ];
        choices.extend(with_options);
        json_schema!({
            "description": "What happens to a column: a word, a transformer with options, rules by condition, by path inside JSON, or for each element.",
            "anyOf": choices,
        })
    }
}

fn option_schema(option: &OptionAbout) -> Value {
    let mut schema = match option.values {
        OptionValues::Text => json!({ "type": "string" }),
        OptionValues::Integer(least, greatest) => {
            json!({ "type": "integer", "minimum": least, "maximum": greatest })
        }
        OptionValues::Number => json!({ "type": "number" }),
        OptionValues::Boolean => json!({ "type": "boolean" }),
        OptionValues::Choice(words) => json!({ "enum": words }),
        OptionValues::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        OptionValues::Any => json!({ "type": ["string", "number", "array"] }),
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!(option.meaning));
    }
    schema
}

impl<'de> Deserialize<'de> for OptionValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OptionVisitor)
    }
}

struct OptionVisitor;

impl<'de> Visitor<'de> for OptionVisitor {
    type Value = OptionValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number, `true` or `false`, or a list of these")
    }

    fn visit_unit<E: Error>(self) -> Result<OptionValue, E> {
        Ok(OptionValue::Null)
    }

    fn visit_bool<E: Error>(self, is_so: bool) -> Result<OptionValue, E> {
        Ok(OptionValue::Boolean(is_so))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<OptionValue, E> {
        Ok(OptionValue::Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<OptionValue, E> {
        Ok(OptionValue::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<OptionValue, E> {
        i64::try_from(number)
            .map(OptionValue::Integer)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &"a number of 64 bits"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<OptionValue, E> {
        Ok(OptionValue::Real(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OptionValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(OptionValue::List(list))
    }
}
