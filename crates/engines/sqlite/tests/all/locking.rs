//! One writer per target.

use crate::support::{Folder, backup, create, endpoint, one, prepare, request, restore};
use std::time::{Duration, Instant};
use weir_engine::Engine as _;
use weir_engine_sqlite::SqliteEngine;
use weir_model::error::Kind;
use weir_model::stamp::Token;

const SOURCE: &str = "CREATE TABLE t(x); INSERT INTO t VALUES (1), (2)";

#[tokio::test]
async fn a_token_that_is_not_newer_is_refused() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    restore(&folder, backup(&folder).await, request(5))
        .await
        .unwrap();
    for token in [5, 4] {
        let refused = restore(&folder, backup(&folder).await, request(token))
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), Kind::Locked);
    }
    // The lock remembers the token when the copy that carried it is gone.
    std::fs::remove_file(folder.target()).unwrap();
    let refused = restore(&folder, backup(&folder).await, request(5))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Locked);
    restore(&folder, backup(&folder).await, request(6))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_newer_copy_put_live_meanwhile_stops_the_swap() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap();
    let context = folder.context();
    let made = backup(&folder).await;
    let ready = prepare(&folder, made, request(2), &[], &context)
        .await
        .unwrap();
    // As a run on another host would leave it, where the lock beside the file does not reach.
    create(
        &folder.target(),
        "UPDATE _weir_stamp SET stamp = json_set(stamp, '$.token', 3)",
    );
    let refused = ready.swap(&context).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Locked);
    assert_eq!(folder.beside_target(), ["live.db", "live.db.weir-lock"]);
    let stamp = SqliteEngine
        .stamp(&endpoint(&folder.target()), &context)
        .await
        .unwrap();
    assert_eq!(stamp.unwrap().token, Token(3));
}

#[tokio::test]
async fn a_second_run_is_refused_while_the_first_holds_its_shadow() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let context = folder.context();
    let first = backup(&folder).await;
    let ready = prepare(&folder, first, request(1), &[], &context)
        .await
        .unwrap();
    let refused = restore(&folder, backup(&folder).await, request(2))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Locked);
    let target = endpoint(&folder.target());
    assert_eq!(
        SqliteEngine
            .heal(&target, &context)
            .await
            .unwrap_err()
            .kind(),
        Kind::Locked
    );
    let refused = SqliteEngine
        .rollback(&target, Token(9), &context)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Locked);
    assert!(
        SqliteEngine
            .leftovers(&target, &context)
            .await
            .unwrap()
            .is_empty()
    );
    ready.discard().await.unwrap();
    assert_eq!(folder.beside_target(), ["live.db.weir-lock"]);
    restore(&folder, backup(&folder).await, request(3))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_live_copy_that_stays_locked_is_given_up_in_time() {
    for mode in ["WAL", "DELETE"] {
        let folder = Folder::new();
        create(&folder.source(), SOURCE);
        let live = format!("PRAGMA journal_mode = {mode}; CREATE TABLE old(x)");
        let holder = create(&folder.target(), &live);
        let deadline = Instant::now() + Duration::from_secs(4);
        let context = folder.context().with_deadline(Some(deadline));
        let made = backup(&folder).await;
        let ready = prepare(&folder, made, request(1), &[], &context)
            .await
            .unwrap();
        holder
            .execute_batch("BEGIN EXCLUSIVE; INSERT INTO old VALUES (1)")
            .unwrap();
        let failed = ready.swap(&context).await.unwrap_err();
        assert!(Instant::now() < deadline + Duration::from_secs(2));
        assert!(failed.cause().contains("locked"), "{failed}");
        holder.execute_batch("ROLLBACK").unwrap();
        drop(holder);
        assert_eq!(one::<i64>(&folder.target(), "SELECT count(*) FROM old"), 0);
        let left = folder.beside_target();
        assert!(
            !left
                .iter()
                .any(|name| name.contains("shadow") || name.contains("previous")),
            "{left:?}"
        );
    }
}

#[tokio::test]
async fn a_cancelled_wait_for_a_lock_ends_at_once() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let holder = create(&folder.target(), "CREATE TABLE old(x)");
    let context = folder.context();
    let made = backup(&folder).await;
    let ready = prepare(&folder, made, request(1), &[], &context)
        .await
        .unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begun = Instant::now();
    let (swapped, ()) = tokio::join!(ready.swap(&context), async {
        tokio::task::yield_now().await;
        context.cancel.cancel();
    });
    assert_eq!(swapped.unwrap_err().kind(), Kind::Interrupted);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_database_that_another_process_holds_is_locked_not_broken() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap();
    let holder = create(&folder.target(), "BEGIN EXCLUSIVE");
    let soon = Instant::now() + Duration::from_millis(300);
    let context = folder.context().with_deadline(Some(soon));
    let refused = SqliteEngine
        .stamp(&endpoint(&folder.target()), &context)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Locked, "{refused}");
    drop(holder);
}
