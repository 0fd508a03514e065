use super::affinity::Affinity;
use crate::catalog;
use crate::config::Database;
use crate::transform::without_comments;
use rusqlite::OptionalExtension as _;
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_engine::{Masker, RowMask, TablePlan};
use weir_model::catalog::{Catalog, Object, Table, TableKind};
use weir_model::error::{Error, Kind, Result};

/// What a clean copy is made of.
pub(crate) struct Plan {
    /// Tables to make, in order, with what their rows go through; `None` for those without rows.
    pub(super) tables: Vec<(CleanTable, Option<Arc<dyn RowMask>>)>,
    /// Name and definition of each table.
    pub(super) tables_sql: Vec<(String, String)>,
    /// Name and definition of what comes after the rows: indexes, views, triggers.
    pub(super) objects_sql: Vec<(String, String)>,
    /// Whether the source had statistics, so that the copy gathers its own.
    pub(super) analyse: bool,
    /// What the clean copy will hold, statistics aside.
    pub(crate) catalog: Catalog,
}

/// A table, as far as copying its rows needs to know it.
pub(crate) struct CleanTable {
    /// Its name.
    pub(crate) name: String,
    /// Columns in the catalog's order: name, whether computed, what SQLite does to values.
    pub(super) columns: Vec<(String, bool, Affinity)>,
    /// The name under which the hidden row number can be copied, if there is one.
    rowid: Option<&'static str>,
}

impl CleanTable {
    /// How a table is copied.
    pub(crate) fn of(raw: &Database, table: &Table) -> Result<Self> {
        let (without_rowid, strict): (bool, bool) = raw
            .connection
            .query_row(
                "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?1",
                [&table.name],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(|error| raw.subject.failure("read the tables of", error))?
            .unwrap_or_default();
        let columns = table.columns.iter().map(|column| {
            let affinity = Affinity::of(&column.data_type, strict);
            (column.name.clone(), column.generated, affinity)
        });
        Ok(Self {
            name: table.name.clone(),
            columns: columns.collect(),
            rowid: if without_rowid {
                None
            } else {
                hidden_rowid(table)
            },
        })
    }

    /// Whether the hidden row number is copied, in front of the columns.
    pub(super) fn has_rowid(&self) -> bool {
        self.rowid.is_some()
    }

    /// What is read and written, in this order; computed columns are left to SQLite.
    pub(crate) fn written(&self) -> Vec<&str> {
        let columns = self.columns.iter();
        let stored = columns.filter(|(_, generated, _)| !generated);
        let names = stored.map(|(name, ..)| name.as_str());
        self.rowid.into_iter().chain(names).collect()
    }
}

impl Plan {
    /// Binds the rules to what the image holds, or refuses, telling all that is missing.
    pub(crate) fn make(raw: &Database, catalog: &Catalog, masker: &dyn Masker) -> Result<Self> {
        refuse_uncovered(catalog, masker)?;
        let mut dropped = left_out(catalog, masker);
        let mut plan = Self {
            tables: Vec::new(),
            tables_sql: Vec::new(),
            objects_sql: Vec::new(),
            analyse: catalog
                .objects
                .iter()
                .any(|object| object.kind == "statistics"),
            catalog: Catalog {
                tables: catalog.tables.clone(),
                objects: Vec::new(),
                types: catalog.types.clone(),
            },
        };
        for table in catalog
            .tables
            .iter()
            .filter(|table| !dropped.contains(&table.name))
        {
            let Some(table_plan) = masker.table(&table.name) else {
                continue;
            };
            let (sql, _) = definition(raw, "table", &table.name)?;
            // Nobody is asked to read a table's definition: what is written between its columns
            // for people stays behind.
            let sql = without_comments(&sql);
            for kept in &mut plan.catalog.tables {
                if kept.name == table.name {
                    kept.definition = catalog::definition(&sql);
                }
            }
            plan.tables.push((
                CleanTable::of(raw, table)?,
                table_plan.row_mask().map(Arc::clone),
            ));
            plan.tables_sql.push((format!("table {}", table.name), sql));
        }
        plan.catalog
            .tables
            .retain(|table| !dropped.contains(&table.name));
        // Triggers may stand on views, and indexes make neither slower: this is the order.
        for kind in ["setting", "index", "view", "trigger"] {
            for object in catalog.objects.iter().filter(|object| object.kind == kind) {
                if masker.drops_object(&object.kind, &object.name) {
                    if kind == "view" {
                        // Triggers on it go with it.
                        dropped.insert(object.name.clone());
                    }
                } else {
                    plan.keep(raw, object, &dropped)?;
                }
            }
        }
        Ok(plan)
    }

