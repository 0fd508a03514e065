//! The proof after the scripts: constraints, schema, rows.

use super::catalog;
use super::document::{Cell, Document, Table};
use super::files;
use super::load::Restore;
use super::swap::ToSwap;
use async_trait::async_trait;
use std::collections::BTreeSet;
use weir_engine::{
    Contents, Context, Masker, Ready, Sanitised, ScriptEffect, TablePlan, compare_tables,
    row_bounds, script_effects,
};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;

/// The stage after the scripts.
pub(super) struct ToVerify {
    pub(super) restore: Restore,
    pub(super) scripted: bool,
    /// Whether the rules had something done in the shadow.
    pub(super) stepped: bool,
}

#[async_trait]
impl Sanitised for ToVerify {
    async fn verify(self: Box<Self>, context: &Context) -> Result<Box<dyn Ready>> {
        match self.prove(context) {
            Ok((tables, effects)) => Ok(Box::new(ToSwap {
                restore: self.restore,
                tables,
                effects,
            })),
            Err(error) => Err(self.restore.give_up(error)),
        }
    }
}

impl ToVerify {
    fn prove(&self, context: &Context) -> Result<(Vec<TableDigest>, Vec<ScriptEffect>)> {
        let doing = self.restore.doing("verify the shadow of");
        context.check(&doing)?;
        let shadow = self.restore.shadow()?;
        sound(&shadow)?;
        let tables = shadow.digests();
        self.prove_schema(&catalog::catalog(&shadow), &doing, context)?;
        if !self.scripted && !self.stepped {
            compare_tables(
                &doing,
                &self.restore.sent,
                &tables,
                self.restore.request.verification,
            )?;
        }
        row_bounds(&doing, &self.restore.request.bounds, &tables)?;
        let effects = script_effects(&self.restore.sent, &tables);
        context.checkpoint(Checkpoint::Verified);
        Ok((tables, effects))
    }

    /// Without scripts, the schema is what the backup promised and the rules left of it. Scripts
    /// may change it; then the changes are told.
    fn prove_schema(&self, found: &Catalog, doing: &str, context: &Context) -> Result<()> {
        let mut promised = self.restore.promised.clone();
        if let Some(masker) = &self.restore.request.masker {
            leave_out_dropped(&mut promised, masker.as_ref());
        }
        let differences = promised.differences(found);
        if differences.is_empty() {
            return Ok(());
        }
        if self.scripted {
            context.note(format!(
                "the scripts changed the schema: {}",
                differences.join("; ")
            ));
            return Ok(());
        }
        Err(Error::new(Kind::Verify, doing, differences.join("; "))
            .hint("the live copy is untouched; run `weir verify` on the backup, then try again"))
    }
}

fn leave_out_dropped(promised: &mut Catalog, masker: &dyn Masker) {
    promised
        .tables
        .retain(|table| !matches!(masker.table(&table.name), Some(TablePlan::Drop)));
}

/// Everything a database holds: one file is one moment.
pub(super) fn contents(document: &Document) -> Contents {
    Contents {
        catalog: catalog::catalog(document),
        tables: document.digests(),
        ownership: vec![(
            "password".to_owned(),
            if document.password.is_some() {
                "needed"
            } else {
                "none"
            }
            .to_owned(),
        )],
    }
}

/// Proves every constraint of a database.
pub(super) fn sound(document: &Document) -> Result<()> {
    let wrong: Vec<String> = document
        .tables
        .iter()
        .flat_map(|table| {
            wrong_columns(table)
                .into_iter()
                .chain(wrong_keys(document, table))
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(
        Error::new(Kind::Verify, "check the constraints", wrong.join("; "))
            .hint("correct the data at its source, or the scripts that changed it"),
    )
}

fn wrong_columns(table: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    for (position, column) in table.columns.iter().enumerate() {
        let cells: Vec<&Cell> = table
            .rows
            .iter()
            .filter_map(|row| row.get(position))
            .collect();
        let distinct: BTreeSet<&Cell> = cells.iter().copied().collect();
        if cells.len() != table.rows.len() {
            wrong.push(format!(
                "table {} has rows without {}",
                table.name, column.name
            ));
        }
        if !column.nullable && distinct.contains(&Cell::Null) {
            wrong.push(format!("table {} has NULL in {}", table.name, column.name));
        }
        if (column.unique || column.primary_key) && distinct.len() != cells.len() {
            wrong.push(format!(
                "table {} has values of {} twice",
                table.name, column.name
            ));
        }
    }
    wrong
}

fn wrong_keys(document: &Document, table: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    for key in &table.foreign_keys {
        let pairs = key.columns.iter().zip(&key.referenced_columns);
        for (column, referenced) in pairs {
            let from = cells(table, column);
            let to = document
                .table(&key.references)
                .map(|other| cells(other, referenced))
                .unwrap_or_default();
            if from
                .iter()
                .any(|cell| **cell != Cell::Null && !to.contains(*cell))
            {
                wrong.push(format!(
                    "{}.{column} points to rows that are not in {}",
                    table.name, key.references
                ));
            }
        }
    }
    wrong
}

fn cells<'table>(table: &'table Table, column: &str) -> BTreeSet<&'table Cell> {
    let position = table.column(column);
    table
        .rows
        .iter()
        .filter_map(|row| position.and_then(|position| row.get(position)))
        .collect()
}

impl ToSwap {
    pub(super) fn drop_shadow(&self) -> Result<()> {
        files::remove(&self.restore.files.shadow)
    }
}
