//! What a database holds, by name.

use super::document::{Document, Object, Table};
use sha2::{Digest as _, Sha256};
use weir_model::catalog::{self, Catalog, TableKind};
use weir_model::digest::Digest;

/// Kinds of objects that can hold values of rows.
const CARRIERS: [&str; 3] = ["trigger", "view", "statistics"];

pub(super) fn catalog(document: &Document) -> Catalog {
    Catalog {
        tables: document.tables.iter().map(table).collect(),
        objects: document.objects.iter().map(object).collect(),
        types: Vec::new(),
    }
}

fn table(table: &Table) -> catalog::Table {
    catalog::Table {
        name: table.name.clone(),
        kind: TableKind::Ordinary,
        columns: table.columns.clone(),
        foreign_keys: table.foreign_keys.clone(),
        checks: Vec::new(),
        definition: digest(&format!("{:?}{:?}", table.columns, table.foreign_keys)),
    }
}

fn object(object: &Object) -> catalog::Object {
    catalog::Object {
        kind: object.kind.clone(),
        name: object.name.clone(),
        definition: digest(&object.text),
        carrier: CARRIERS.contains(&object.kind.as_str()),
    }
}

fn digest(text: &str) -> Digest {
    Digest::new("sha256", &Sha256::digest(text.as_bytes()))
}
