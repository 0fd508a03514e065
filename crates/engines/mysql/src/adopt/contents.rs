//! What is known of a dump while it is read: what made it, and what it makes.

use super::object::{stand_in_columns, trigger_order};
use super::opening::TAKE_WHOLE;
use crate::catalog::definition::TableDefinition;
use crate::catalog::text::{Token, tokens, unqualified};
use crate::catalog::{
    ObjectKind, Schema, Sequence, StoredObject, StoredTable, by_mention, is_transactional,
    refuse_unmovable,
};
use crate::config::is_own;
use std::collections::BTreeMap;
use weir_engine::RowDigester;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// Engines that keep no rows of their own, so that dumps have none.
const WITHOUT_ROWS: [&str; 1] = ["BLACKHOLE"];
/// The order in which objects are made.
const ORDER: [ObjectKind; 7] = [
    ObjectKind::Package,
    ObjectKind::PackageBody,
    ObjectKind::Function,
    ObjectKind::Procedure,
    ObjectKind::View,
    ObjectKind::Trigger,
    ObjectKind::Event,
];

/// A table of a dump.
pub(super) struct Adopted {
    create: String,
    /// Whether the dump says that its rows follow.
    has_rows: bool,
    pub(super) parts: Vec<String>,
    pub(super) bytes: u64,
    pub(super) rows: RowDigester,
}

/// What is known.
#[derive(Default)]
pub(super) struct Contents {
    /// What the dump is called in messages.
    place: String,
    /// What made it.
    pub(super) made_by: String,
    /// The server it is of, as that calls itself.
    pub(super) server: String,
    /// The database that its head names, and the one that it enters.
    pub(super) head: String,
    pub(super) entered: Option<String>,
    /// When it was made; there once its end was reached.
    pub(super) made_at: Option<String>,
    /// The character set and collation of its database, where it says so.
    pub(super) defaults: Option<(String, String)>,
    pub(super) tables: BTreeMap<String, Adopted>,
    pub(super) sequences: BTreeMap<String, Sequence>,
    pub(super) objects: Vec<StoredObject>,
    /// Whether routines and events were asked for when it was made.
    pub(super) has_routines: bool,
    pub(super) has_events: bool,
    /// The columns of each view, as what stands in for it has them.
    pub(super) view_columns: BTreeMap<String, Vec<String>>,
}

impl Contents {
    /// Nothing is known of the dump of that name.
    pub(super) fn of(place: &str) -> Self {
        Self {
            place: place.to_owned(),
            ..Self::default()
        }
    }

    /// The name of the database.
    pub(super) fn database(&self) -> &str {
        self.entered.as_deref().unwrap_or(&self.head)
    }

    /// Reads a comment, without which nothing tells whether a dump is whole.
    pub(super) fn comment(&mut self, comment: &str) -> Result<()> {
        let Some(said) = comment.strip_prefix("-- ").map(str::trim_end) else {
            return Ok(());
        };
        if let Some(table) = said.strip_prefix("Dumping data for table ") {
            if let Some(table) = name(table).and_then(|name| self.tables.get_mut(&name)) {
                table.has_rows = true;
            }
        } else if let Some(database) = said.strip_prefix("Current Database: ") {
            self.enter(name(database))?;
        } else if let Some((_, database)) = said.split_once("  Database: ") {
            database.trim().clone_into(&mut self.head);
        } else if let Some(version) = said.strip_prefix("Server version") {
            version.trim().clone_into(&mut self.server);
        } else if said.starts_with("WHERE:") {
            return Err(self.refused(
                "it holds only some of the rows (--where)",
                "dump without --where",
            ));
        } else if said.starts_with("Dumping routines for database") {
            self.has_routines = true;
        } else if said.starts_with("Dumping events for database") {
            self.has_events = true;
        } else if let Some(at) = said.strip_prefix("Dump completed") {
            self.made_at = Some(moment(at));
        } else if self.made_by.is_empty() && said.contains(" dump ") {
            said.split(", for")
                .next()
                .unwrap_or_default()
                .clone_into(&mut self.made_by);
        }
        Ok(())
    }

