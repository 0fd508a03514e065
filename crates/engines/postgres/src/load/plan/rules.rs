//! What rules do with the tables and objects of an archive.

use super::{TableRows, Treatment};
use crate::catalog::{carrier_of, is_known, is_large_object, object_of, qualified};
use crate::dump::archive::{Archive, DumpId, Entry, Text};
use crate::load::domains::Domains;
use crate::mask::statement::CopyTarget;
use crate::mask::{CopyColumn, RowRules};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::{ColumnUse, Masker, TablePlan};
use weir_model::catalog::{Catalog, Table};
use weir_model::error::{Error, Kind, Result};

/// The rows that an entry is of, and what rules do with them.
pub(super) fn table_rows(
    entry: Entry,
    catalog: &Catalog,
    domains: &Domains,
    masker: Option<&dyn Masker>,
) -> Result<TableRows> {
    let statement = entry.copy_statement.as_ref().and_then(|text| text.as_str());
    let target = statement.and_then(CopyTarget::parse).ok_or_else(|| {
        let cause = format!(
            "entry {} has no COPY statement that can be read",
            entry.dump_id
        );
        Error::new(
            Kind::Corrupt,
            "read the dump's table of contents (toc.dat)",
            cause,
        )
        .hint("the dump is damaged or was changed: take another one")
    })?;
    let text = |text: Option<&Text>| text.map(ToString::to_string).unwrap_or_default();
    let name = qualified(&text(entry.namespace.as_ref()), &text(entry.tag.as_ref()));
    let table = catalog.table(&name);
    let plan = masker.and_then(|masker| masker.table(&name));
    let column = |name: &String| {
        table.and_then(|table| table.columns.iter().position(|column| column.name == *name))
    };
    let columns = target.columns.iter().map(|name| CopyColumn {
        name: name.clone(),
        data_type: column(name)
            .and_then(|at| {
                Some(
                    domains
                        .base_of(&table?.columns.get(at)?.data_type)
                        .to_owned(),
                )
            })
            .unwrap_or_default(),
    });
    let place = |column_name: &String| {
        // What the rules were never asked about must not pass.
        column(column_name)
            .ok_or_else(|| refused(&[format!("column {column_name} of table {name} has no rule")]))
    };
    let treatment = match (masker, plan) {
        (None, _) => Treatment::Moved,
        (Some(_), None) => return Err(refused(&[format!("table {name} has no rule")])),
        (Some(_), Some(TablePlan::Empty | TablePlan::Drop)) => Treatment::Emptied,
        (Some(_), Some(plan)) => {
            let places: Vec<usize> = target.columns.iter().map(place).collect::<Result<_>>()?;
            treatment(plan, places)
        }
    };
    Ok(TableRows {
        columns: columns.collect(),
        target,
        treatment,
        entry,
    })
}

/// What a plan does with rows whose columns have those places in the catalog.
fn treatment(plan: &TablePlan, places: Vec<usize>) -> Treatment {
    match plan.row_mask() {
        Some(mask) if mask.columns().iter().any(|used| *used != ColumnUse::Copied) => {
            let mask = Arc::clone(mask);
            Treatment::Masked(RowRules { mask, places })
        }
        Some(_) => Treatment::Moved,
        None => Treatment::Emptied,
    }
}

/// The tables that are made, without their keys to others. Those of extensions come with these,
/// also when rules drop them: then they stay empty.
pub(super) fn made(
    catalog: &Catalog,
    masker: Option<&dyn Masker>,
    tables: &[TableRows],
) -> Vec<Table> {
    let of_extensions = tables.iter().filter(|table| table.is_of_extension());
    let of_extensions: BTreeSet<String> = of_extensions.map(TableRows::digested_as).collect();
    let is_made = |name: &str| {
        let plan = masker.and_then(|masker| masker.table(name));
        !matches!(plan, Some(TablePlan::Drop)) || of_extensions.contains(name)
    };
    let tables = catalog.tables.iter().cloned();
    let mut made: Vec<Table> = tables.filter(|table| is_made(&table.name)).collect();
    for table in &mut made {
        table.foreign_keys.retain(|key| is_made(&key.references));
    }
    made
}

/// The names under which rows are digested that are left out.
pub(super) fn names_of(archive: &Archive, gone: &BTreeSet<DumpId>) -> BTreeSet<String> {
    let entries = archive.entries.iter();
    let gone = entries.filter(|entry| gone.contains(&entry.dump_id));
    gone.filter_map(|entry| Some(target(entry)?.1)).collect()
}

/// The table whose rows an entry is of, and the name under which these are digested.
fn target(entry: &Entry) -> Option<(String, String)> {
    if !entry.is("TABLE DATA") {
        return None;
    }
    let target = CopyTarget::parse(entry.copy_statement.as_ref()?.as_str()?)?;
    let text = |text: Option<&Text>| text.map(ToString::to_string).unwrap_or_default();
    let table = qualified(&text(entry.namespace.as_ref()), &text(entry.tag.as_ref()));
    Some((table, qualified(&target.schema, &target.relation)))
}

