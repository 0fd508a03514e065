//! Everything SQLite can hold arrives as it was.

use crate::support::{Folder, backup, create, endpoint, one, request, restore};
use rusqlite::Connection;
use weir_engine::Engine as _;
use weir_engine_sqlite::SqliteEngine;
use weir_model::catalog::TableKind;

pub(crate) const TORTURE: &str = r#"
PRAGMA application_id = 1234; PRAGMA user_version = 42;
CREATE TABLE "odd ""name"" ; ünï"("a b" TEXT, "select" INTEGER, 'quoted' BLOB, [br] REAL);
INSERT INTO "odd ""name"" ; ünï" VALUES
  ('x''y', 9223372036854775807, x'', 1.5), (NULL, -9223372036854775808, x'00ff', -0.0),
  ('', 0, NULL, 1e308), ('ünïcødé 🦀', 1, zeroblob(9000), 9e999), ('a' || char(0) || 'b', 2, 'text', 5e-324);
CREATE TABLE parent(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE COLLATE NOCASE);
INSERT INTO parent(id, name) VALUES (1, 'one'), (5, 'five'), (900, 'gone'); DELETE FROM parent WHERE id = 900;
CREATE TABLE child(parent INTEGER REFERENCES parent(id) ON DELETE CASCADE, n INT,
  doubled AS (n * 2), stored INTEGER GENERATED ALWAYS AS (n + 1) STORED, CHECK (n < 1000));
INSERT INTO child(parent, n) VALUES (1, 1), (1, 1), (5, 2), (NULL, NULL);
CREATE TABLE plain(v); INSERT INTO plain(rowid, v) VALUES (3, 'three'), (70000, 'far'), (-4, 'below');
CREATE TABLE without(k TEXT, l INT, v, PRIMARY KEY (k, l)) WITHOUT ROWID;
INSERT INTO without VALUES ('a', 1, 1), ('a', 2, '2'), ('b', 1, NULL);
CREATE TABLE strict(i INTEGER NOT NULL, t TEXT, a ANY) STRICT;
INSERT INTO strict VALUES (1, 'x', '007'), (2, NULL, 7), (3, 'y', x'07');
CREATE TABLE shadowed(rowid TEXT, _rowid_ TEXT, v); INSERT INTO shadowed VALUES ('r', '_', 1);
CREATE TABLE empty(x);
CREATE INDEX partial ON plain(v) WHERE v > 'm';
CREATE INDEX expression ON plain(lower(v));
CREATE UNIQUE INDEX "odd index" ON strict(i DESC);
CREATE TABLE audit(what TEXT);
CREATE VIEW sums AS SELECT parent, sum(n) AS total FROM child GROUP BY parent;
CREATE TRIGGER noted AFTER INSERT ON plain BEGIN INSERT INTO audit VALUES ('plain;' || new.v); END;
CREATE TRIGGER through_view INSTEAD OF INSERT ON sums BEGIN INSERT INTO child(parent, n) VALUES (new.parent, new.total); END;
"#;

const WITH_MODULES: &str = r#"
CREATE VIRTUAL TABLE words USING fts5(title, body);
INSERT INTO words VALUES ('first', 'needle in hay'), ('second', 'only hay');
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1); INSERT INTO boxes VALUES (1, 0, 2);
ANALYZE;
"#;

/// Everything in a database as SQL-quoted text, row numbers included.
fn contents(path: &std::path::Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut lines = vec![];
    let mut statement = connection
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_weir%' ESCAPE '\\' ORDER BY type, name")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (kind, name): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        let sql: Option<String> = row.get(2).unwrap();
        if kind == "table" {
            lines.extend(table_contents(&connection, &name));
        }
        lines.push(format!("{kind} {name} {sql:?}"));
    }
    lines
}

fn table_contents(connection: &Connection, name: &str) -> Vec<String> {
    let name = name.replace('"', "\"\"");
    let mut statement = connection
        .prepare(&format!("SELECT rowid, * FROM \"{name}\""))
        .or_else(|_| connection.prepare(&format!("SELECT * FROM \"{name}\"")))
        .unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut lines = vec![];
    while let Some(row) = rows.next().unwrap() {
        let values: Vec<_> = (0..columns)
            .map(|index| row.get_ref(index).unwrap())
            .collect();
        lines.push(format!("{name}: {values:?}"));
    }
    lines
}

