//! Tables and columns of an archive, from the statements that make them: there is no server to ask.

use crate::catalog::qualified;
use crate::config::leading_name;
use crate::dump::archive::{Archive, Entry};
use crate::mask::statement::CopyTarget;
use std::collections::BTreeMap;
use weir_engine::{Quotes, checks_of};
use weir_model::catalog::{Column, Table, TableKind};
use weir_model::digest::Digest;

/// What ends a column's type in a statement that `pg_dump` writes.
const BEHIND_THE_TYPE: [&str; 5] = [
    " COLLATE ",
    " DEFAULT ",
    " NOT NULL",
    " GENERATED ",
    " CONSTRAINT ",
];

/// The tables that have rows, in the order of their names.
pub(super) fn tables(archive: &Archive) -> Vec<Table> {
    let definitions: BTreeMap<String, &Entry> = archive
        .entries
        .iter()
        .filter(|entry| entry.is("TABLE"))
        .map(|entry| (name(entry), entry))
        .collect();
    let mut tables: Vec<((String, String), Table)> = archive
        .entries
        .iter()
        .filter(|entry| entry.is("TABLE DATA"))
        .map(|entry| {
            let key =
                |text: &Option<crate::dump::archive::Text>| text.as_ref().map(ToString::to_string);
            let order = (
                key(&entry.namespace).unwrap_or_default(),
                key(&entry.tag).unwrap_or_default(),
            );
            (order, table(entry, &definitions, archive))
        })
        .collect();
    tables.sort_by(|(one, _), (other, _)| one.cmp(other));
    tables.into_iter().map(|(_, table)| table).collect()
}

fn table(data: &Entry, definitions: &BTreeMap<String, &Entry>, archive: &Archive) -> Table {
    let name = name(data);
    let text = definitions
        .get(&name)
        .and_then(|entry| entry.definition.as_ref()?.as_str());
    let mut columns = columns(text.unwrap_or_default());
    let target = data
        .copy_statement
        .as_ref()
        .and_then(|text| CopyTarget::parse(text.as_str()?));
    // Columns of a table that this one inherits from are not written down again.
    for inherited in target.map(|target| target.columns).unwrap_or_default() {
        if !columns.iter().any(|column| column.name == inherited) {
            columns.push(plain_column(inherited, String::new()));
        }
    }
    let key = primary_key(&name, archive);
    for column in &mut columns {
        column.primary_key = key.contains(&column.name);
        column.unique = key.len() == 1 && column.primary_key;
    }
    let checks = checks_of(text.unwrap_or_default(), &columns, Quotes::default());
    Table {
        name,
        checks,
        kind: TableKind::Ordinary,
        columns,
        foreign_keys: Vec::new(),
        // Taken from the archive when the catalog is put together.
        definition: Digest::new("sha256", &[]),
    }
}

fn name(entry: &Entry) -> String {
    let text = |text: &Option<crate::dump::archive::Text>| {
        text.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    qualified(&text(&entry.namespace), &text(&entry.tag))
}

fn plain_column(name: String, data_type: String) -> Column {
    Column {
        name,
        data_type,
        nullable: true,
        primary_key: false,
        unique: false,
        generated: false,
    }
}

/// The columns of a `CREATE TABLE` as `pg_dump` writes it: a line each.
fn columns(statement: &str) -> Vec<Column> {
    let lines = statement
        .lines()
        .filter_map(|line| line.strip_prefix("    "));
    let lines = lines.filter(|line| !line.starts_with("CONSTRAINT ") && !line.starts_with(' '));
    lines
        .filter_map(|line| {
            let (name, rest) = leading_name(line)?;
            let rest = rest.strip_prefix(' ')?;
            let rest = rest.strip_suffix(',').unwrap_or(rest);
            let ends = BEHIND_THE_TYPE.iter().filter_map(|word| rest.find(word));
            let end = ends.min().unwrap_or(rest.len());
            let mut column = plain_column(name, rest.get(..end)?.to_owned());
            column.nullable = !rest.ends_with(" NOT NULL");
            column.generated = rest.contains(" GENERATED ALWAYS AS (");
            Some(column)
        })
        .collect()
}

/// The columns of a table's primary key.
fn primary_key(table: &str, archive: &Archive) -> Vec<String> {
    let keys = archive
        .entries
        .iter()
        .filter(|entry| entry.is("CONSTRAINT"));
    let texts = keys.filter_map(|entry| entry.definition.as_ref()?.as_str());
    for text in texts {
        let Some((head, list)) = text.split_once(" PRIMARY KEY (") else {
            continue;
        };
        let target = head
            .strip_prefix("ALTER TABLE ONLY ")
            .or_else(|| head.strip_prefix("ALTER TABLE "));
        let Some((schema, rest)) = target.and_then(leading_name) else {
            continue;
        };
        let Some((relation, _)) = rest.strip_prefix('.').and_then(leading_name) else {
            continue;
        };
        if qualified(&schema, &relation) == table {
            return names(list);
        }
    }
    Vec::new()
}

fn names(mut list: &str) -> Vec<String> {
    let mut names = Vec::new();
    while let Some((name, rest)) = leading_name(list) {
        names.push(name);
        match rest.strip_prefix(", ") {
            Some(rest) => list = rest,
            None => break,
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_from_their_statement() {
        let statement = "CREATE TABLE public.t (\n    id integer NOT NULL,\n    \"a b\" character varying(10) DEFAULT 'x, y'::character varying,\n    c numeric(10,2) GENERATED ALWAYS AS ((id * 2)) STORED,\n    CONSTRAINT positive CHECK ((id > 0))\n);\n";
        let found = columns(statement);
        let told: Vec<(&str, &str, bool, bool)> = found
            .iter()
            .map(|column| {
                (
                    column.name.as_str(),
                    column.data_type.as_str(),
                    column.nullable,
                    column.generated,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("id", "integer", false, false),
                ("a b", "character varying(10)", true, false),
                ("c", "numeric(10,2)", true, true),
            ]
        );
    }
}