    /// A dump is of one database.
    pub(super) fn enter(&mut self, database: Option<String>) -> Result<()> {
        match (&self.entered, database) {
            (Some(entered), Some(other)) if *entered != other => Err(self.refused(
                "it holds more than one database",
                "dump each database by itself: `mysqldump DATABASE > FILE`",
            )),
            (_, database) => {
                self.entered = database;
                Ok(())
            }
        }
    }

    /// Takes a statement that makes a table.
    pub(super) fn table(&mut self, create: &str) -> Result<()> {
        let create = unqualified(create, self.database());
        let name = TableDefinition::parse(&create)?.name;
        let table = Adopted {
            create,
            has_rows: false,
            parts: Vec::new(),
            bytes: 0,
            rows: RowDigester::default(),
        };
        match self.tables.insert(name.clone(), table) {
            None => Ok(()),
            Some(_) => Err(self.refused(&format!("it makes table {name} twice"), TAKE_WHOLE)),
        }
    }

    /// The definition of a table that rows come for.
    pub(super) fn definition(&self, table: &str) -> Result<TableDefinition> {
        match self.tables.get(table) {
            Some(found) => TableDefinition::parse(&found.create),
            None => Err(self.refused(
                &format!("it has rows of table {table}, and does not say what that is"),
                "dump without --no-create-info",
            )),
        }
    }

    pub(super) fn sequence(&mut self, create: &str) -> Option<()> {
        let all: Vec<Token<'_>> = tokens(create).filter(|token| !token.is_blank()).collect();
        let word = all.iter().position(|token| token.is("SEQUENCE"))?;
        let name = all.get(word + 1)?.name()?;
        let sequence = Sequence {
            create: unqualified(create, self.database()),
            next: String::new(),
            name: name.clone(),
        };
        self.sequences.insert(name, sequence);
        Some(())
    }

    /// Takes `SETVAL(sequence, next, 0)`.
    pub(super) fn set_sequence(&mut self, statement: &str) -> Option<()> {
        let all: Vec<Token<'_>> = tokens(statement)
            .filter(|token| !token.is_blank())
            .collect();
        let call = all.iter().position(|token| token.is("SETVAL"))?;
        let mut rest = all.get(call + 2..)?.splitn(3, |token| token.is_symbol(","));
        let name = rest.next()?.last()?.name()?;
        let number = rest.next()?.iter().map(|token| token.text);
        self.sequences.get_mut(&name)?.next = number.collect();
        Some(())
    }

    /// Takes an object. What stands in for a view until everything else is there has no definer.
    pub(super) fn object(&mut self, object: StoredObject) {
        let is_view = object.kind == ObjectKind::View;
        if is_view && object.definer.is_empty() && !self.view_columns.contains_key(&object.name) {
            let columns = stand_in_columns(&object.create);
            self.view_columns.insert(object.name, columns);
            return;
        }
        self.objects.push(object);
    }

