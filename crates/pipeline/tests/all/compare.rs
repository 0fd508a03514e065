//! Two databases, live or backed up, and where they differ.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_model::error::Kind;
use weir_pipeline::compare::{self, Change, Comparison};

async fn compared(fixture: &Fixture, left: &str, right: &str) -> Comparison {
    let weir = fixture.weir();
    compare::compare(&weir, left, right, &context())
        .await
        .unwrap()
}

/// The newest backup of an environment.
async fn backup(fixture: &Fixture, environment: &str) -> String {
    let report = fixture.run_well(environment).await;
    let step = report.jobs[0].steps.last().unwrap();
    step.backup.clone().unwrap()
}

fn change(fixture: &Fixture, name: &str, sql: &str) {
    let database = rusqlite::Connection::open(fixture.path(name)).unwrap();
    database.execute_batch(sql).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_equals_its_backup_until_it_changes() {
    let fixture = Fixture::new(PEOPLE);
    let backup = backup(&fixture, "production").await;
    let same = compared(&fixture, &backup, "production/people").await;
    assert!(same.equal, "{same:?}");
    assert_eq!(same.ownership, None);
    assert_eq!(same.tables[0].left_rows, Some(100));

    for (sql, rows) in [
        ("UPDATE users SET name = 'x' WHERE id = 1", 100),
        ("DELETE FROM users WHERE id = 1", 99),
    ] {
        change(&fixture, "production-people.db", sql);
        let found = compared(&fixture, &backup, "production/people:people").await;
        assert!(!found.equal && found.schema.is_empty(), "{found:?}");
        assert!(!found.tables[0].equal);
        assert_eq!(found.tables[0].right_rows, Some(rows));
    }
    let sql = "CREATE TABLE more (x); CREATE INDEX i ON users (name); DROP TABLE users;";
    change(&fixture, "production-people.db", sql);
    let found = compared(&fixture, &backup, "production/people").await;
    let changes: Vec<(&str, Change)> = found
        .schema
        .iter()
        .map(|object| (object.name.as_str(), object.change))
        .collect();
    assert_eq!(
        changes,
        [("more", Change::Added), ("users", Change::Removed)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanitised_copy_has_equal_rows_and_other_contents() {
    let fixture = Fixture::new(PEOPLE);
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
    let found = compared(&fixture, "staging/people", "integration/people").await;
    assert!(!found.equal && found.schema.is_empty(), "{found:?}");
    let table = &found.tables[0];
    assert_eq!((table.left_rows, table.right_rows), (Some(90), Some(90)));
    assert!(!table.equal);
    assert!(
        !format!("{found:?}").contains("example"),
        "no value is told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn owner_and_mode_are_compared() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new(PEOPLE);
    std::fs::copy(
        fixture.path("production-people.db"),
        fixture.path("staging-people.db"),
    )
    .unwrap();
    for (mode, equal) in [(0o640, true), (0o604, false)] {
        for (name, mode) in [("production-people.db", 0o640), ("staging-people.db", mode)] {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(fixture.path(name), mode).unwrap();
        }
        let found = compared(&fixture, "production/people", "staging/people").await;
        assert_eq!(found.equal, equal, "{found:?}");
    }
    let found = compared(&fixture, "production/people", "staging/people").await;
    let mode = &found.ownership.unwrap()[0];
    assert_eq!(
        (mode.name.as_str(), mode.right.as_deref()),
        ("mode", Some("0604"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_names_are_refused_with_those_there_are() {
    let fixture = Fixture::new(
        "apps:\n  several: {engine: sqlite, databases: [people, others], only: [production]}\n",
    );
    let weir = fixture.weir();
    for (left, hint) in [
        ("production/severl", "several"),
        ("production/several", "others"),
        ("production/several:nothing", "others"),
        ("production:nonsense", "backups list"),
        ("nonsense", "several"),
    ] {
        let refused = compare::compare(&weir, left, left, &context()).await;
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{left}: {error}");
        assert!(
            error.hint_text().unwrap().contains(hint),
            "{left}: {error:?}"
        );
    }
}
