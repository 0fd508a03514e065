//! Scripts run in the shadow, all or nothing, and leave nothing of what they took out.

use crate::support::{Folder, backup, create, one, prepare, request, script};
use weir_model::error::{Error, Kind};

const SOURCE: &str = "CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT UNIQUE);
    CREATE TABLE posts(author INT REFERENCES users(id), body TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO users SELECT i, 'secret' || i || '@example.com' FROM n;
    INSERT INTO posts VALUES (1, 'x');";

/// The error of a restore with this script; checks that nothing else is left of it.
async fn fails(text: &str) -> Error {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    create(
        &folder.target(),
        "CREATE TABLE old(x); INSERT INTO old VALUES (1)",
    );
    let before = std::fs::read(folder.target()).unwrap();
    let made = backup(&folder).await;
    let context = folder.context();
    let failed = prepare(&folder, made, request(1), &[script(text)], &context)
        .await
        .err();
    assert!(before == std::fs::read(folder.target()).unwrap());
    assert_eq!(folder.beside_target(), ["live.db", "live.db.weir-lock"]);
    failed.unwrap_or_else(|| panic!("not refused: {text}"))
}

#[tokio::test]
async fn a_failing_statement_is_told_by_its_line_and_without_values() {
    let failed =
        fails("DELETE FROM posts;\n\nUPDATE users\nSET email = 'secret1@example.com';").await;
    assert_eq!(failed.kind(), Kind::Script);
    assert_eq!(failed.doing(), "run clean.sql, line 3");
    assert!(
        failed
            .cause()
            .contains("UNIQUE constraint failed: users.email"),
        "{failed}"
    );
    assert!(!format!("{failed:?}").contains("example.com"));
    let failed = fails("SELECT 1; SELEC 'secret'").await;
    assert!(failed.cause().contains("syntax error"), "{failed}");
    let failed = fails("DELETE FROM userz").await;
    assert!(failed.cause().contains("no such table: userz"), "{failed}");
}

#[tokio::test]
async fn raised_messages_are_not_repeated() {
    let failed = fails(
        "CREATE TRIGGER no BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: sesame'); END;
         DELETE FROM users WHERE id = 1000;",
    )
    .await;
    assert_eq!(failed.kind(), Kind::Script);
    assert!(!format!("{failed:?}").contains("sesame"));
}

#[tokio::test]
async fn a_script_cannot_leave_its_transaction_or_the_shadow() {
    for text in [
        "DELETE FROM posts; COMMIT; DELETE FROM users;",
        "BEGIN;",
        "ROLLBACK",
        "END TRANSACTION;",
        "DELETE FROM posts; INSERT OR ROLLBACK INTO users(id) VALUES (1);",
        "ATTACH 'other.db' AS other;",
        "VACUUM INTO 'other.db';",
        "PRAGMA journal_mode = WAL;",
        "PRAGMA foreign_keys = OFF;",
        "PRAGMA writable_schema = ON;",
        "SELECT load_extension('x');",
    ] {
        let failed = fails(text).await;
        assert_eq!(failed.kind(), Kind::Script, "{text}: {failed}");
    }
    let failed = fails("COMMIT").await;
    assert!(
        failed.cause().contains("leaves its transaction"),
        "{failed}"
    );
}

#[tokio::test]
async fn foreign_keys_hold_for_scripts() {
    let failed = fails("DELETE FROM users").await;
    assert!(
        failed.cause().contains("FOREIGN KEY constraint failed"),
        "{failed}"
    );
    let failed = fails("PRAGMA defer_foreign_keys = ON; DELETE FROM users").await;
    assert!(
        failed.cause().contains("FOREIGN KEY constraint failed"),
        "{failed}"
    );
}

#[tokio::test]
async fn what_scripts_take_out_is_in_no_file() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let scripts = [
        script("PRAGMA user_version = 9; DELETE FROM users WHERE id > 100;"),
        script("UPDATE users SET email = 'user' || id; CREATE TABLE extra(x); DROP TABLE posts;"),
    ];
    let context = folder.context();
    let made = backup(&folder).await;
    let ready = prepare(&folder, made, request(1), &scripts, &context)
        .await
        .unwrap();
    let effects: Vec<_> = ready
        .effects()
        .iter()
        .map(|effect| (effect.table.as_str(), effect.before, effect.after))
        .collect();
    assert_eq!(
        effects,
        [
            ("users", Some(2000), Some(100)),
            ("posts", Some(1), None),
            ("extra", None, Some(0))
        ]
    );
    ready.swap(&context).await.unwrap();
    assert!(!folder.holds("target", b"@example.com"));
    assert_eq!(
        one::<i64>(&folder.target(), "SELECT count(*) FROM users"),
        100
    );
    assert_eq!(one::<i64>(&folder.target(), "PRAGMA user_version"), 9);
}

#[tokio::test]
async fn row_counts_out_of_bounds_are_refused() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let mut request = request(1);
    request
        .bounds
        .insert("users".to_owned(), (Some(1000), None));
    let scripts = [script("DELETE FROM users WHERE id > 10")];
    let (made, context) = (backup(&folder).await, folder.context());
    let failed = prepare(&folder, made, request, &scripts, &context)
        .await
        .err()
        .unwrap();
    assert_eq!(failed.kind(), Kind::Verify);
    assert_eq!(folder.beside_target(), ["live.db.weir-lock"]);
}
