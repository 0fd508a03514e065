//! A clean backup is a database that any SQLite opens, and holds nothing but what the rules let by.

use crate::support::{Backup, Folder, backup_with, create, dump, one, request, restore, rewrite};
use std::process::Command;
use std::sync::Arc;
use weir_engine::{Engine as _, Masker};
use weir_engine_sqlite::SqliteEngine;
use weir_model::catalog::Catalog;
use weir_model::error::{Kind, Result};
use weir_testkit::conformance::Rules;

const SHOP: &str = "PRAGMA journal_mode = WAL; PRAGMA user_version = 7;
    CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, -- ask ada@secret.example
        email TEXT NOT NULL UNIQUE);
    CREATE TABLE orders(id INTEGER PRIMARY KEY, user INTEGER REFERENCES users(id), total REAL);
    CREATE INDEX by_user ON orders(user);
    CREATE VIEW sums AS SELECT user, sum(total) FROM orders GROUP BY user;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
        INSERT INTO users SELECT i, 'User ' || i, 'user' || i || '@example.com' FROM n;
    INSERT INTO orders SELECT id, id, id / 4.0 FROM users;
    CREATE TABLE gone(secret TEXT);
    INSERT INTO gone SELECT 'deleted@secret.example' FROM users;
    DELETE FROM gone; DROP TABLE gone; ANALYZE;";

async fn catalog(folder: &Folder) -> Catalog {
    let (source, context) = (crate::support::endpoint(&folder.source()), folder.context());
    SqliteEngine.catalog(&source, &context).await.unwrap()
}

/// The clean backup made of the database, and the one made of its backup.
async fn both(folder: &Folder, rules: impl Fn() -> Rules) -> [Result<Backup>; 2] {
    let (source, context) = (folder.source(), folder.context());
    let rules = || -> Arc<dyn Masker> { Arc::new(rules()) };
    let raw = backup_with(&source, &context).await.unwrap();
    [
        dump(&source, Some(rules()), &context).await,
        rewrite(raw, rules(), &context).await,
    ]
}

#[tokio::test]
async fn any_sqlite_opens_it_and_finds_masked_rows_only() {
    let folder = Folder::new();
    create(&folder.source(), SHOP);
    let catalog = catalog(&folder).await;
    let masked = || Rules::keep(&catalog).mask("users", "email");
    for clean in both(&folder, masked).await {
        let file = folder.dir.path().join("clean.db");
        std::fs::write(&file, clean.unwrap().content).unwrap();
        let sql = "PRAGMA integrity_check; PRAGMA foreign_key_check; PRAGMA user_version;
            SELECT count(*) FROM users WHERE email LIKE 'masked-%'; SELECT count(*) FROM sums;
            SELECT seq FROM sqlite_sequence; SELECT count(*) > 0 FROM sqlite_stat1;";
        let told = Command::new("sqlite3")
            .arg(&file)
            .arg(sql)
            .output()
            .unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert_eq!(told, "ok\n7\n400\n400\n400\n1\n");
    }
}

#[tokio::test]
async fn what_was_deleted_or_noted_before_is_not_in_it_even_if_all_is_kept() {
    let folder = Folder::new();
    create(&folder.source(), SHOP);
    // The source was restored by Weir: its stamp is no part of what it holds.
    create(&folder.source(), "CREATE TABLE _weir_stamp(stamp TEXT)");
    let catalog = catalog(&folder).await;
    let raw = backup_with(&folder.source(), &folder.context()).await;
    let holds = |backup: &Backup, value: &str| {
        let value = value.as_bytes();
        let mut windows = backup.content.windows(value.len());
        windows.any(|window| window == value)
    };
    let raw = raw.unwrap();
    assert!(holds(&raw, "deleted@secret"), "an image has free pages");
    for (token, clean) in (1..).zip(both(&folder, || Rules::keep(&catalog)).await) {
        let clean = clean.unwrap();
        assert!(!holds(&clean, "secret.example") && !holds(&clean, "_weir_stamp"));
        assert!(holds(&clean, "user400@example.com"), "it was kept");
        assert_eq!(clean.manifest.tables, raw.manifest.tables);
        restore(&folder, clean, request(token)).await.unwrap();
    }
}

#[tokio::test]
async fn rows_left_out_must_leave_no_orphans() {
    let folder = Folder::new();
    create(&folder.source(), SHOP);
    let catalog = catalog(&folder).await;
    let odd = |id: i64| id % 2 == 1;
    let orphaned = || Rules::keep(&catalog).drop_rows("users", "id", odd);
    for clean in both(&folder, orphaned).await {
        let refused = clean.err().unwrap();
        assert_eq!(refused.kind(), Kind::Verify);
        let cause = "table orders breaks its foreign keys in 200 rows, before in 0";
        assert_eq!(refused.cause(), cause);
    }
    let whole = || orphaned().drop_rows("orders", "user", odd);
    for (token, clean) in (1..).zip(both(&folder, whole).await) {
        let clean = clean.unwrap();
        restore(&folder, clean, request(token)).await.unwrap();
        let rows = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM orders)";
        assert_eq!(one::<i64>(&folder.target(), rows), 400);
    }
}
