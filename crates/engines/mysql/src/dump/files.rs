//! The files of a dump: what they are called, and the one that says where the log stood.

use super::positions::Position;
use crate::catalog::{ObjectKind, Schema, StoredObject};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// The file by which a folder is known as a dump.
pub(super) const METADATA: &str = "metadata";
/// What takes the place of names that no file should have.
const ODD: &str = "mydumper_";
/// What tells files with definitions.
const SCHEMA: &str = "-schema";

/// What the tables, views and sequences of a schema are called in names of files. As `mydumper`
/// has it, a name with letters that a file system or a store may not take becomes a number.
pub(crate) struct Names {
    database: String,
    names: BTreeMap<String, String>,
    /// Names of files that are taken, in lower case.
    taken: BTreeSet<String>,
    odd: usize,
}

impl Names {
    /// The names of a schema's files.
    pub(super) fn of(schema: &Schema) -> Self {
        let mut names = Self::begin(&schema.name);
        names.add_all(schema);
        names
    }

    /// The names of a schema's files, before anything in it is known.
    pub(crate) fn begin(database: &str) -> Self {
        Self {
            database: match is_plain(database) {
                true => database.to_owned(),
                false => format!("{ODD}database"),
            },
            names: BTreeMap::new(),
            taken: BTreeSet::new(),
            odd: 0,
        }
    }

    /// The names that a backup's files with rows have, and others for the rest.
    pub(super) fn of_backup(schema: &Schema) -> Self {
        let mut names = Self::begin(&schema.name);
        for table in &schema.tables {
            let part = table.parts.first();
            if let Some(file) = part.and_then(|part| part.split('.').nth(1)) {
                names.taken.insert(file.to_ascii_lowercase());
                names.names.insert(table.name.clone(), file.to_owned());
            }
        }
        names.add_all(schema);
        names
    }

    /// Adds what has no name yet.
    pub(super) fn add_all(&mut self, schema: &Schema) {
        let tables = schema.tables.iter().map(|table| table.name.as_str());
        let sequences = schema.sequences.iter().map(|found| found.name.as_str());
        let is_view = |object: &&StoredObject| object.kind == ObjectKind::View;
        let views = schema.objects.iter().filter(is_view);
        let views = views.map(|object| object.name.as_str());
        let all: BTreeSet<&str> = tables.chain(sequences).chain(views).collect();
        all.into_iter().for_each(|name| self.add(name));
    }

    /// Gives a table, view or sequence its name, unless it has one.
    pub(crate) fn add(&mut self, name: &str) {
        if self.names.contains_key(name) {
            return;
        }
        // Some file systems do not tell upper case from lower case.
        let fits = is_plain(name) && self.taken.insert(name.to_ascii_lowercase());
        let file = match fits {
            true => name.to_owned(),
            false => loop {
                self.odd += 1;
                let file = format!("{ODD}{:05}", self.odd - 1);
                if self.taken.insert(file.clone()) {
                    break file;
                }
            },
        };
        self.names.insert(name.to_owned(), file);
    }

    /// A file of the whole schema, e.g. `app-schema-post.sql.gz`.
    pub(super) fn of_schema(&self, what: &str) -> String {
        format!("{}{SCHEMA}-{what}.sql.gz", self.database)
    }

    /// The file with the definition of a table, e.g. `app.users-schema.sql.gz`.
    pub(super) fn definition(&self, table: &str) -> String {
        format!("{}.{}{SCHEMA}.sql.gz", self.database, self.file(table))
    }

    /// Another file about a table, e.g. `app.users-schema-triggers.sql.gz`.
    pub(super) fn about(&self, table: &str, what: &str) -> String {
        format!(
            "{}.{}{SCHEMA}-{what}.sql.gz",
            self.database,
            self.file(table)
        )
    }

    /// A file with rows of a table, e.g. `app.users.00000.sql.gz`.
    pub(crate) fn rows(&self, table: &str, number: usize) -> String {
        format!("{}.{}.{number:05}.sql.gz", self.database, self.file(table))
    }

    fn file(&self, name: &str) -> &str {
        self.names.get(name).map_or(ODD, String::as_str)
    }
}

fn is_plain(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    !name.is_empty()
        && name.chars().all(is_letter)
        && !name.starts_with('-')
        && !name.contains(SCHEMA)
        && !name.starts_with(ODD)
}

/// The file `metadata`, as `mydumper` writes it.
pub(super) fn metadata(began: Timestamp, position: Option<&Position>) -> String {
    let time = |time: Timestamp| time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S");
    let mut text = format!("Started dump at: {}\n", time(began));
    if let Some(position) = position {
        text.push_str(&format!(
            "SHOW MASTER STATUS:\n\tLog: {}\n\tPos: {}\n\tGTID:{}\n\n",
            position.file,
            position.offset,
            position.gtid.split_whitespace().collect::<String>()
        ));
    }
    text.push_str(&format!("Finished dump at: {}\n", time(Timestamp::now())));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::StoredTable;

    fn among(database: &str, names: &[&str]) -> Names {
        let mut found = Names::begin(database);
        names.iter().for_each(|name| found.add(name));
        found
    }

    #[test]
    fn no_two_tables_share_a_file_and_no_file_has_an_odd_name() {
        let tables = [
            "a b",
            "a.b",
            "a-schema",
            "T",
            "t",
            "mydumper_0",
            "plain",
            "ü",
            "",
        ];
        let names = among("app", &tables);
        let files: BTreeSet<_> = tables.iter().map(|table| names.rows(table, 7)).collect();
        assert_eq!(files.len(), tables.len());
        assert!(files.contains("app.plain.00007.sql.gz"));
        for file in files {
            assert_eq!(file.matches('.').count(), 4, "{file}");
            assert!(
                file.bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'%')
            );
        }
    }

    #[test]
    fn a_backup_that_loses_tables_keeps_its_names() {
        let part = |table: &str, part: &str| StoredTable {
            name: table.to_owned(),
            create: String::new(),
            bytes: 0,
            rows: 0,
            transactional: true,
            parts: vec![part.to_owned()],
        };
        let mut schema = Schema {
            name: "app".to_owned(),
            character_set: String::new(),
            collation: String::new(),
            tables: vec![part("a b", "app.mydumper_00001.00000.sql.gz")],
            sequences: Vec::new(),
            objects: Vec::new(),
        };
        schema.tables.push(part("t", "app.t.00003.sql.gz"));
        let rest = ["c d", "e f"].map(|table| StoredTable {
            parts: Vec::new(),
            ..part(table, "")
        });
        schema.tables.extend(rest);
        let names = Names::of_backup(&schema);
        assert_eq!(names.rows("a b", 0), "app.mydumper_00001.00000.sql.gz");
        assert_eq!(names.rows("t", 1), "app.t.00001.sql.gz");
        assert_eq!(names.rows("c d", 0), "app.mydumper_00000.00000.sql.gz");
        assert_eq!(names.rows("e f", 0), "app.mydumper_00002.00000.sql.gz");
    }

    #[test]
    fn files_are_named_as_a_loader_of_such_dumps_looks_for_them() {
        let names = among("a.b", &["t"]);
        assert_eq!(
            names.of_schema("create"),
            "mydumper_database-schema-create.sql.gz"
        );
        let names = among("app", &["t"]);
        assert_eq!(names.definition("t"), "app.t-schema.sql.gz");
        assert_eq!(names.about("t", "triggers"), "app.t-schema-triggers.sql.gz");
    }
}
