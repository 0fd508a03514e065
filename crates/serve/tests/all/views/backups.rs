//! Backups: lists, lineage, who uses one, what proved it, and bringing it back by hand.

use super::fleet::{Fleet, context};
use std::process::Command;

#[tokio::test]
async fn a_backup_tells_where_its_data_came_from_and_where_it_went() {
    let fleet = Fleet::new();
    fleet.run("production/people", None).await;
    fleet.set("2026-11-22T13:00:00Z");
    let carried = fleet.run("staging/people", None).await;
    fleet.look().await;
    let list = fleet.source.backups(None, &context()).await.unwrap();
    assert!(list.unreadable.is_empty());
    let [newer, older] = list.backups.as_slice() else {
        panic!("{:?}", list.backups);
    };
    assert_eq!((newer.environment.as_str(), newer.rows), ("staging", 2));
    assert_eq!(
        older.reference,
        format!("production:{}/{}", older.instance, older.folder)
    );

    let read = |row: &weir_serve::views::BackupRow| {
        let (source, row) = (fleet.source.clone(), row.clone());
        async move {
            let context = context();
            let read = source.backup(&row.environment, &row.instance, &row.folder, &context);
            read.await.unwrap()
        }
    };
    let backup = read(older).await;
    assert!(backup.row.broken.is_none() && backup.lineage.is_empty());
    assert_eq!(backup.used_by[0].place, "staging/people");
    assert_eq!(backup.verification[0].by, "restore of staging/people");
    assert!(backup.verification[0].held);
    let copy = read(newer).await;
    assert_eq!(copy.lineage[0].place, "production");
    assert_eq!(copy.lineage[0].backup.as_ref(), Some(&older.reference));
    assert_eq!(copy.lineage[0].run.as_ref(), Some(&carried));
    assert!(copy.used_by.is_empty());

    // One of whose parts is gone is none.
    let part = fleet
        .path("stores/staging")
        .join(&newer.instance)
        .join(&newer.folder)
        .join(&copy.parts[0].name);
    std::fs::remove_file(part).unwrap();
    assert!(read(newer).await.row.broken.is_some());
}

#[tokio::test]
async fn the_lines_for_restoring_by_hand_restore() {
    let fleet = Fleet::new();
    fleet.run("production/people", None).await;
    let list = fleet.source.backups(Some("production"), &context()).await;
    let row = list.unwrap().backups.remove(0);
    let backup = fleet
        .source
        .backup("production", &row.instance, &row.folder, &context())
        .await
        .unwrap();
    let script = format!(
        "set -e\n{}\nsqlite3 restored.db 'SELECT count(*) FROM users'",
        backup.by_hand.join("\n")
    );
    let done = Command::new("bash")
        .arg("-c")
        .arg(&script)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{script}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&done.stdout), "ok\n2\n");
}

#[tokio::test]
async fn what_is_not_there_or_not_shown_is_refused() {
    let fleet = Fleet::new();
    for (environment, instance, folder, kind) in [
        (
            "elsewhere",
            "people-sqlite",
            "2026-11-22T120000Z-people",
            "usage",
        ),
        ("production", "..", "..", "usage"),
        (
            "production",
            "people-sqlite",
            "2026-11-22T120000Z-people",
            "no-backup",
        ),
    ] {
        let context = context();
        let read = fleet.source.backup(environment, instance, folder, &context);
        assert_eq!(read.await.unwrap_err().kind().slug(), kind, "{environment}");
    }
}
