//! What is made of an archive: which of its entries, in which of the passes, and what happens to
//! the rows of each table.

use super::domains::Domains;
use super::roles::roles_of;
use super::sequences;
use crate::catalog::{OfArchive as _, is_large_object, is_of_database, object_of, qualified};
use crate::dump::LARGE_OBJECTS;
use crate::dump::archive::{Archive, DumpId, Entry};
use crate::mask::CopyColumn;
use crate::mask::statement::CopyTarget;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::{ColumnMask, Masker, TablePlan};
use weir_model::catalog::{Catalog, Table};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, TableDigest};

/// A table whose rows are loaded.
pub(crate) struct TableRows {
    /// Its entry among those of data.
    pub(crate) entry: Entry,
    /// The table that rows are sent to, and the columns they have.
    pub(crate) target: CopyTarget,
    /// Types of the columns sent, where they are known; a domain goes by its type.
    pub(crate) columns: Vec<CopyColumn>,
    /// What happens to each; `None` when the table stays empty.
    pub(crate) masks: Option<Vec<Option<Arc<dyn ColumnMask>>>>,
    /// Whether rules are applied at all.
    pub(crate) is_masked: bool,
}

impl TableRows {
    /// The name under which its rows are digested.
    pub(crate) fn digested_as(&self) -> String {
        qualified(&self.target.schema, &self.target.relation)
    }

    /// Whether an extension made the table, which then has rows of its own.
    pub(crate) fn is_of_extension(&self) -> bool {
        self.entry.dependencies.is_empty()
    }

    /// Whether rows go to the table itself, and nobody else put any there.
    pub(crate) fn is_alone(&self) -> bool {
        let text = |text: Option<&crate::dump::archive::Text>| text.map(ToString::to_string);
        let itself = text(self.entry.namespace.as_ref()).as_deref() == Some(&self.target.schema)
            && text(self.entry.tag.as_ref()).as_deref() == Some(&self.target.relation);
        itself && !self.is_of_extension()
    }
}

/// What is made.
pub(crate) struct Plan {
    /// What is taken of the archive, data left out, in its order.
    pub(crate) archive: Archive,
    /// Tables that get rows, or stay empty.
    pub(crate) tables: Vec<TableRows>,
    /// Where sequences are set to.
    pub(crate) sequences: Vec<Entry>,
    /// The digest of where all sequences of the backup stand.
    pub(crate) received_sequences: Option<TableDigest>,
    /// Views that keep rows, filled in this order.
    pub(crate) refreshes: Vec<Entry>,
    /// Whether there are large objects.
    pub(crate) has_large_objects: bool,
    /// What the copy will hold, by name.
    pub(crate) expected: Catalog,
    /// The version of the `pg_dump` that wrote the schema down.
    pub(crate) dump_version: String,
    /// Names in the manifest of tables and the like that rules leave out.
    pub(crate) left_out: BTreeSet<String>,
    /// Who owns the new copy, and what has no better owner here; `None` for whoever makes it.
    pub(crate) fallback: Option<String>,
    /// Who gets what nobody here can own: `None` for whoever makes it.
    pub(crate) owners: BTreeMap<String, Option<String>>,
    /// The roles of the target's server.
    pub(crate) roles: BTreeSet<String>,
    /// Its tablespaces.
    pub(crate) tablespaces: BTreeSet<String>,
    /// Whether owners or grants of the backup cannot be kept there.
    pub(crate) is_stripped: bool,
    /// Whether several of the backup's roles are one there.
    pub(crate) are_roles_merged: bool,
}

impl Plan {
    /// Binds the rules, if there are any, to what the archive holds, or refuses, telling all that
    /// is missing.
    pub(crate) fn make(
        archive: Archive,
        manifest: &Manifest,
        masker: Option<&dyn Masker>,
    ) -> Result<Self> {
        if let Some(masker) = masker {
            refuse_uncovered(&manifest.catalog, masker)?;
        }
        let left_out = masker
            .map(|masker| left_out(&archive, masker))
            .transpose()?;
        let left_out = left_out.unwrap_or_default();
        let dump_version = archive
            .header
            .dump_version
            .as_ref()
            .map(ToString::to_string);
        let positions = sequences::digest_of(&archive);
        let domains = Domains::of(&archive);
        let (header, entries) = (archive.header, archive.entries);
        let kept: Vec<Entry> = entries
            .into_iter()
            .filter(|entry| !left_out.contains(&entry.dump_id))
            .collect();
        let (mut tables, mut sequences, mut refreshes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut objects, mut has_large_objects) = (Vec::new(), false);
        for entry in kept {
            match entry.description.as_str().unwrap_or_default() {
                "TABLE DATA" => {
                    tables.push(table_rows(entry, &manifest.catalog, &domains, masker)?);
                }
                "SEQUENCE SET" => sequences.push(entry),
                "MATERIALIZED VIEW DATA" => refreshes.push(entry),
                "BLOBS" => has_large_objects = true,
                // A database that follows another one would follow it from here, too.
                "SUBSCRIPTION" | "STATISTICS DATA" | "BLOB METADATA" => {}
                _ => objects.push(entry),
            }
        }
        let archive = Archive {
            header,
            entries: objects,
        };
        let (made, dropped): (Vec<Table>, Vec<Table>) = manifest
            .catalog
            .tables
            .iter()
            .cloned()
            .partition(|table| is_made(table, masker));
        let mut left_out: BTreeSet<String> = dropped.into_iter().map(|table| table.name).collect();
        if masker.is_some() && !has_large_objects {
            left_out.insert(LARGE_OBJECTS.to_owned());
        }
        Ok(Self {
            expected: Catalog::of(made, &archive),
            left_out,
            received_sequences: positions,
            archive,
            tables,
            sequences,
            refreshes,
            has_large_objects,
            dump_version: dump_version.unwrap_or_default(),
            fallback: None,
            owners: BTreeMap::new(),
            roles: BTreeSet::new(),
            tablespaces: BTreeSet::new(),
            is_stripped: false,
            are_roles_merged: false,
        })
    }

