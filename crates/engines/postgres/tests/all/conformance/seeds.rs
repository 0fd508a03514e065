//! What PostgreSQL databases of the conformance suite are filled with, and the scripts that fail
//! in them.

use weir_testkit::conformance::Seed;

/// The SQL that makes a seed, each batch in a transaction of its own.
pub(crate) fn sql(seed: Seed) -> Vec<String> {
    match seed {
        Seed::Empty => Vec::new(),
        Seed::Generation(generation) => vec![generation_sql(generation)],
        Seed::Everything => EVERYTHING.map(str::to_owned).into(),
    }
}

/// What only servers from a major version on can hold, in addition to everything.
pub(crate) fn of_newer_servers(major: u32) -> Vec<String> {
    let since = SINCE.iter().filter(|(since, _)| *since <= major);
    since.map(|(_, sql)| (*sql).to_owned()).collect()
}

/// Beside the suite's tables, something of each kind that a change of schema changes.
fn generation_sql(generation: u32) -> String {
    format!(
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
         CREATE DOMAIN amount AS integer CHECK (VALUE >= 0);
         CREATE TABLE items(id integer PRIMARY KEY, generation integer);
         CREATE TABLE people(id integer PRIMARY KEY, name text NOT NULL, email text UNIQUE);
         CREATE TABLE notes(
             id integer PRIMARY KEY, person integer REFERENCES people, text text);
         CREATE TABLE writes(id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
         CREATE TABLE totals(id integer PRIMARY KEY, writes integer NOT NULL);
         CREATE INDEX notes_by_person ON notes(person);
         CREATE VIEW authors AS SELECT p.name, n.text FROM people p JOIN notes n ON n.person = p.id;
         CREATE FUNCTION untouched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER touched BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION untouched();
         INSERT INTO items SELECT id, {generation} FROM generate_series(0, 199) id;
         INSERT INTO people SELECT id, 'Person ' || id,
             'person-' || id || '@generation-{generation}.example' FROM items WHERE id < 50;
         INSERT INTO notes SELECT id, id, 'erase-me-' || id FROM people;
         INSERT INTO totals VALUES (1, 0);"
    )
}

/// Every kind of object, name and value that the stock tools carry over. Nothing that belongs to
/// the database and not to its content: a target keeps its own settings and grants. And nothing
/// that a swap refuses to leave behind: subscriptions, replication slots, prepared transactions.
const EVERYTHING: [&str; 12] = [
    ROLES,
    include_str!("../../fixtures/everything/01-schemas.sql"),
    include_str!("../../fixtures/everything/02-types.sql"),
    include_str!("../../fixtures/everything/03-values.sql"),
    include_str!("../../fixtures/everything/04-names.sql"),
    include_str!("../../fixtures/everything/05-tables.sql"),
    include_str!("../../fixtures/everything/06-keys.sql"),
    include_str!("../../fixtures/everything/07-partitions.sql"),
    include_str!("../../fixtures/everything/08-routines.sql"),
    include_str!("../../fixtures/everything/09-views.sql"),
    include_str!("../../fixtures/everything/10-behaviour.sql"),
    include_str!("../../fixtures/everything/11-grants.sql"),
];

/// The roles that it belongs to.
pub(crate) const ROLES: &str = include_str!("../../fixtures/everything/01-roles.sql");

/// The same of newer servers, each with the first that takes it.
const SINCE: [(u32, &str); 2] = [
    (
        15,
        include_str!("../../fixtures/everything/12-since-15.sql"),
    ),
    (
        18,
        include_str!("../../fixtures/everything/13-since-18.sql"),
    ),
];

/// Scripts that change rows and then fail, or try to get out of their transaction.
pub(crate) const FAILING_SCRIPTS: [&str; 13] = [
    "INSERT INTO nowhere VALUES (1);",
    "INSERT INTO people SELECT id + 1000, name, email FROM people WHERE id = 1;",
    "SELECT 'person-1@generation-1.example' FROM FROM items;",
    "DO $$ BEGIN RAISE EXCEPTION 'person-1@generation-1.example'; END $$;",
    "DO $$ BEGIN RAISE undefined_table USING MESSAGE = 'person-1@generation-1.example'; END $$;",
    "SELECT email::integer FROM people WHERE id = 1;",
    "COMMIT;",
    "ROLLBACK;",
    "BEGIN;",
    "COMMIT; BEGIN;",
    "\\connect postgres",
    "COPY people FROM STDIN;",
    "CREATE TABLE late(email text REFERENCES people(email) DEFERRABLE INITIALLY DEFERRED);
     INSERT INTO late VALUES ('nobody@generation-1.example');",
];
