//! A replica as it is written.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::Store;
use crate::value::{Incomplete, Location, Period};
use crate::yaml::Spanned;

/// Where upstream's backups reach an environment: the place alone, or with what else is to be said.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Replica {
    /// The place alone.
    Place(#[schemars(with = "String")] Location),
    /// The place with how long one waits for what arrives there.
    Table(Box<ReplicaTable>),
}

/// A store that something else fills with upstream's backups, in whatever order: the bucket's own replication, or Weir's `replicate`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplicaTable {
    /// Its place, as `store` of an environment. Below it everything lies as in upstream's store. Required.
    pub(crate) store: Spanned<Store>,
    /// How long a newer backup that is still arriving is waited for after the last sign of it. Default: `15m`.
    #[schemars(with = "Option<String>")]
    pub(crate) wait: Option<Period>,
    /// What then: `previous` takes the newest backup that is whole, with a warning; `fail` takes none. Default: `previous`.
    pub(crate) incomplete: Option<Incomplete>,
    /// The `age` public keys that `replicate` encrypts the copies to, each `age1…`, where that is not whom upstream's backups are encrypted to. The copies are then signed with this environment's `signing_key`. Default: as the backups are.
    pub(crate) recipients: Option<Spanned<Vec<Spanned<String>>>>,
}

impl<'de> Deserialize<'de> for Replica {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReplicaVisitor)
    }
}

struct ReplicaVisitor;

impl<'de> Visitor<'de> for ReplicaVisitor {
    type Value = Replica;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the place of a store, or a map with its `store`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Replica, E> {
        text.parse().map(Replica::Place).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Replica, A::Error> {
        ReplicaTable::deserialize(MapAccessDeserializer::new(map))
            .map(|table| Replica::Table(Box::new(table)))
    }
}