    /// Takes an object over, unless its table is left out.
    fn keep(&mut self, raw: &Database, object: &Object, dropped: &BTreeSet<String>) -> Result<()> {
        let mut object = object.clone();
        if object.kind != "setting" {
            let (mut sql, on) = definition(raw, &object.kind, &object.name)?;
            if dropped.contains(&on) {
                return Ok(());
            }
            if !object.carrier {
                // Views and triggers are kept by name, as they were read; others without notes.
                sql = without_comments(&sql);
                object.definition = catalog::definition(&sql);
            }
            self.objects_sql
                .push((format!("{} {}", object.kind, object.name), sql));
        }
        self.catalog.objects.push(object);
        Ok(())
    }
}

/// The tables that a clean copy does not have: those the rules drop, and storage of full-text
/// and other virtual tables, which holds values in forms no rule reaches.
fn left_out(catalog: &Catalog, masker: &dyn Masker) -> BTreeSet<String> {
    catalog
        .tables
        .iter()
        .filter(|table| {
            table.kind != TableKind::Ordinary
                || matches!(masker.table(&table.name), Some(TablePlan::Drop))
        })
        .map(|table| table.name.clone())
        .collect()
}

/// Fails for tables without a rule, virtual tables that are to stay, and objects that can carry
/// values and are not kept by name.
fn refuse_uncovered(catalog: &Catalog, masker: &dyn Masker) -> Result<()> {
    let mut wrong = Vec::new();
    for table in &catalog.tables {
        match (table.kind, masker.table(&table.name)) {
            (TableKind::Backing, _) | (TableKind::Virtual, Some(TablePlan::Drop)) => {}
            (TableKind::Virtual, _) => wrong.push(format!(
                "virtual table {} holds values no rule reaches: drop it",
                table.name
            )),
            (TableKind::Ordinary, None) => wrong.push(format!("table {} has no rule", table.name)),
            (TableKind::Ordinary, Some(plan))
                if plan
                    .row_mask()
                    .is_some_and(|mask| mask.columns().len() != table.columns.len()) =>
            {
                wrong.push(format!(
                    "the rules of table {} name other columns",
                    table.name
                ));
            }
            (TableKind::Ordinary, Some(_)) => {}
        }
    }
    wrong.extend(
        catalog
            .objects
            .iter()
            .filter(|object| is_refused(object, masker))
            .map(|object| {
                format!(
                    "{} {} can carry values and is not kept by name",
                    object.kind, object.name
                )
            }),
    );
    if wrong.is_empty() {
        return Ok(());
    }
    Err(
        Error::new(Kind::Sanitise, "plan a clean copy", wrong.join("; "))
            .hint("add what is named to the ruleset of the app, then run again"),
    )
}

fn is_refused(object: &Object, masker: &dyn Masker) -> bool {
    // Statistics are never copied but gathered anew from the clean rows.
    object.carrier
        && object.kind != "statistics"
        && !masker.keeps_object(&object.kind, &object.name)
        && !masker.drops_object(&object.kind, &object.name)
}

/// The SQL of an object, and the table it stands on.
fn definition(raw: &Database, kind: &str, name: &str) -> Result<(String, String)> {
    raw.connection
        .query_row(
            "SELECT sql, tbl_name FROM main.sqlite_schema WHERE type = ?1 AND name = ?2",
            [kind, name],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(|error| raw.subject.failure("read the catalog of", error))
}

/// A name of the row number that is no column's; none where a column is the row number.
fn hidden_rowid(table: &Table) -> Option<&'static str> {
    let mut keys = table.columns.iter().filter(|column| column.primary_key);
    let is_column = matches!(
        (keys.next(), keys.next()),
        (Some(key), None) if key.data_type.eq_ignore_ascii_case("integer") && !key.nullable
    );
    if is_column {
        return None;
    }
    ["rowid", "_rowid_", "oid"].into_iter().find(|name| {
        !table
            .columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(name))
    })
}
