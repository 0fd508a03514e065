//! What a database holds, as text that is the same whenever it holds the same: what `mariadb-dump`
//! says, but for the order of rows, and what it does not say exactly.

use super::client::{Database, identifier, literal};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use weir_testkit::mariadb::ServerAddress;

/// Everything there is, a row a line.
const OPTIONS: [&str; 9] = [
    "--routines",
    "--events",
    "--triggers",
    "--hex-blob",
    "--skip-comments",
    "--skip-dump-date",
    "--skip-extended-insert",
    "--single-transaction",
    "--skip-lock-tables",
];

/// What the names of Weir's own tables begin with.
const OWN: &str = "_weir_";

/// The fingerprint of a database.
pub(crate) fn fingerprint(server: &ServerAddress, database: &Database) -> String {
    let own = tables(database, &format!("LEFT(table_name, 6) = '{OWN}'"));
    let ignored = own
        .iter()
        .map(|table| format!("--ignore-table={}.{table}", database.name()));
    let options: Vec<String> = OPTIONS
        .map(str::to_owned)
        .into_iter()
        .chain(ignored)
        .collect();
    let dump = dump(server, database, &options);
    let properties = properties(database);
    let floats = floats(database);
    // A default names the schema of its sequence, which is the copy's own.
    let own_schema = format!("{}.", identifier(database.name()));
    let dump = normalised(&dump).replace(&own_schema, "");
    format!("{properties}\n{dump}\n{floats}")
}

/// What `mariadb-dump` says with these options.
pub(crate) fn dump<Text: AsRef<OsStr>>(
    server: &ServerAddress,
    database: &Database,
    options: &[Text],
) -> String {
    let mut command = server.client("mariadb-dump");
    command.args(options);
    if has(database, "table_type = 'SYSTEM VERSIONED'") {
        command.arg("--dump-history");
    }
    let output = command.arg(database.name()).output();
    let output = output.expect("run mariadb-dump");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).expect("a dump in UTF-8")
}

fn has(database: &Database, condition: &str) -> bool {
    !tables(database, condition).is_empty()
}

fn tables(database: &Database, condition: &str) -> Vec<String> {
    let name = literal(database.name());
    let rows = database.server().rows(&format!(
        "SELECT table_name FROM information_schema.tables \
         WHERE table_schema = {name} AND {condition} ORDER BY table_name"
    ));
    rows.into_iter().flatten().collect()
}

/// What is no part of a dump of one database.
fn properties(database: &Database) -> String {
    let name = literal(database.name());
    let rows = database.server().rows(&format!(
        "SELECT default_character_set_name, default_collation_name \
         FROM information_schema.schemata WHERE schema_name = {name}"
    ));
    rows.concat().join(" ")
}

/// The numbers that `mariadb-dump` prints with six digits, with all of them.
fn floats(database: &Database) -> String {
    let name = literal(database.name());
    let columns = database.server().rows(&format!(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c \
         JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE c.table_schema = {name} AND c.data_type = 'float' AND t.table_type <> 'VIEW' \
         AND LEFT(c.table_name, 6) <> '{OWN}' ORDER BY 1, 2"
    ));
    let mut text = String::new();
    for column in columns {
        let [table, column] = column.as_slice() else {
            panic!("two names");
        };
        let rows = database.rows(&format!(
            "SELECT CAST({} AS DOUBLE) FROM {} ORDER BY 1",
            identifier(column),
            identifier(table)
        ));
        text.push_str(&format!("{table}.{column}: {:?}\n", rows.concat()));
    }
    text
}

/// Puts the rows of each table in order, which have none.
fn normalised(dump: &str) -> String {
    let mut text = String::new();
    let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in dump.lines() {
        match line
            .strip_prefix("INSERT INTO ")
            .and_then(|rest| rest.split_once(" VALUES"))
        {
            Some((table, _)) => tables.entry(table).or_default().push(line),
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    for rows in tables.values_mut() {
        rows.sort_unstable();
        text.push_str(&rows.join("\n"));
        text.push('\n');
    }
    text
}
