//! Giving what an archive makes to its owner.

use super::Entry;
use super::names::{identifier, qualified};
use super::text::Text;

/// The kinds of objects with an owner of their own that are told by their name.
const NAMED: [&str; 19] = [
    "COLLATION",
    "CONVERSION",
    "DOMAIN",
    "EVENT TRIGGER",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "MATERIALIZED VIEW",
    "PROCEDURAL LANGUAGE",
    "PUBLICATION",
    "SCHEMA",
    "SEQUENCE",
    "SERVER",
    "STATISTICS",
    "SUBSCRIPTION",
    "TABLE",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TYPE",
    "VIEW",
];
/// Those that need more than their name, as the statement that drops them has it.
const DECORATED: [&str; 6] = [
    "AGGREGATE",
    "FUNCTION",
    "OPERATOR",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "PROCEDURE",
];

impl Entry {
    /// What gives the objects of this entry to a role, where `pg_restore` would: nothing for what
    /// belongs to another object, as the sequence of an identity column does, or has no owner. A
    /// database is left out, as `pg_restore` does unless it makes the database.
    ///
    /// A name that is not UTF-8 makes a statement that names nothing.
    pub(crate) fn owner_statement(&self, role: &str) -> Option<String> {
        let is_given = |text: &Option<Text>| text.as_ref().is_some_and(|text| !text.is_empty());
        if !is_given(&self.owner) || !is_given(&self.drop_statement) {
            return None;
        }
        let role = identifier(role);
        let statement = |object: &str| format!("ALTER {object} OWNER TO {role};\n");
        let objects = self.owned();
        (!objects.is_empty()).then(|| objects.iter().map(|object| statement(object)).collect())
    }

    /// The objects that have an owner, each by its kind and name.
    fn owned(&self) -> Vec<String> {
        let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string).unwrap_or_default();
        let large_object = |oid: &str| format!("LARGE OBJECT {oid}");
        match self.description.as_str() {
            Some("BLOB") => vec![large_object(&text(&self.tag))],
            // A group, as 1.16 has them: a line for each.
            Some("BLOB METADATA") => text(&self.definition).lines().map(large_object).collect(),
            Some(kind) if NAMED.contains(&kind) => {
                let name = qualified(&text(&self.namespace), &text(&self.tag));
                vec![format!("{kind} {name}")]
            }
            Some(kind) if DECORATED.contains(&kind) => {
                let dropped = text(&self.drop_statement);
                let object = dropped.strip_prefix("DROP ");
                let object = object.map(|object| object.trim_end_matches(['\n', ';']).to_owned());
                object.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}
