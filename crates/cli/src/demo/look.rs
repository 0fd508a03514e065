//! A look into the demo's databases: a few people side by side, and what was left behind.

use super::folder::DemoFolder;
use crate::output::{Cell, Output, Table};
use crate::style::Tone;
use crate::units;
use rusqlite::{Connection, OpenFlags};
use weir_model::error::{Error, Kind, Result};

const ENVIRONMENTS: [&str; 3] = ["production", "staging", "integration"];

/// What is counted in each environment, and how.
const COUNTS: [(&str, &str); 5] = [
    ("users", "SELECT count(*) FROM users"),
    ("editions", "SELECT count(*) FROM editions"),
    (
        "drafts with limited access",
        "SELECT count(*) FROM editions JOIN access_limits ON edition_id = editions.id
         WHERE state = 'draft'",
    ),
    (
        "highest payload version",
        "SELECT max(payload_version) FROM editions",
    ),
    ("audit log entries", "SELECT count(*) FROM audit_log"),
];

/// People shown: writers, the last of them a subscriber too.
const PEOPLE: &str = "SELECT 'user ' || id, name, email FROM users WHERE id IN (1, 2, 3, 20)
    UNION ALL SELECT 'subscriber ' || id, name, address FROM subscribers WHERE id IN (20, 21)";

/// Prints people of production beside the same people in integration.
pub(crate) fn people(folder: &DemoFolder, output: &Output) -> Result<()> {
    let mut table = Table::new(["", "in production", "", "in integration", ""]);
    let before = read_people(folder, "production")?;
    let after = read_people(folder, "integration")?;
    for (who, name, address) in before {
        let masked = after.iter().find(|(other, ..)| *other == who);
        let (masked_name, masked_address) = masked
            .map(|(_, name, address)| (name.clone(), address.clone()))
            .unwrap_or_default();
        table.row(vec![
            Cell::toned(Tone::Faint, who),
            name.into(),
            address.into(),
            Cell::toned(Tone::Good, masked_name),
            Cell::toned(Tone::Good, masked_address),
        ]);
    }
    output.table(&table);
    Ok(())
}

/// Prints what was counted in each environment.
pub(crate) fn counts(folder: &DemoFolder, output: &Output) -> Result<()> {
    let mut table = Table::new(["", "production", "staging", "integration"]);
    let mut rows: Vec<Vec<Cell>> = COUNTS
        .iter()
        .map(|(what, _)| vec![(*what).into()])
        .collect();
    for environment in ENVIRONMENTS {
        let connection = open(folder, environment)?;
        for (row, (_, query)) in rows.iter_mut().zip(COUNTS) {
            let number: i64 = connection
                .query_row(query, [], |found| found.get(0))
                .map_err(|error| unreadable(environment, error))?;
            row.push(Cell::number(units::count(
                u64::try_from(number).unwrap_or(0),
            )));
        }
    }
    for row in rows {
        table.row(row);
    }
    output.table(&table);
    Ok(())
}

/// Who, name, address.
type Person = (String, String, String);

fn read_people(folder: &DemoFolder, environment: &str) -> Result<Vec<Person>> {
    let connection = open(folder, environment)?;
    let read = || -> rusqlite::Result<Vec<Person>> {
        let mut statement = connection.prepare(PEOPLE)?;
        let text = |value: Option<String>| value.unwrap_or_else(|| "NULL".to_owned());
        let people = statement.query_map([], |row| {
            Ok((row.get(0)?, text(row.get(1)?), text(row.get(2)?)))
        })?;
        people.collect()
    };
    read().map_err(|error| unreadable(environment, error))
}

fn open(folder: &DemoFolder, environment: &str) -> Result<Connection> {
    Connection::open_with_flags(
        folder.database(environment),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )
    .map_err(|error| unreadable(environment, error))
}

fn unreadable(environment: &str, error: rusqlite::Error) -> Error {
    Error::from_source(Kind::Source, format!("look into {environment}.db"), error)
        .hint("delete the demo's folder and run `weir demo` again")
}
