//! What is made of an archive: which of its entries, in which of the passes, and what happens to
//! the rows of each table.

mod rules;

use super::domains::Domains;
use super::roles::roles_of;
use super::sequences;
use crate::catalog::{OfArchive as _, is_of_database, qualified};
use crate::dump::LARGE_OBJECTS;
use crate::dump::archive::{Archive, DumpId, Entry};
use crate::mask::statement::CopyTarget;
use crate::mask::{CopyColumn, MaskedRows, RowRules, RowStream, TreatedRows};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_engine::{ByColumn, Masker, ShadowStep};
use weir_model::catalog::Catalog;
use weir_model::error::{Kind, Result};
use weir_model::manifest::TableDigest;

/// A table whose rows are loaded.
pub(crate) struct TableRows {
    /// Its entry among those of data.
    pub(crate) entry: Entry,
    /// The table that rows are sent to, and the columns they have.
    pub(crate) target: CopyTarget,
    /// Types of the columns sent, where they are known; a domain goes by its type.
    pub(crate) columns: Vec<CopyColumn>,
    /// What happens to the rows.
    pub(crate) treatment: Treatment,
}

/// What happens to the rows of a table.
#[derive(Clone)]
pub(crate) enum Treatment {
    /// They are moved as they are.
    Moved,
    /// They go through a mask.
    Masked(RowRules),
    /// The table stays empty.
    Emptied,
}

impl TableRows {
    /// The name under which its rows are digested.
    pub(crate) fn digested_as(&self) -> String {
        qualified(&self.target.schema, &self.target.relation)
    }

    /// Whether the table stays empty.
    pub(crate) fn is_emptied(&self) -> bool {
        matches!(self.treatment, Treatment::Emptied)
    }

    /// Whether nobody looks at the rows.
    pub(crate) fn is_moved(&self) -> bool {
        matches!(self.treatment, Treatment::Moved)
    }

    /// Takes the rows as they come; malformed ones are of that kind.
    pub(crate) fn treated_rows(&self, kind: Kind) -> TreatedRows {
        match &self.treatment {
            Treatment::Masked(rules) => {
                let rows = MaskedRows::new(&self.digested_as(), &self.columns, rules);
                TreatedRows::Masked(Box::new(rows))
            }
            Treatment::Moved | Treatment::Emptied => TreatedRows::Moved {
                rows: Box::new(RowStream::new(&self.target.columns)),
                table: self.digested_as(),
                kind,
            },
        }
    }

    /// The same for rows that are written one by one, whatever stands behind the last of them.
    pub(crate) fn rewritten_rows(&self) -> MaskedRows {
        let width = self.columns.len();
        let kept = || RowRules {
            mask: Arc::new(ByColumn::new(vec![None; width])),
            places: (0..width).collect(),
        };
        let rules = match &self.treatment {
            Treatment::Masked(rules) => rules.clone(),
            Treatment::Moved | Treatment::Emptied => kept(),
        };
        MaskedRows::new(&self.digested_as(), &self.columns, &rules)
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
    /// What rules do once all rows are in.
    pub(crate) steps: Vec<ShadowStep>,
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
        catalog: &Catalog,
        masker: Option<&dyn Masker>,
    ) -> Result<Self> {
        if let Some(masker) = masker {
            rules::refuse_uncovered(catalog, masker)?;
            rules::refuse_untold(&archive, masker)?;
            rules::refuse_split(&archive, masker)?;
        }
        let gone = masker
            .map(|masker| rules::left_out(&archive, masker))
            .transpose()?;
        let gone = gone.unwrap_or_default();
        let mut left_out = rules::names_of(&archive, &gone);
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
            .filter(|entry| !gone.contains(&entry.dump_id))
            .collect();
        let (mut tables, mut sequences, mut refreshes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut objects, mut has_large_objects) = (Vec::new(), false);
        for entry in kept {
            match entry.description.as_str().unwrap_or_default() {
                "TABLE DATA" => {
                    tables.push(rules::table_rows(entry, catalog, &domains, masker)?);
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
        let made = rules::made(catalog, masker, &tables);
        if masker.is_some() && !has_large_objects {
            left_out.insert(LARGE_OBJECTS.to_owned());
        }
        Ok(Self {
            expected: Catalog::of(made, &archive),
            left_out,
            steps: masker
                .map(|masker| masker.steps().to_vec())
                .unwrap_or_default(),
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
        let is_empty = tables.clone().next().is_some() && tables.all(TableRows::is_emptied);
        is_empty || self.left_out.contains(name)
    }
}
