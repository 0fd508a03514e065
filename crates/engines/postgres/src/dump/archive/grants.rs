//! Grants that need others.

use super::{Archive, DumpId, Entry, Text};
use crate::config::leading_name;
use std::collections::BTreeMap;

/// How a statement begins that makes somebody else act than who restores.
const AS_ANOTHER: &str = "SET SESSION AUTHORIZATION ";

impl Archive {
    /// Lets grants that another role makes wait for those on their schema, which lets that role in:
    /// `pg_restore --jobs` makes at once what does not wait for each other, and `pg_dump` does not
    /// say that these do.
    pub(crate) fn order_grants(&mut self) {
        let on_schemas: BTreeMap<String, DumpId> =
            self.entries.iter().filter_map(on_schema).collect();
        for entry in &mut self.entries {
            let definition = entry.definition.as_ref().and_then(Text::as_str);
            let acts_as_another = definition.is_some_and(|text| text.contains(AS_ANOTHER));
            let schema = entry.namespace.as_ref().and_then(Text::as_str);
            let Some(needed) = schema.and_then(|schema| on_schemas.get(schema)) else {
                continue;
            };
            if entry.is("ACL") && acts_as_another && !entry.dependencies.contains(needed) {
                entry.dependencies.push(*needed);
            }
        }
    }
}

/// The schema that an entry is the grants on.
fn on_schema(entry: &Entry) -> Option<(String, DumpId)> {
    let tag = entry.tag.as_ref().and_then(Text::as_str);
    let (schema, _) = leading_name(tag?.strip_prefix("SCHEMA ")?)?;
    entry.is("ACL").then_some((schema, entry.dump_id))
}
