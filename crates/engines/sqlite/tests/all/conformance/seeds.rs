//! What SQLite databases of the conformance suite are filled with, and how they are changed.

use weir_testkit::conformance::Seed;

/// The SQL that makes a seed.
pub(crate) fn sql(seed: Seed) -> String {
    match seed {
        Seed::Empty => String::new(),
        Seed::Generation(generation) => generation_sql(generation),
        Seed::Everything => EVERYTHING.to_owned(),
    }
}

fn generation_sql(generation: u32) -> String {
    format!(
        "CREATE TABLE items(id INTEGER PRIMARY KEY, generation INTEGER);
         CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE);
         CREATE TABLE notes(
             id INTEGER PRIMARY KEY, person INTEGER REFERENCES people(id), text TEXT);
         CREATE TABLE writes(id INTEGER PRIMARY KEY);
         CREATE TABLE totals(id INTEGER PRIMARY KEY, writes INTEGER NOT NULL);
         CREATE INDEX notes_by_person ON notes(person);
         WITH RECURSIVE n(id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < 199)
             INSERT INTO items SELECT id, {generation} FROM n;
         INSERT INTO people SELECT id, 'Person ' || id,
             'person-' || id || '@generation-{generation}.example' FROM items WHERE id < 50;
         INSERT INTO notes SELECT id, id, 'erase-me-' || id FROM people;
         INSERT INTO totals VALUES (1, 0);"
    )
}

const EVERYTHING: &str = r#"
    PRAGMA user_version = 42;
    PRAGMA application_id = 1463109970;
    CREATE TABLE "values"(id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB, n NUMERIC, x);
    INSERT INTO "values" VALUES
        (1, 9223372036854775807, 0.1, '', x'', 1.5, NULL),
        (2, -9223372036854775808, -0.0, 'line' || char(10) || 'end', x'00ff00', 'text', x'01'),
        (-3, 0, 1e308, 'é😀 "quoted" ''twice'' \', zeroblob(5000), 12, 'mixed'),
        (900000, NULL, 4.9e-324, printf('%.9000c', 'x'), NULL, 1e999, 7);
    CREATE TABLE "odd ""name"" täble"("a column" TEXT, "select" INT, "" BLOB);
    INSERT INTO "odd ""name"" täble" VALUES ('one', 1, NULL), ('one', 1, NULL);
    CREATE TABLE gaps(word TEXT);
    INSERT INTO gaps(rowid, word) VALUES (5, 'five'), (-7, 'minus'), (123456789012, 'far');
    CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT COLLATE NOCASE);
    INSERT INTO counted(word) VALUES ('a'), ('b'), ('c');
    DELETE FROM counted WHERE id = 3;
    CREATE TABLE keyed(a TEXT, b INTEGER, c BLOB, PRIMARY KEY (a, b DESC)) WITHOUT ROWID;
    INSERT INTO keyed VALUES ('x', 1, x'aa'), ('x', 2, NULL), ('', 0, x'');
    CREATE TABLE exact(id INTEGER PRIMARY KEY, i INT, a ANY) STRICT;
    INSERT INTO exact VALUES (1, 2, 'any'), (2, NULL, 3.5);
    CREATE TABLE computed(
        a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED,
        c INTEGER AS (a + 1) VIRTUAL, d TEXT DEFAULT (lower(hex(x'AB'))), CHECK (a < 100));
    INSERT INTO computed(a) VALUES (1), (2);
    CREATE TABLE parent(id INTEGER PRIMARY KEY, code TEXT UNIQUE);
    CREATE TABLE child(
        id INTEGER PRIMARY KEY,
        parent INTEGER REFERENCES parent(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        code TEXT REFERENCES parent(code), next INTEGER REFERENCES child(id));
    INSERT INTO parent VALUES (1, 'one'), (2, NULL);
    INSERT INTO child VALUES (1, 1, 'one', 2), (2, 2, NULL, 1);
    CREATE TABLE empty(column_of_nothing);
    CREATE INDEX partial ON "values"(t) WHERE i IS NOT NULL;
    CREATE UNIQUE INDEX expression ON gaps(upper(word) DESC);
    CREATE VIEW everyone AS SELECT child.id, parent.code FROM child JOIN parent ON parent.id = parent;
    CREATE TABLE log(message TEXT);
    CREATE TRIGGER noted AFTER INSERT ON parent BEGIN
        INSERT INTO log VALUES ('new parent; ' || new.id);
    END;
    CREATE TRIGGER through INSTEAD OF DELETE ON everyone BEGIN
        DELETE FROM child WHERE id = old.id;
    END;
    INSERT INTO parent VALUES (3, 'three');
    CREATE VIRTUAL TABLE words USING fts5(body);
    INSERT INTO words VALUES ('the quick brown fox'), ('jumps over');
"#;

/// Changes of schema: what, and the SQL that makes it.
pub(crate) const SCHEMA_CHANGES: [(&str, &str); 14] = [
    ("a new table", "CREATE TABLE more(id)"),
    ("a dropped table", "DROP TABLE writes"),
    ("a renamed table", "ALTER TABLE items RENAME TO things"),
    ("a new column", "ALTER TABLE items ADD COLUMN more TEXT"),
    ("a dropped column", "ALTER TABLE people DROP COLUMN name"),
    (
        "a renamed column",
        "ALTER TABLE people RENAME COLUMN name TO title",
    ),
    (
        "a default",
        "ALTER TABLE items ADD COLUMN more TEXT DEFAULT 'x'",
    ),
    (
        "a generated column",
        "ALTER TABLE items ADD COLUMN more AS (id + 1)",
    ),
    ("a new index", "CREATE INDEX more ON items(generation)"),
    ("a dropped index", "DROP INDEX notes_by_person"),
    (
        "another index of the same name",
        "DROP INDEX notes_by_person; CREATE UNIQUE INDEX notes_by_person ON notes(person)",
    ),
    ("a view", "CREATE VIEW more AS SELECT * FROM items"),
    (
        "a trigger",
        "CREATE TRIGGER more AFTER DELETE ON items BEGIN DELETE FROM writes; END",
    ),
    (
        "another constraint",
        "DROP TABLE totals; CREATE TABLE totals(id INTEGER PRIMARY KEY, writes INTEGER CHECK (id > 0))",
    ),
];

/// Scripts that change rows and then fail, or try to get out of their transaction.
pub(crate) const FAILING_SCRIPTS: [&str; 7] = [
    "INSERT INTO nowhere VALUES (1);",
    "INSERT INTO people SELECT id + 1000, name, email FROM people WHERE id = 1;",
    "SELECT 'person-1@generation-1.example' FROM FROM items;",
    "CREATE TRIGGER stop BEFORE UPDATE ON people BEGIN SELECT RAISE(ABORT, 'person-1@generation-1.example'); END;
     UPDATE people SET name = 'y';",
    "COMMIT;",
    "ROLLBACK; BEGIN;",
    "ATTACH DATABASE '/tmp/weir-must-not-attach.db' AS other;",
];
