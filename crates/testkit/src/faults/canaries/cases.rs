//! What quotes a value: scripts and rules that fail over one row, and data that is broken.

use super::planted::{SCHEMA, fill, first_in};

/// What is done to make something fail.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// A script in the shadow of staging's restore; `{id}` is the row.
    Script(&'static str),
    /// Rules of integration's restore: what stands in place of what.
    Rules(&'static str, &'static str),
    /// Bounds of rows that staging's copy does not keep.
    Bounds,
    /// A page of production's database is damaged before it is backed up.
    Page,
    /// A true part of a backup lies in the place of another.
    Part,
}

/// A way to fail, or to be tempted to tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    /// Under which name it is counted.
    pub(super) name: &'static str,
    /// Whether the verb fails.
    pub(super) fails: bool,
    /// What is done.
    pub(super) fault: Fault,
}

const fn script(name: &'static str, sql: &'static str) -> Case {
    Case {
        name,
        fails: true,
        fault: Fault::Script(sql),
    }
}

const fn other(name: &'static str, fault: Fault) -> Case {
    Case {
        name,
        fails: true,
        fault,
    }
}

/// All of them.
pub(super) const CASES: [Case; 23] = [
    script(
        "duplicate key",
        "UPDATE customers SET email = (SELECT email FROM customers WHERE id = {id}) WHERE id <> {id};",
    ),
    script(
        "duplicate text key",
        "INSERT INTO labels SELECT label, 1 FROM labels WHERE customer = {id};",
    ),
    script(
        "duplicate expression",
        "INSERT INTO docs (id, doc) SELECT -id, doc FROM docs WHERE id = {id};",
    ),
    script(
        "failed check",
        "UPDATE customers SET card = -card WHERE id = {id};",
    ),
    script(
        "not null",
        "UPDATE customers SET name = NULL WHERE id = {id};",
    ),
    script(
        "foreign key",
        "UPDATE customers SET parent = card WHERE id = {id};",
    ),
    script(
        "JSON path",
        "SELECT json_extract('{}', name) FROM customers WHERE id = {id};",
    ),
    script(
        "JSON set",
        "SELECT json_set('{}', (SELECT name FROM customers WHERE id = {id}), 1);",
    ),
    script("bad JSON", "SELECT json(doc) FROM docs WHERE id = {id};"),
    script(
        "bad cast",
        "INSERT INTO counts SELECT name FROM customers WHERE id = {id};",
    ),
    script(
        "bad row number",
        "INSERT INTO customers (id, email, name, card) SELECT name, name, name, 1 FROM customers WHERE id = {id};",
    ),
    script(
        "trigger's words",
        "UPDATE customers SET parent = -1 WHERE id = {id};",
    ),
    script(
        "full-text search",
        "CREATE VIRTUAL TABLE found USING fts5(x); SELECT * FROM found WHERE found MATCH (SELECT name || ':x' FROM customers WHERE id = {id});",
    ),
    script(
        "overflow",
        "SELECT sum(9223372036854775807) FROM customers WHERE card >= (SELECT card FROM customers WHERE id = {id}) OR id < 3;",
    ),
    script(
        "file's name",
        "ATTACH (SELECT name FROM customers WHERE id = {id}) AS other;",
    ),
    script(
        "escape",
        "SELECT 'a' LIKE 'b' ESCAPE name FROM customers WHERE id = {id};",
    ),
    Case {
        name: "script output",
        fails: false,
        fault: Fault::Script("SELECT * FROM customers WHERE id >= {id}; SELECT doc FROM docs;"),
    },
    // Each replaces one line of the rules that fit.
    other("column without a rule", Fault::Rules("parent: keep", "")),
    other("masks that meet", Fault::Rules("doc: keep", "doc: redact")),
    other(
        "mask against a check",
        Fault::Rules("card: keep", "card: redact"),
    ),
    other("bounds of rows", Fault::Bounds),
    other("damaged page", Fault::Page),
    other("damaged part", Fault::Part),
];

/// A number below `end` that follows from a seed.
pub(super) fn index(seed: u64, end: usize) -> usize {
    usize::try_from(seed).unwrap_or_default() % end
}

impl Case {
    /// The case of a seed: every canary meets another one than its neighbours.
    pub(super) fn of(seed: u64) -> Self {
        CASES[index(seed, CASES.len())]
    }
}

/// Names of the scripts whose error, told by SQLite itself, quotes a canary.
pub(super) fn quoted_by_sqlite() -> Vec<&'static str> {
    let database = rusqlite::Connection::open_in_memory().expect("open a database");
    database.execute_batch(SCHEMA).expect("make it");
    fill(&database);
    let quotes = |case: &Case| match case.fault {
        // Nothing stops SQLite itself from making that file.
        Fault::Script(sql) if !sql.starts_with("ATTACH") => database
            .execute_batch(&sql.replace("{id}", "7"))
            .is_err_and(|error| first_in(error.to_string().as_bytes()).is_some()),
        _ => false,
    };
    CASES
        .iter()
        .filter(|case| quotes(case))
        .map(|case| case.name)
        .collect()
}
