//! Who a server and a database are, so that nothing is ever restored onto its own source.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What identifies a database, as a set of facts: no single one is enough (clones share a
/// system identifier, two servers on one host can share a server id, addresses change).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(BTreeMap<String, String>);

impl Identity {
    /// Adds a fact, e.g. `("file", "2049:131")`. Facts name places and ids, never secrets.
    #[must_use]
    pub fn with(mut self, fact: &str, value: impl Into<String>) -> Self {
        self.0.insert(fact.to_owned(), value.into());
        self
    }

    /// The facts, by name.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(fact, value)| (fact.as_str(), value.as_str()))
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The facts both sides know and agree on. Any such fact makes two databases suspect of
    /// being one; an engine leaves out facts that distinct databases share by nature.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> Vec<String> {
        self.0
            .iter()
            .filter(|(fact, value)| other.0.get(*fact) == Some(value))
            .map(|(fact, value)| format!("{fact} {value}"))
            .collect()
    }
}
