//! The replaced copy comes back, and the copy it replaces can come back in turn.

use crate::support::{Folder, backup, create, endpoint, one, request, restore};
use weir_engine::{Engine as _, LoadRequest, Previous};
use weir_engine_sqlite::SqliteEngine;
use weir_model::error::Kind;
use weir_model::stamp::Token;

async fn restored(folder: &Folder, generation: u32, request: LoadRequest) {
    let source = folder.source();
    let _ = std::fs::remove_file(&source);
    create(
        &source,
        &format!("CREATE TABLE t(g); INSERT INTO t VALUES ({generation})"),
    );
    restore(folder, backup(folder).await, request)
        .await
        .unwrap();
}

fn generation(folder: &Folder) -> i64 {
    one(&folder.target(), "SELECT g FROM t")
}

#[tokio::test]
async fn rolling_back_twice_is_rolling_forward() {
    for mode in ["WAL", "DELETE"] {
        let folder = Folder::new();
        let (target, context) = (endpoint(&folder.target()), folder.context());
        let _app = create(
            &folder.target(),
            &format!("PRAGMA journal_mode = {mode}; CREATE TABLE t(g); INSERT INTO t VALUES (0)"),
        );
        restored(&folder, 1, request(1)).await;
        restored(&folder, 2, request(2)).await;
        let back = SqliteEngine
            .rollback(&target, Token(3), &context)
            .await
            .unwrap();
        let stamp = back.stamp.unwrap();
        assert_eq!((stamp.run.as_str(), stamp.token), ("run-1", Token(3)));
        assert_eq!(generation(&folder), 1);
        let refused = SqliteEngine
            .rollback(&target, Token(3), &context)
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), Kind::Locked);
        SqliteEngine
            .rollback(&target, Token(4), &context)
            .await
            .unwrap();
        assert_eq!(generation(&folder), 2);
        assert_eq!(
            one::<String>(&folder.target(), "PRAGMA journal_mode").to_uppercase(),
            mode
        );
    }
}

#[tokio::test]
async fn a_copy_that_was_never_restored_comes_back_without_a_stamp() {
    let folder = Folder::new();
    let (target, context) = (endpoint(&folder.target()), folder.context());
    create(
        &folder.target(),
        "CREATE TABLE t(g); INSERT INTO t VALUES (0)",
    );
    restored(&folder, 1, request(1)).await;
    let back = SqliteEngine
        .rollback(&target, Token(2), &context)
        .await
        .unwrap();
    assert_eq!(back.stamp, None);
    assert_eq!(SqliteEngine.stamp(&target, &context).await.unwrap(), None);
    assert_eq!(generation(&folder), 0);
    let refused = restore(&folder, backup(&folder).await, request(2))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Locked, "the token is remembered");
}

#[tokio::test]
async fn without_a_kept_copy_there_is_nothing_to_roll_back() {
    let folder = Folder::new();
    let (target, context) = (endpoint(&folder.target()), folder.context());
    create(
        &folder.target(),
        "CREATE TABLE t(g); INSERT INTO t VALUES (0)",
    );
    let unkept = LoadRequest {
        previous: Previous::None,
        ..request(1)
    };
    restored(&folder, 1, unkept).await;
    assert_eq!(folder.beside_target(), ["live.db", "live.db.weir-lock"]);
    let refused = SqliteEngine
        .rollback(&target, Token(2), &context)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::NoBackup);
    assert_eq!(generation(&folder), 1);
}