#[tokio::test]
async fn everything_arrives_at_every_page_size_and_encoding() {
    for page_size in [512, 1024, 4096, 16384, 65536] {
        for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
            let folder = Folder::new();
            let settings =
                format!("PRAGMA page_size = {page_size}; PRAGMA encoding = '{encoding}';");
            create(
                &folder.source(),
                &format!("{settings}{TORTURE}{WITH_MODULES}"),
            );
            let live = restore(&folder, backup(&folder).await, request(1))
                .await
                .unwrap();
            assert!(!live.previous_kept);
            assert_eq!(contents(&folder.target()), contents(&folder.source()));
            assert_eq!(one::<i64>(&folder.target(), "PRAGMA user_version"), 42);
            assert_eq!(one::<i64>(&folder.target(), "PRAGMA application_id"), 1234);
            assert_eq!(one::<String>(&folder.target(), "PRAGMA encoding"), encoding);
            let found: i64 = one(&folder.target(), "SELECT count(*) FROM words('needle')");
            assert_eq!(found, 1);
            assert_eq!(folder.beside_target(), ["live.db", "live.db.weir-lock"]);
        }
    }
}

#[tokio::test]
async fn a_restored_copy_is_stamped_and_its_dump_is_not() {
    let folder = Folder::new();
    create(&folder.source(), TORTURE);
    let first = backup(&folder).await;
    let tables = first.manifest.tables.clone();
    let target = endpoint(&folder.target());
    let context = folder.context();
    assert_eq!(SqliteEngine.stamp(&target, &context).await.unwrap(), None);
    restore(&folder, first, request(7)).await.unwrap();
    let stamp = SqliteEngine
        .stamp(&target, &context)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stamp.token.0, stamp.run.as_str()), (7, "run-7"));

    let opened = SqliteEngine.open(&target, &context).await.unwrap();
    assert_eq!(opened.stamp().unwrap().token.0, 7);
    drop(opened);
    let second = crate::support::backup_with(&folder.target(), &context)
        .await
        .unwrap();
    assert_eq!(second.manifest.tables, tables);
    for trace in [b"_weir_stamp".as_slice(), b"run-7"] {
        let found = second
            .content
            .windows(trace.len())
            .any(|window| window == trace);
        assert!(!found);
    }
    let catalog = SqliteEngine.catalog(&target, &context).await.unwrap();
    assert_eq!(catalog, second.manifest.catalog);
}

#[tokio::test]
async fn the_catalog_names_what_rules_need_to_know() {
    let folder = Folder::new();
    create(&folder.source(), &format!("{TORTURE}{WITH_MODULES}"));
    let (source, context) = (endpoint(&folder.source()), folder.context());
    let catalog = SqliteEngine.catalog(&source, &context).await.unwrap();
    let kind = |name| catalog.table(name).unwrap().kind;
    assert_eq!(kind("words"), TableKind::Virtual);
    assert_eq!(kind("words_content"), TableKind::Backing);
    assert_eq!(kind("child"), TableKind::Ordinary);
    assert!(catalog.table("sqlite_sequence").is_none());

    let parent = catalog.table("parent").unwrap();
    let id = &parent.columns[0];
    assert!(id.primary_key && id.unique && !id.nullable && !id.generated);
    assert!(parent.columns[1].unique && parent.columns[1].nullable);
    let child = catalog.table("child").unwrap();
    assert!(child.columns[2].generated && child.columns[3].generated);
    assert_eq!(child.foreign_keys[0].references, "parent");
    assert_eq!(child.foreign_keys[0].referenced_columns, ["id"]);

    let carriers: Vec<&str> = catalog
        .objects
        .iter()
        .filter(|object| object.carrier)
        .map(|object| object.kind.as_str())
        .collect();
    assert_eq!(
        carriers.iter().filter(|kind| **kind == "trigger").count(),
        2
    );
    assert!(carriers.contains(&"view") && carriers.contains(&"statistics"));

    let rows = SqliteEngine
        .sample(&source, "parent", 1, &context)
        .await
        .unwrap();
    assert_eq!((rows.len(), rows[0].len()), (1, 2));
}

#[tokio::test]
async fn each_kind_of_schema_change_is_noticed() {
    let changes = [
        "ALTER TABLE empty ADD COLUMN y",
        "ALTER TABLE empty RENAME COLUMN x TO z",
        "DROP INDEX partial",
        "DROP TRIGGER noted; CREATE TRIGGER noted AFTER INSERT ON plain BEGIN SELECT 1; END",
        "DROP VIEW sums; CREATE VIEW sums AS SELECT 1 AS one",
        "CREATE TABLE more(x)",
        "PRAGMA user_version = 43",
    ];
    let folder = Folder::new();
    let connection = create(&folder.source(), TORTURE);
    let (source, context) = (endpoint(&folder.source()), folder.context());
    let mut before = SqliteEngine.catalog(&source, &context).await.unwrap();
    for change in changes {
        connection.execute_batch(change).unwrap();
        let after = SqliteEngine.catalog(&source, &context).await.unwrap();
        assert!(!before.differences(&after).is_empty(), "{change}");
        before = after;
    }
}
