//! A path for all databases of an app, or one for each of some.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::yaml::Spanned;

/// A path for every database of the app, or a map from database to path.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum PerDatabase {
    /// The same file for every database.
    All(String),
    /// A file for each database named; `{}` is none at all.
    Each(BTreeMap<Spanned<String>, Spanned<String>>),
}

impl<'de> Deserialize<'de> for PerDatabase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PerDatabaseVisitor)
    }
}

struct PerDatabaseVisitor;

impl<'de> Visitor<'de> for PerDatabaseVisitor {
    type Value = PerDatabase;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a path, or a map from database to path")
    }

    fn visit_str<E: Error>(self, path: &str) -> Result<PerDatabase, E> {
        if path.is_empty() {
            return Err(E::custom("the path is empty"));
        }
        Ok(PerDatabase::All(path.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PerDatabase, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(PerDatabase::Each)
    }
}
