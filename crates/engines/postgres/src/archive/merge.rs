//! Completing a schema with data.

use super::entry::{CatalogId, MOST_DUMP_ID, Section};
use super::{Archive, Compression, DumpId, Entry, Text};

/// Rows of a table.
pub(crate) struct TableData<'a> {
    pub(crate) schema: &'a str,
    pub(crate) relation: &'a str,
    pub(crate) oid: u32,
    pub(crate) columns: &'a [String],
    pub(crate) owner: &'a str,
    pub(crate) table_entry: Option<DumpId>,
    pub(crate) via_root: Option<(&'a str, &'a str)>,
    pub(crate) file_name: &'a str,
}

/// Where a sequence stands.
pub(crate) struct SequenceSet<'a> {
    pub(crate) schema: &'a str,
    pub(crate) name: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) oid: u32,
    pub(crate) sequence_entry: Option<DumpId>,
    pub(crate) last_value: i64,
    pub(crate) is_called: bool,
}

impl Archive {
    pub(crate) fn next_dump_id(&self) -> DumpId {
        let ids = self.entries.iter().map(|entry| entry.dump_id);
        ids.max().unwrap_or_default().saturating_add(1).min(MOST_DUMP_ID)
    }

    pub(crate) fn set_compression(&mut self, compression: Compression) {
        self.header.compression = compression;
    }

    pub(crate) fn insert_data(&mut self, data: Vec<Entry>) {
        let last = self.entries.iter().rposition(|entry| entry.section == Section::PreData);
        let mut at = last.map_or(0, |at| at + 1);
        while self.entries.get(at).is_some_and(|entry| entry.section == Section::None) {
            at += 1;
        }
        self.entries.splice(at..at, data);
    }

    pub(crate) fn table(&self, oid: u32) -> Option<&Entry> {
        self.relation("TABLE", oid)
    }

    pub(crate) fn sequence(&self, oid: u32) -> Option<&Entry> {
        self.relation("SEQUENCE", oid)
    }

    fn relation(&self, kind: &str, oid: u32) -> Option<&Entry> {
        let id = CatalogId { table: 1259, object: oid };
        self.entries.iter().find(|entry| entry.catalog_id == id && entry.is(kind))
    }
}

impl Entry {
    fn data(id: DumpId, description: &str, tag: &str) -> Self {
        Self {
            dump_id: id,
            had_dumper: false,
            catalog_id: CatalogId::default(),
            tag: Some(tag.into()),
            description: description.into(),
            section: Section::Data,
            definition: Some(Text::default()),
            drop_statement: Some(Text::default()),
            copy_statement: Some(Text::default()),
            namespace: None,
            tablespace: None,
            table_access_method: None,
            relation_kind: 0,
            owner: None,
            dependencies: Vec::new(),
            file_name: Some(Text::default()),
        }
    }

    pub(crate) fn table_data(id: DumpId, data: TableData<'_>) -> Self {
        let columns: Vec<String> = data.columns.iter().map(|name| quoted(name)).collect();
        let list = if columns.is_empty() { String::new() } else { format!("({})", columns.join(", ")) };
        let (schema, relation) = data.via_root.unwrap_or((data.schema, data.relation));
        let target = format!("{}.{}", quoted(schema), quoted(relation));
        let definition = data.via_root.map(|_| format!("-- load via partition root {target}"));
        Self {
            had_dumper: true,
            catalog_id: CatalogId { table: 0, object: data.oid },
            definition: Some(definition.unwrap_or_default().into()),
            copy_statement: Some(format!("COPY {target} {list} FROM stdin;\n").into()),
            drop_statement: None,
            namespace: Some(data.schema.into()),
            owner: Some(data.owner.into()),
            dependencies: data.table_entry.into_iter().collect(),
            file_name: Some(data.file_name.into()),
            ..Self::data(id, "TABLE DATA", data.relation)
        }
    }

    pub(crate) fn sequence_set(id: DumpId, set: SequenceSet<'_>) -> Self {
        let name = crate::config::literal(&format!("{}.{}", quoted(set.schema), quoted(set.name)));
        let (value, is_called) = (set.last_value, set.is_called);
        Self {
            catalog_id: CatalogId { table: 0, object: set.oid },
            definition: Some(format!("SELECT pg_catalog.setval({name}, {value}, {is_called});\n").into()),
            namespace: Some(set.schema.into()),
            owner: Some(set.owner.into()),
            dependencies: set.sequence_entry.into_iter().collect(),
            ..Self::data(id, "SEQUENCE SET", set.name)
        }
    }

    pub(crate) fn large_objects(id: DumpId) -> Self {
        Self {
            had_dumper: true,
            file_name: Some("blobs.toc".into()),
            ..Self::data(id, "BLOBS", "BLOBS")
        }
    }

    pub(crate) fn owner_statement(&self, role: &str) -> Option<String> {
        const KINDS: [&str; 26] = [
            "TABLE", "SEQUENCE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "FUNCTION", "PROCEDURE", "AGGREGATE",
            "TYPE", "DOMAIN", "SCHEMA", "COLLATION", "CONVERSION", "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY",
            "TEXT SEARCH DICTIONARY", "TEXT SEARCH CONFIGURATION", "FOREIGN DATA WRAPPER", "SERVER", "PUBLICATION",
            "STATISTICS", "EVENT TRIGGER", "PROCEDURAL LANGUAGE", "SUBSCRIPTION", "BLOB",
        ];
        let kind = self.description.as_str()?;
        if !KINDS.contains(&kind) {
            return None;
        }
        let role = crate::config::identifier(role);
        if kind == "BLOB" {
            return Some(format!("ALTER LARGE OBJECT {} OWNER TO {role}", self.tag.as_ref()?));
        }
        if kind == "SCHEMA" {
            return Some(format!("ALTER SCHEMA {} OWNER TO {role}", crate::config::identifier(self.tag.as_ref()?.as_str()?)));
        }
        let what = self.drop_statement.as_ref()?.as_str()?.trim_end().strip_prefix("DROP ")?.strip_suffix(';')?;
        Some(format!("ALTER {what} OWNER TO {role}"))
    }
}

fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { crate::config::identifier(name) }
}
