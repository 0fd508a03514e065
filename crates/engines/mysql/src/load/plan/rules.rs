//! What the rules of a clean copy say about what is in a backup.

use crate::catalog::definition::TableDefinition;
use crate::catalog::{ObjectKind, Schema, Sequence, comments};
use crate::config::identifier;
use std::collections::BTreeSet;
use weir_engine::{Masker, TablePlan};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};

/// Fails for tables without a rule, and objects that can carry values and are not kept by name.
/// The rules were bound to the manifest's catalog; what is loaded is in the backup itself.
pub(super) fn refuse_uncovered(
    bound: &Catalog,
    loaded: &Catalog,
    masker: &dyn Masker,
) -> Result<()> {
    let mut wrong = Vec::new();
    for table in &loaded.tables {
        let known = bound.table(&table.name);
        let columns = |table: &weir_model::catalog::Table| {
            let names = table.columns.iter().map(|column| column.name.clone());
            names.collect::<Vec<_>>()
        };
        let width = match masker.table(&table.name) {
            None => {
                wrong.push(format!("table {} has no rule", table.name));
                continue;
            }
            Some(TablePlan::Rows(mask)) => mask.columns().len(),
            Some(TablePlan::Empty | TablePlan::Drop) => continue,
        };
        if width != table.columns.len() || known.map(columns) != Some(columns(table)) {
            wrong.push(format!(
                "the rules of table {} name other columns",
                table.name
            ));
        }
    }
    for object in loaded.objects.iter().filter(|object| object.carrier) {
        let (kind, name) = (&object.kind, &object.name);
        if !masker.keeps_object(kind, name) && !masker.drops_object(kind, name) {
            wrong.push(format!(
                "{kind} {name} can carry values and is not kept by name"
            ));
        }
    }
    refuse(&wrong)
}

/// Takes out what the rules drop, and what cannot be without it; the names of the tables.
pub(super) fn leave_out(schema: &mut Schema, masker: &dyn Masker) -> Result<BTreeSet<String>> {
    let is_dropped = |name: &str| matches!(masker.table(name), Some(TablePlan::Drop));
    let names = schema.tables.iter().map(|table| table.name.clone());
    let gone: BTreeSet<String> = names.filter(|name| is_dropped(name)).collect();
    schema.tables.retain(|table| !gone.contains(&table.name));
    let is_kept = |sequence: &Sequence| !masker.drops_object("sequence", &sequence.name);
    let (sequences, without): (Vec<_>, Vec<_>) = std::mem::take(&mut schema.sequences)
        .into_iter()
        .partition(is_kept);
    schema.sequences = sequences;
    let mut dropped_views = BTreeSet::new();
    schema.objects.retain(|object| {
        let is_gone = masker.drops_object(object.kind.word(), &object.name)
            || object
                .table
                .as_ref()
                .is_some_and(|table| gone.contains(table));
        if is_gone && object.kind == ObjectKind::View {
            dropped_views.insert(object.name.clone());
        }
        !is_gone
    });
    let mut wrong = Vec::new();
    let views = schema.objects.iter();
    for view in views.filter(|object| object.kind == ObjectKind::View) {
        let needs = |name: &&String| view.create.contains(&identifier(name));
        if let Some(needed) = gone.iter().chain(&dropped_views).find(needs) {
            wrong.push(format!(
                "view {} needs {needed}, which the rules drop: drop it, too",
                view.name
            ));
        }
    }
    for table in &schema.tables {
        let needs = |sequence: &&Sequence| table.create.contains(&identifier(&sequence.name));
        if let Some(needed) = without.iter().find(needs) {
            wrong.push(format!(
                "table {} takes numbers from {}, which the rules drop: drop it, too",
                table.name, needed.name
            ));
        }
    }
    refuse(&wrong)?;
    for table in &mut schema.tables {
        table.create = without_keys_to(&table.create, &gone)?;
    }
    comments::leave_out(schema, masker)?;
    Ok(gone)
}

/// A definition without its foreign keys to tables that are not made.
fn without_keys_to(create: &str, gone: &BTreeSet<String>) -> Result<String> {
    let definition = TableDefinition::parse(create)?;
    let keys = definition.foreign_keys.iter();
    let lost =
        keys.filter(|key| key.referenced_schema.is_none() && gone.contains(&key.referenced_table));
    let mut text = create.to_owned();
    for key in lost {
        // The server writes each clause on a line of its own, with a comma between two.
        text = text.replacen(&format!(",\n  {}", key.text), "", 1);
    }
    Ok(text)
}

fn refuse(wrong: &[String]) -> Result<()> {
    if wrong.is_empty() {
        return Ok(());
    }
    Err(
        Error::new(Kind::Sanitise, "plan a clean copy", wrong.join("; "))
            .hint("add what is named to the ruleset of the app, then run again"),
    )
}
