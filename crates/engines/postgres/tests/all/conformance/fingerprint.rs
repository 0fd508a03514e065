//! What a database holds, as text that is the same whenever it holds the same: what `pg_dump`
//! says, but for what differs from one run of it, or from one restore with it, to the next.

use super::client::Database;
use std::collections::BTreeMap;
use weir_testkit::postgres::ServerAddress;

/// Lines about the run of `pg_dump`, not about the database.
const OF_THE_RUN: [&str; 3] = ["\\restrict ", "\\unrestrict ", "-- Dumped "];

/// What is kept beside the database, and in no dump of it; Weir's own line of the comment is not.
pub(crate) const PROPERTIES: &str = r"
    SELECT concat_ws(E'\n', 'owner ' || pg_get_userbyid(d.datdba), 'limit ' || d.datconnlimit,
        'open ' || d.datallowconn, 'encoding ' || pg_encoding_to_char(d.encoding),
        'locale ' || concat_ws(' ', d.datcollate, d.datctype,
            coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')),
        'comment ' || coalesce(regexp_replace(
            shobj_description(d.oid, 'pg_database'), '(^|\n)weir:1:[^\n]*$', ''), ''),
        (SELECT string_agg(format('grant %s to %s by %s %s', privilege_type, grantee, grantor, is_grantable), E'\n'
            ORDER BY privilege_type, grantee, grantor)
         FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))),
        (SELECT string_agg(format('set for %s: %s', s.setrole, s.setconfig), E'\n' ORDER BY s.setrole)
         FROM pg_db_role_setting s WHERE s.setdatabase = d.oid))
    FROM pg_database d WHERE d.datname = current_database()";

/// The fingerprint of a database, by the clients of that address.
pub(crate) fn fingerprint(server: &ServerAddress, database: &Database) -> String {
    let dump = server.run("pg_dump", database.name(), &[]);
    let dump = String::from_utf8(dump.expect("dump the database")).expect("a dump in UTF-8");
    let properties = database.rows(PROPERTIES);
    format!("{}\n{}", properties[0][0], normalised(&dump))
}

/// Puts in order what has none: rows, which may also lie in other partitions of a table, and the
/// columns of a table with parents, where `pg_dump` itself puts the parents' first.
fn normalised(dump: &str) -> String {
    let mut text = String::new();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut lines = dump.split('\n');
    while let Some(line) = lines.next() {
        if OF_THE_RUN.iter().any(|start| line.starts_with(start)) {
            continue;
        }
        if line.starts_with("COPY ") {
            let header = statement(line, &mut lines, " FROM stdin;");
            let (table, columns) = table_and_columns(&header);
            let rows = lines.by_ref().take_while(|line| *line != "\\.");
            let rows = rows.map(|row| row_by_names(row, &columns));
            tables.entry(table).or_default().extend(rows);
        } else if line.starts_with("CREATE TABLE ") {
            text.push_str(&columns_by_names(&statement(line, &mut lines, ";")));
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    for (table, mut rows) in tables {
        rows.sort();
        text.push_str(&format!("{table}\n{}\n", rows.join("\n")));
    }
    text
}

/// A statement that begins with `line`, up to a line that ends with `end`.
fn statement<'a>(line: &str, lines: &mut impl Iterator<Item = &'a str>, end: &str) -> String {
    let mut statement = line.to_owned();
    while !statement.ends_with(end) {
        statement.push('\n');
        statement.push_str(lines.next().expect("a statement has an end"));
    }
    statement
}

/// Splits `COPY table (column, …) FROM stdin;` at what stands in no quotes.
fn table_and_columns(header: &str) -> (String, Vec<String>) {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    for letter in header.chars() {
        quoted ^= letter == '"';
        match letter {
            '(' | ',' | ')' if !quoted => pieces.push(String::new()),
            _ => pieces.last_mut().expect("there is one").push(letter),
        }
    }
    let table = pieces.remove(0);
    // Behind the last column.
    pieces.pop();
    let columns = pieces.iter().map(|name| name.trim_start().to_owned());
    (table, columns.collect())
}

fn row_by_names(row: &str, columns: &[String]) -> String {
    let mut values: Vec<(&String, &str)> = columns.iter().zip(row.split('\t')).collect();
    values.sort();
    values
        .iter()
        .map(|(name, value)| format!("{name}={value}\t"))
        .collect()
}

fn columns_by_names(statement: &str) -> String {
    let Some((columns, parents)) = statement.split_once("\n)\nINHERITS ") else {
        return statement.to_owned();
    };
    let mut columns: Vec<&str> = columns
        .split('\n')
        .map(|line| line.trim_end_matches(','))
        .collect();
    columns[1..].sort_unstable();
    format!("{}\n)\nINHERITS {parents}", columns.join("\n"))
}
