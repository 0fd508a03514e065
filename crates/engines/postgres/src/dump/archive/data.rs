//! Entries of data, as `pg_dump` writes them.

use super::entry::Section;
use super::names::{identifier, qualified};
use super::{CatalogId, DumpId, Entry};

/// Rows of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableData<'a> {
    /// The schema of the table.
    pub(crate) schema: &'a str,
    /// The name of the table.
    pub(crate) relation: &'a str,
    /// The OID of the table.
    pub(crate) oid: u32,
    /// The columns, in the order of the rows' values.
    pub(crate) columns: &'a [String],
    /// The owner of the table.
    pub(crate) owner: &'a str,
    /// The entry that makes the table; none for a table that an extension makes.
    pub(crate) table_entry: Option<DumpId>,
    /// The partitioned table, by schema and name, that must find the partition of each row anew:
    /// a row's partition may depend on OIDs, which another database has not.
    pub(crate) via_root: Option<(&'a str, &'a str)>,
    /// The file of the rows, without the ending that tells the compression.
    pub(crate) file_name: &'a str,
}

/// Where a sequence stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SequenceSet<'a> {
    /// Its schema.
    pub(crate) schema: &'a str,
    /// Its name.
    pub(crate) name: &'a str,
    /// Its owner.
    pub(crate) owner: &'a str,
    /// The entry that makes it; none for a sequence that an extension makes.
    pub(crate) sequence_entry: Option<DumpId>,
    /// The value given last, or to be given first.
    pub(crate) last_value: i64,
    /// Whether that value was given.
    pub(crate) is_called: bool,
}

impl Entry {
    /// An entry of the rows of a table.
    pub(crate) fn table_data(dump_id: DumpId, data: TableData<'_>) -> Self {
        let (schema, relation) = data.via_root.unwrap_or((data.schema, data.relation));
        let target = qualified(schema, relation);
        let via_root = data.via_root.map(|_| {
            let told = format!("-- load via partition root {target}");
            told.into()
        });
        let columns = column_list(data.columns);
        Self {
            had_dumper: true,
            catalog_id: CatalogId {
                table: 0,
                object: data.oid,
            },
            definition: via_root,
            copy_statement: Some(format!("COPY {target} {columns} FROM stdin;\n").into()),
            namespace: Some(data.schema.into()),
            owner: Some(data.owner.into()),
            dependencies: data.table_entry.into_iter().collect(),
            file_name: Some(data.file_name.into()),
            ..Self::of_data(dump_id, "TABLE DATA", data.relation)
        }
    }

    /// An entry that sets a sequence.
    pub(crate) fn sequence_set(dump_id: DumpId, set: SequenceSet<'_>) -> Self {
        let name = crate::config::literal(&qualified(set.schema, set.name));
        let (value, is_called) = (set.last_value, set.is_called);
        let statement = format!("SELECT pg_catalog.setval({name}, {value}, {is_called});\n");
        Self {
            definition: Some(statement.into()),
            namespace: Some(set.schema.into()),
            owner: Some(set.owner.into()),
            dependencies: set.sequence_entry.into_iter().collect(),
            ..Self::of_data(dump_id, "SEQUENCE SET", set.name)
        }
    }

    pub(super) fn of_data(dump_id: DumpId, description: &str, tag: &str) -> Self {
        Self {
            dump_id,
            had_dumper: false,
            catalog_id: CatalogId::default(),
            tag: Some(tag.into()),
            description: description.into(),
            section: Section::Data,
            definition: None,
            drop_statement: None,
            copy_statement: None,
            namespace: None,
            tablespace: None,
            table_access_method: None,
            relation_kind: 0,
            owner: None,
            dependencies: Vec::new(),
            file_name: Some("".into()),
            offset: None,
        }
    }
}

/// The columns in parentheses; nothing for none.
fn column_list(columns: &[String]) -> String {
    if columns.is_empty() {
        return String::new();
    }
    let names: Vec<_> = columns.iter().map(|name| identifier(name)).collect();
    format!("({})", names.join(", "))
}