/// Fails for partitions of which some get rows and others do not, where rows are loaded through the
/// table they are partitions of: only all of these can be proven.
pub(super) fn refuse_split(archive: &Archive, masker: &dyn Masker) -> Result<()> {
    let mut wrong = BTreeSet::new();
    let mut has_rows: BTreeMap<String, bool> = BTreeMap::new();
    for (table, digested_as) in archive.entries.iter().filter_map(target) {
        let plan = masker.table(&table);
        let keeps = !matches!(plan, Some(TablePlan::Empty | TablePlan::Drop));
        if *has_rows.entry(digested_as.clone()).or_insert(keeps) != keeps {
            wrong.insert(format!(
                "rows of the partitions of {digested_as} move between them: empty or drop all or none"
            ));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(refused(&wrong.into_iter().collect::<Vec<_>>())),
    }
}

/// What rules leave out, and what cannot be without it.
pub(super) fn left_out(archive: &Archive, masker: &dyn Masker) -> Result<BTreeSet<DumpId>> {
    let mut gone = BTreeSet::new();
    let mut wrong = Vec::new();
    // What depends on something stands behind it, but for the little that has no section.
    for _ in 0..2 {
        for entry in &archive.entries {
            let needs = entry.dependencies.iter().any(|id| gone.contains(id));
            if is_left_out(entry, masker) || (is_large_object(entry) && drops_large_objects(masker))
            {
                gone.insert(entry.dump_id);
            } else if needs
                && gone.insert(entry.dump_id)
                && let Some((kind, name)) = object_of(entry)
                && is_missed(kind, entry)
            {
                let kind = if entry.is("TABLE") { "table" } else { kind };
                wrong.push(format!(
                    "{kind} {name} needs what the rules drop: drop it, too"
                ));
            }
        }
    }
    match wrong.is_empty() {
        true => Ok(gone),
        false => Err(refused(&wrong)),
    }
}

/// Whether something must not go with what it needs, unless a rule says so.
fn is_missed(kind: &str, entry: &Entry) -> bool {
    const MISSED: [&str; 5] = [
        "view",
        "materialized-view",
        "function",
        "procedure",
        "aggregate",
    ];
    entry.is("TABLE") || MISSED.contains(&kind)
}

fn drops_large_objects(masker: &dyn Masker) -> bool {
    masker.drops_object("large-objects", "all")
}

fn is_left_out(entry: &Entry, masker: &dyn Masker) -> bool {
    if entry.is("BLOBS") {
        return drops_large_objects(masker);
    }
    let Some((kind, name)) = object_of(entry) else {
        return false;
    };
    (entry.is("TABLE") && matches!(masker.table(&name), Some(TablePlan::Drop)))
        || masker.drops_object(kind, &name)
}

/// Fails for tables without a rule, and objects that can carry values and are not kept by name.
pub(super) fn refuse_uncovered(catalog: &Catalog, masker: &dyn Masker) -> Result<()> {
    let mut wrong = Vec::new();
    for table in &catalog.tables {
        match masker.table(&table.name) {
            None => wrong.push(format!("table {} has no rule", table.name)),
            Some(plan) => {
                let mask = plan.row_mask();
                if mask.is_some_and(|mask| mask.columns().len() != table.columns.len()) {
                    let name = &table.name;
                    wrong.push(format!("the rules of table {name} name other columns"));
                }
            }
        }
    }
    for object in catalog.objects.iter().filter(|object| object.carrier) {
        let (kind, name) = (&object.kind, &object.name);
        if !masker.keeps_object(kind, name) && !masker.drops_object(kind, name) {
            wrong.push(format!(
                "{kind} {name} can carry values and is not kept by name"
            ));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(refused(&wrong)),
    }
}

/// Fails for what an archive holds beyond what its manifest told the rules: entries of a kind that
/// is not known, and what can carry values and is not kept by name.
pub(super) fn refuse_untold(archive: &Archive, masker: &dyn Masker) -> Result<()> {
    let mut wrong = BTreeSet::new();
    for entry in &archive.entries {
        if !is_known(entry) {
            wrong.insert(format!(
                "entry {} of the dump's table of contents is of a kind that Weir does not know",
                entry.dump_id
            ));
        }
        if let Some((kind, name)) = carrier_of(entry)
            && !masker.keeps_object(kind, &name)
            && !masker.drops_object(kind, &name)
        {
            wrong.insert(format!(
                "{kind} {name} can carry values and is not kept by name"
            ));
        }
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(refused(&wrong.into_iter().collect::<Vec<_>>())),
    }
}

fn refused(wrong: &[String]) -> Error {
    Error::new(Kind::Sanitise, "plan a clean copy", wrong.join("; "))
        .hint("add what is named to the ruleset of the app, then run again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_model::sanitising::RulesetMark;

    /// Keeps every object but those of that kind.
    struct KeepsBut(&'static str);

    impl Masker for KeepsBut {
        fn table(&self, _name: &str) -> Option<&TablePlan> {
            None
        }

        fn keeps_object(&self, kind: &str, _name: &str) -> bool {
            kind != self.0
        }

        fn mark(&self) -> RulesetMark {
            unreachable!("nothing was masked")
        }
    }

    fn archive(version: &str) -> Archive {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/archives");
        let bytes = std::fs::read(format!("{folder}/{version}/full.toc")).unwrap();
        Archive::parse(&bytes).unwrap()
    }

    #[test]
    fn what_the_archive_alone_tells_of_is_refused() {
        for version in ["15", "16", "18"] {
            let mut archive = archive(version);
            refuse_untold(&archive, &KeepsBut("")).unwrap();
            for kind in ["comment", "function", "large-objects"] {
                let error = refuse_untold(&archive, &KeepsBut(kind)).unwrap_err();
                assert_eq!(error.kind(), Kind::Sanitise);
                assert!(error.cause().contains(kind), "{error:?}");
            }
            let entry = archive.entries.last_mut().unwrap();
            entry.description = "HISTORY".into();
            let error = refuse_untold(&archive, &KeepsBut("")).unwrap_err();
            assert!(error.cause().contains("Weir does not know"), "{error:?}");
        }
    }
}
