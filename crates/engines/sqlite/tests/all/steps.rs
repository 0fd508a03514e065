//! What the rules do to the shadow as a whole, on tables as people have them.

use crate::support::{Folder, backup, create, masked, one, restore};
use weir_engine::ShadowStep;
use weir_model::error::Kind;
use weir_testkit::conformance::Rules;

fn shuffle(table: &str, column: &str) -> ShadowStep {
    ShadowStep::Shuffle {
        table: table.to_owned(),
        column: column.to_owned(),
        seed: "00ff".to_owned(),
    }
}

fn orphans(table: &str, columns: &[&str], parent: &str, keys: &[&str]) -> ShadowStep {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    ShadowStep::RemoveOrphans {
        table: table.to_owned(),
        columns: names(columns),
        parent: parent.to_owned(),
        parent_columns: names(keys),
    }
}

async fn after(folder: &Folder, sql: &str, steps: &[ShadowStep]) -> weir_model::error::Result<()> {
    create(&folder.source(), sql);
    let made = backup(folder).await;
    let rules = Rules::keep(&made.manifest.catalog);
    let rules = steps.iter().cloned().fold(rules, Rules::step);
    restore(folder, made, masked(1, rules)).await.map(drop)
}

#[tokio::test]
async fn a_shuffle_moves_one_column_and_nothing_else() {
    let folder = Folder::new();
    let sql = "CREATE TABLE people(name TEXT, wage INT NOT NULL UNIQUE, twice AS (wage * 2) STORED);
        CREATE TABLE badges(code TEXT, site INT, holder TEXT, PRIMARY KEY (code, site)) WITHOUT ROWID;
        CREATE TABLE teams(id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE members(team INTEGER REFERENCES teams(id) ON DELETE CASCADE);
        CREATE TABLE log(what TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO people(rowid, name, wage) SELECT i * 7, 'p' || i, i FROM n;
        INSERT INTO badges SELECT 'code' || wage, wage, name FROM people;
        INSERT INTO teams SELECT wage, name FROM people;
        UPDATE teams SET name = CAST(x'ff00fe' AS TEXT) WHERE id = 1;
        INSERT INTO members SELECT id FROM teams;
        CREATE INDEX by_wage ON people(wage, name);
        CREATE TRIGGER added AFTER INSERT ON people BEGIN INSERT INTO log VALUES ('added'); END;
        CREATE TRIGGER gone AFTER DELETE ON teams BEGIN INSERT INTO log VALUES ('gone'); END;
        ANALYZE;";
    let steps = [
        shuffle("people", "wage"),
        shuffle("badges", "code"),
        shuffle("teams", "name"),
    ];
    after(&folder, sql, &steps).await.unwrap();
    let target = folder.target();
    let count = |sql: &str| one::<i64>(&target, &format!("SELECT count(*) FROM {sql}"));
    assert_eq!(count("people WHERE rowid / 7 = substr(name, 2) + 0"), 500);
    assert_eq!(count("people WHERE twice = wage * 2"), 500);
    assert_eq!(
        count("(SELECT DISTINCT wage FROM people WHERE wage BETWEEN 1 AND 500)"),
        500
    );
    assert!(
        count("people WHERE wage = rowid / 7") < 50,
        "most have moved"
    );
    assert_eq!(count("badges WHERE holder = 'p' || site"), 500);
    assert!(count("badges WHERE code = 'code' || site") < 50);
    assert_eq!(count("teams WHERE hex(CAST(name AS BLOB)) = 'FF00FE'"), 1);
    assert_eq!(
        (count("members"), count("log")),
        (500, 0),
        "nothing was set off"
    );
    assert!(count("sqlite_stat1") > 0);
}

#[tokio::test]
async fn orphans_are_who_a_foreign_key_would_refuse() {
    let folder = Folder::new();
    let sql = "CREATE TABLE parent(code TEXT COLLATE NOCASE, n INT, UNIQUE (code, n));
        INSERT INTO parent VALUES ('Ada', 1), ('Bob', 2), ('Eve', NULL);
        CREATE TABLE child(id INTEGER PRIMARY KEY, code TEXT, n TEXT);
        INSERT INTO child VALUES (1, 'ada', '1'), (2, 'ADA', '2'), (3, 'Bob', 2), (4, NULL, 9),
            (5, 'nobody', NULL), (6, 'eve', 3);
        CREATE TABLE chain(id INTEGER PRIMARY KEY, next INTEGER);
        INSERT INTO chain VALUES (1, 1), (2, 1), (3, 99), (4, 3), (5, 4), (6, NULL);
        CREATE TABLE log(what TEXT);
        CREATE TRIGGER gone AFTER DELETE ON child BEGIN INSERT INTO log VALUES (old.id); END;";
    let steps = [
        orphans("child", &["code", "n"], "parent", &["code", "n"]),
        orphans("chain", &["next"], "chain", &["id"]),
    ];
    after(&folder, sql, &steps).await.unwrap();
    let target = folder.target();
    let left = |table: &str| {
        let sql = format!("SELECT group_concat(id) FROM (SELECT id FROM {table} ORDER BY id)");
        one::<String>(&target, &sql)
    };
    assert_eq!(left("child"), "1,3,4,5");
    assert_eq!(left("chain"), "1,2,6");
    assert_eq!(one::<i64>(&target, "SELECT count(*) FROM log"), 0);
}

#[tokio::test]
async fn a_step_that_does_not_fit_leaves_the_live_copy() {
    let folder = Folder::new();
    let sql = "CREATE TABLE t(a INT, b INT, UNIQUE (a, b)); INSERT INTO t VALUES (1, 1);";
    create(&folder.target(), "CREATE TABLE live(x)");
    let refused = after(&folder, sql, &[shuffle("t", "c")]).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Sanitise);
    assert_eq!(refused.cause(), "it has no such column to shuffle");
    assert_eq!(folder.beside_target(), ["live.db", "live.db.weir-lock"]);
    assert_eq!(one::<i64>(&folder.target(), "SELECT count(*) FROM live"), 0);
}