    /// Expects of the copy what the archive makes by now.
    pub(super) fn expect_what_is_made(&mut self) {
        let tables = std::mem::take(&mut self.expected.tables);
        self.expected = Catalog::of(tables, &self.archive);
    }

    /// Leaves entries out, with what is said about them.
    pub(super) fn leave_out(&mut self, is_left_out: impl Fn(&Entry) -> bool) {
        let entries = &mut self.archive.entries;
        let gone: BTreeSet<DumpId> = entries
            .iter()
            .filter(|entry| is_left_out(entry))
            .map(|entry| entry.dump_id)
            .collect();
        entries.retain(|entry| {
            let is_said = ["COMMENT", "SECURITY LABEL", "ACL"]
                .iter()
                .any(|word| entry.is(word));
            let is_about = is_said && entry.dependencies.iter().any(|id| gone.contains(id));
            !gone.contains(&entry.dump_id) && !is_about
        });
    }

    /// The entries of the first pass, in order: everything that must be there before rows.
    pub(crate) fn before_rows(&self) -> impl Iterator<Item = &Entry> {
        use crate::dump::archive::Section;
        let entries = self.archive.entries.iter();
        entries.filter(|entry| entry.section == Section::PreData && !is_of_database(entry))
    }

    /// Whether a statement about grants names a role that is not there.
    pub(crate) fn is_stripped_grant(&self, statement: &str) -> bool {
        roles_of(statement)
            .iter()
            .any(|role| !self.roles.contains(role))
    }

    /// Whether rules leave a table of the manifest empty or out, or what else is digested under
    /// its name.
    pub(crate) fn is_not_received(&self, name: &str) -> bool {
        let mut tables = self
            .tables
            .iter()
            .filter(|table| table.digested_as() == name);
        let is_empty = tables.clone().next().is_some() && tables.all(|table| table.masks.is_none());
        is_empty || self.left_out.contains(name)
    }
}

fn is_made(table: &Table, masker: Option<&dyn Masker>) -> bool {
    let plan = masker.and_then(|masker| masker.table(&table.name));
    !matches!(plan, Some(TablePlan::Drop))
}

fn table_rows(
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
    let text = |text: Option<&crate::dump::archive::Text>| {
        text.map(ToString::to_string).unwrap_or_default()
    };
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
    let mask_of = |masks: &[Option<Arc<dyn ColumnMask>>], column_name: &String| {
        let mask = column(column_name).and_then(|at| masks.get(at).cloned());
        // What the rules were never asked about must not pass.
        mask.ok_or_else(|| refused(&[format!("column {column_name} of table {name} has no rule")]))
    };
    let masks = match (plan, masker) {
        (None, None) => Some(vec![None; target.columns.len()]),
        (None, Some(_)) => return Err(refused(&[format!("table {name} has no rule")])),
        (Some(TablePlan::Rows(masks)), _) => {
            let of_columns = target.columns.iter().map(|name| mask_of(masks, name));
            Some(of_columns.collect::<Result<_>>()?)
        }
        (Some(TablePlan::Masked(_) | TablePlan::Empty | TablePlan::Drop), _) => None,
    };
    Ok(TableRows {
        columns: columns.collect(),
        target,
        masks,
        is_masked: masker.is_some(),
        entry,
    })
}

/// What rules leave out, and what cannot be without it.
fn left_out(archive: &Archive, masker: &dyn Masker) -> Result<BTreeSet<DumpId>> {
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
                && matches!(
                    kind,
                    "view" | "materialized-view" | "function" | "procedure" | "aggregate"
                )
            {
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
fn refuse_uncovered(catalog: &Catalog, masker: &dyn Masker) -> Result<()> {
    let mut wrong = Vec::new();
    for table in &catalog.tables {
        match masker.table(&table.name) {
            None => wrong.push(format!("table {} has no rule", table.name)),
            Some(TablePlan::Masked(_)) => wrong.push("row masks are not there yet".to_owned()),
            Some(TablePlan::Rows(masks)) if masks.len() != table.columns.len() => {
                wrong.push(format!(
                    "the rules of table {} name other columns",
                    table.name
                ));
            }
            Some(_) => {}
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

fn refused(wrong: &[String]) -> Error {
    Error::new(Kind::Sanitise, "plan a clean copy", wrong.join("; "))
        .hint("add what is named to the ruleset of the app, then run again")
}
