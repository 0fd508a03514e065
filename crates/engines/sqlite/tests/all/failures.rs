//! Bad input ends in an error that names the file and what to do, and changes nothing.

use crate::support::{
    Folder, Watcher, backup, backup_with, create, endpoint, prepare, request, restore,
};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use weir_engine::Engine as _;
use weir_engine_sqlite::SqliteEngine;
use weir_model::digest::Digest;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;

const SOURCE: &str = "CREATE TABLE t(x); INSERT INTO t VALUES (1), (2)";

#[tokio::test]
async fn a_missing_source_is_told() {
    let folder = Folder::new();
    let context = folder.context();
    let failed = backup_with(&folder.source(), &context).await.err().unwrap();
    assert_eq!(failed.kind(), Kind::Source);
    assert!(failed.to_string().contains("source.db") && failed.hint_text().is_some());
    let source = endpoint(&folder.source());
    assert!(!SqliteEngine.exists(&source, &context).await.unwrap());
    let identity = SqliteEngine.identity(&source, &context).await.unwrap();
    create(&folder.source(), SOURCE);
    let now = SqliteEngine.identity(&source, &context).await.unwrap();
    assert_eq!(identity.shared_with(&now).len(), 1, "the place is the same");
    assert!(SqliteEngine.exists(&source, &context).await.unwrap());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told() {
    let folder = Folder::new();
    std::fs::write(
        folder.source(),
        "this is a text file, and quite long enough ".repeat(100),
    )
    .unwrap();
    let failed = backup_with(&folder.source(), &folder.context())
        .await
        .err()
        .unwrap();
    assert_eq!(failed.kind(), Kind::Source);
    assert!(
        failed.cause().contains("not an SQLite database"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_damaged_source_makes_no_backup() {
    let folder = Folder::new();
    create(
        &folder.source(),
        &format!("{SOURCE}; CREATE INDEX i ON t(x)"),
    );
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(folder.source())
        .unwrap();
    file.write_all_at(&[0xff; 64], 2 * 4096 + 4032).unwrap();
    let failed = backup_with(&folder.source(), &folder.context())
        .await
        .err()
        .unwrap();
    assert_eq!(failed.kind(), Kind::Source);
    let source = endpoint(&folder.source());
    let failed = SqliteEngine
        .verify_live(&source, &folder.context())
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), Kind::Verify);
}

#[tokio::test]
async fn a_target_that_is_no_database_is_not_overwritten() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let text = "this is somebody's text file ".repeat(100);
    std::fs::write(folder.target(), &text).unwrap();
    let failed = restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), Kind::Target);
    assert_eq!(std::fs::read_to_string(folder.target()).unwrap(), text);
}

#[tokio::test]
async fn a_folder_that_is_missing_or_cannot_be_written_is_told() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let target = folder.dir.path().join("target");
    std::fs::remove_dir(&target).unwrap();
    let failed = restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), Kind::Target);
    // A file in place of the folder refuses everyone, root included.
    std::fs::write(&target, "").unwrap();
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o400)).unwrap();
    let failed = restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), Kind::Target);
    assert!(failed.hint_text().is_some());
}

#[tokio::test]
async fn a_log_without_its_database_is_not_mixed_into_the_new_copy() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let log = folder.dir.path().join("target/live.db-wal");
    std::fs::write(&log, "frames of a database that is gone").unwrap();
    let failed = restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), Kind::Target);
    assert!(failed.cause().contains("live.db-wal"), "{failed}");
    std::fs::remove_file(log).unwrap();
    restore(&folder, backup(&folder).await, request(2))
        .await
        .unwrap();
}

#[tokio::test]
async fn rows_that_are_not_the_manifests_are_refused() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let mut made = backup(&folder).await;
    made.manifest.tables[0].digest = Digest::new("rows-v1", &[0; 16]);
    let failed = restore(&folder, made, request(1)).await.unwrap_err();
    assert_eq!(failed.kind(), Kind::Verify);
    let mut made = backup(&folder).await;
    made.content.truncate(4096);
    let failed = restore(&folder, made, request(1)).await.unwrap_err();
    assert!(matches!(failed.kind(), Kind::Corrupt | Kind::Verify));
    assert_eq!(folder.beside_target(), ["live.db.weir-lock"]);
}

#[tokio::test]
async fn rows_lost_on_the_way_to_the_disk_are_noticed() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let shadow = folder.dir.path().join("target/live.db.weir-shadow");
    let watcher = Watcher::at(Checkpoint::RowsLoaded, move || {
        create(&shadow, "DELETE FROM t WHERE x = 1");
    });
    let context = folder.observed(watcher);
    let made = backup(&folder).await;
    let failed = prepare(&folder, made, request(1), &[], &context)
        .await
        .err()
        .unwrap();
    assert_eq!(failed.kind(), Kind::Verify);
    assert!(failed.cause().contains("table t"), "{failed}");
    assert_eq!(folder.beside_target(), ["live.db.weir-lock"]);
}

#[tokio::test]
async fn a_database_that_appears_meanwhile_is_not_overwritten() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let target = folder.target();
    let watcher = Watcher::at(Checkpoint::Swapping, move || {
        // Linked into place as a whole, as the engine itself would do it.
        create(&target, "CREATE TABLE theirs(x)");
    });
    let context = folder.observed(watcher);
    let made = backup(&folder).await;
    let ready = prepare(&folder, made, request(1), &[], &context)
        .await
        .unwrap();
    let failed = ready.swap(&context).await.unwrap_err();
    assert_eq!(failed.kind(), Kind::Swap);
    let kept: i64 = crate::support::one(&folder.target(), "SELECT count(*) FROM theirs");
    assert_eq!(kept, 0);
}
