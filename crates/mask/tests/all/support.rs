//! Catalogs and masks for the tests.

use std::sync::Arc;
use weir_engine::{Fate, Field, Masker, Replacement, RowMask, TablePlan};
use weir_mask::{BoundRules, Key, Ruleset};
use weir_model::catalog::{Catalog, Column, ForeignKey, Object, Table, TableKind};
use weir_model::digest::Digest;
use weir_model::error::Result;

pub(crate) const SECRET: &[u8] = b"correct horse battery staple";

pub(crate) fn key() -> Key {
    Key::parse(SECRET).unwrap()
}

/// A column from `name TYPE` and words: `pk`, `unique`, `not-null`, `generated`.
pub(crate) fn column(text: &str) -> Column {
    let mut words = text.split(' ');
    let name = words.next().unwrap().to_owned();
    let data_type = words.next().unwrap_or_default().to_owned();
    let flags: Vec<&str> = words.collect();
    Column {
        name,
        data_type,
        nullable: !flags.contains(&"not-null"),
        primary_key: flags.contains(&"pk"),
        unique: flags.contains(&"unique"),
        generated: flags.contains(&"generated"),
    }
}

pub(crate) fn table(name: &str, columns: &[&str]) -> Table {
    Table {
        name: name.to_owned(),
        kind: TableKind::Ordinary,
        columns: columns.iter().map(|text| column(text)).collect(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        definition: Digest::new("test", name.as_bytes()),
    }
}

pub(crate) fn of_kind(kind: TableKind, mut table: Table) -> Table {
    table.kind = kind;
    table
}

/// The table with a foreign key from `column` to `parent.parent_column` (empty: its primary key).
pub(crate) fn pointing(mut table: Table, column: &str, parent: &str, parent_column: &str) -> Table {
    table.foreign_keys.push(ForeignKey {
        columns: vec![column.to_owned()],
        references: parent.to_owned(),
        referenced_columns: (!parent_column.is_empty())
            .then(|| parent_column.to_owned())
            .into_iter()
            .collect(),
    });
    table
}

pub(crate) fn object(kind: &str, name: &str, carrier: bool) -> Object {
    Object {
        kind: kind.to_owned(),
        name: name.to_owned(),
        definition: Digest::new("test", name.as_bytes()),
        carrier,
    }
}

pub(crate) fn catalog(tables: Vec<Table>) -> Catalog {
    Catalog {
        tables,
        ..Catalog::default()
    }
}

pub(crate) fn parse(text: &str) -> Ruleset {
    Ruleset::parse(text, "rules.yaml").unwrap_or_else(|problems| panic!("{problems}"))
}

/// What is said when `text` is bound to `catalog`, which must fail.
pub(crate) fn refused(text: &str, catalog: &Catalog) -> String {
    parse(text).bind(catalog, &key()).unwrap_err().to_string()
}

/// A column's rule at work, asked for one value at a time.
pub(crate) trait ColumnMask: Send + Sync {
    fn mask(&self, field: Field<'_>) -> Result<Replacement>;
}

/// One column of a bound table, by itself.
struct ColumnAlone {
    rows: Arc<dyn RowMask>,
    column: usize,
}

impl ColumnMask for ColumnAlone {
    /// What the rules make of a row that holds nothing but this value.
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        let mut row = vec![Field::Null; self.rows.columns().len()];
        row[self.column] = field;
        let mut masked = vec![Replacement::Null; row.len()];
        assert!(self.rows.mask(&row, &mut masked)? == Fate::Kept);
        Ok(masked.swap_remove(self.column))
    }
}

/// The rules of a table at work.
pub(crate) fn rows(bound: &BoundRules, table: &str) -> Arc<dyn RowMask> {
    match bound.table(table) {
        Some(TablePlan::Rows(rows)) => rows.clone(),
        _ => panic!("rows were expected"),
    }
}

/// The mask of a column at work, the others being NULL.
pub(crate) fn column_of(bound: &BoundRules, table: &str, column: usize) -> Arc<dyn ColumnMask> {
    let rows = rows(bound, table);
    Arc::new(ColumnAlone { rows, column })
}

/// The mask that `rule` makes for a column of `data_type`.
pub(crate) fn mask_for(rule: &str, data_type: &str, key: &Key) -> Arc<dyn ColumnMask> {
    let text = format!("weir-rules: 1\ntables: {{t: {{columns: {{v: {rule}}}}}}}\n");
    let catalog = catalog(vec![table("t", &[&format!("v {data_type}")])]);
    let bound = parse(&text)
        .bind(&catalog, key)
        .unwrap_or_else(|problems| panic!("{problems}"));
    column_of(&bound, "t", 0)
}

pub(crate) fn mask(rule: &str) -> Arc<dyn ColumnMask> {
    mask_for(rule, "", &key())
}

pub(crate) fn text(mask: &dyn ColumnMask, value: &str) -> String {
    match mask.mask(Field::Text(value.as_bytes())).unwrap() {
        Replacement::Text(text) => text,
        _ => panic!("text was expected"),
    }
}