    /// What was read, once all of it was.
    pub(super) fn schema(&self) -> Result<Schema> {
        let (character_set, collation) = self.defaults();
        let mut tables = Vec::new();
        for (name, table) in self.tables.iter().filter(|(name, _)| !is_own(name)) {
            let definition = TableDefinition::parse(&table.create)?;
            refuse_unmovable(&definition)?;
            let engine = definition.engine.unwrap_or_default();
            let keeps_none = WITHOUT_ROWS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&engine));
            if !table.has_rows && !keeps_none {
                return Err(self.refused(
                    &format!("it was made without the rows of table {name}"),
                    "dump without --no-data, --tab and --ignore-table-data",
                ));
            }
            tables.push(StoredTable {
                name: name.clone(),
                create: table.create.clone(),
                bytes: table.bytes,
                rows: table.rows.rows(),
                transactional: is_transactional(&engine),
                parts: table.parts.clone(),
            });
        }
        let sequences = self.sequences.values().filter(|found| !is_own(&found.name));
        Ok(Schema {
            name: self.database().to_owned(),
            sequences: sequences.cloned().collect(),
            objects: self.objects(&collation)?,
            tables,
            character_set,
            collation,
        })
    }

    fn objects(&self, collation: &str) -> Result<Vec<StoredObject>> {
        let mut all = Vec::new();
        for kind in ORDER {
            let of_kind = self.objects.iter().filter(|object| {
                let is_own = is_own(&object.name) || object.table.as_deref().is_some_and(is_own);
                object.kind == kind && !is_own
            });
            let mut of_kind: Vec<StoredObject> = of_kind.cloned().collect();
            match kind {
                ObjectKind::Trigger => of_kind.sort_by_key(trigger_order),
                _ => of_kind.sort_by(|one, other| one.name.cmp(&other.name)),
            }
            if kind == ObjectKind::View {
                of_kind = by_mention(of_kind);
            } else {
                let unsaid = of_kind
                    .iter_mut()
                    .filter(|object| object.database_collation.is_empty());
                unsaid.for_each(|object| collation.clone_into(&mut object.database_collation));
            }
            all.extend(of_kind);
        }
        let is_made = |view: &String| {
            let mut views = all.iter().filter(|object| object.kind == ObjectKind::View);
            is_own(view) || views.any(|object| object.name == *view)
        };
        match self.view_columns.keys().find(|view| !is_made(view)) {
            None => Ok(all),
            Some(view) => {
                let cause = format!("it never says what view {view} is");
                Err(self.refused(&cause, TAKE_WHOLE))
            }
        }
    }

    /// The character set and collation of the database: those of most of its tables, where the
    /// dump does not say.
    fn defaults(&self) -> (String, String) {
        if let Some(told) = &self.defaults {
            return told.clone();
        }
        let mut counted: BTreeMap<(String, String), usize> = BTreeMap::new();
        for table in self.tables.values() {
            if let Ok(definition) = TableDefinition::parse(&table.create)
                && let Some(set) = definition.default_character_set
            {
                let collation = definition.default_collation;
                let collation = collation.unwrap_or_else(|| default_collation(&set));
                *counted.entry((set, collation)).or_default() += 1;
            }
        }
        let most = counted.into_iter().max_by_key(|(_, count)| *count);
        most.map_or_else(
            || ("utf8mb4".to_owned(), default_collation("utf8mb4")),
            |(defaults, _)| defaults,
        )
    }

    /// Rows and digest of every table.
    pub(super) fn digests(&self) -> Vec<TableDigest> {
        let tables = self.tables.iter().filter(|(name, _)| !is_own(name));
        tables
            .map(|(name, table)| table.rows.clone().finish(name))
            .collect()
    }

    /// The error of a dump that is not taken.
    pub(super) fn refused(&self, cause: &str, hint: &str) -> Error {
        let kind = match hint == TAKE_WHOLE {
            true => Kind::Corrupt,
            false => Kind::Unsupported,
        };
        Error::new(kind, format!("read {}", self.place), cause).hint(hint)
    }
}

/// The collation that a character set has where none is named.
pub(super) fn default_collation(set: &str) -> String {
    match set {
        "latin1" => "latin1_swedish_ci".to_owned(),
        "binary" => "binary".to_owned(),
        set => format!("{set}_general_ci"),
    }
}

/// The name that a text begins with.
fn name(text: &str) -> Option<String> {
    tokens(text).next()?.name()
}

/// `on 2026-11-27  2:02:54` as `2026-11-27T02:02:54`; empty where it does not say.
fn moment(text: &str) -> String {
    let mut words = text.split_whitespace().skip_while(|word| *word == "on");
    match (words.next(), words.next()) {
        (Some(day), Some(time)) => format!("{day}T{time:0>8}"),
        _ => String::new(),
    }
}
