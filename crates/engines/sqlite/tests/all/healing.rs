//! Whoever comes next heals what a dead run left.

use crate::support::{Folder, Watcher, backup, create, endpoint, one, prepare, request, restore};
use std::path::Path;
use weir_engine::Engine as _;
use weir_engine_sqlite::SqliteEngine;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;

const SOURCE: &str = "CREATE TABLE t(x); INSERT INTO t VALUES (1), (2)";

/// What a process killed at this point would leave: a copy of the folder as it is now.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test]
async fn leftovers_of_a_death_at_any_step_are_removed() {
    let steps = [
        Checkpoint::ShadowCreated,
        Checkpoint::RowsLoaded,
        Checkpoint::ReadBack,
        Checkpoint::ScriptsRun,
        Checkpoint::Verified,
        Checkpoint::PreviousKept,
        Checkpoint::Swapping,
        Checkpoint::Swapped,
    ];
    for step in steps {
        let folder = Folder::new();
        create(&folder.source(), SOURCE);
        create(
            &folder.target(),
            "CREATE TABLE t(x); INSERT INTO t VALUES (0)",
        );
        let (from, to) = (
            folder.dir.path().join("target"),
            folder.dir.path().join("dead"),
        );
        let dead = to.clone();
        let watcher = Watcher::at(step, move || copy_folder(&from, &dead));
        let context = folder.observed(watcher.clone());
        let made = backup(&folder).await;
        let ready = prepare(&folder, made, request(1), &[], &context)
            .await
            .unwrap();
        ready.swap(&context).await.unwrap();
        assert_eq!(watcher.checkpoints(), steps);

        let left = to.join("live.db");
        let found = SqliteEngine
            .leftovers(&endpoint(&left), &folder.context())
            .await
            .unwrap();
        let healed = SqliteEngine
            .heal(&endpoint(&left), &folder.context())
            .await
            .unwrap();
        assert_eq!(
            (found.is_empty(), healed.actions.is_empty()),
            (false, false),
            "{step:?}"
        );
        let rows: i64 = one(&left, "SELECT count(*) FROM t");
        assert_eq!(rows, if step == Checkpoint::Swapped { 2 } else { 1 });
        let names: Vec<_> = std::fs::read_dir(&to)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("shadow") || name.contains("previous"))
            .collect();
        let kept = if step == Checkpoint::Swapped { 1 } else { 0 };
        assert_eq!(names.len(), kept, "{step:?}: {names:?}");
        let again = SqliteEngine
            .heal(&endpoint(&left), &folder.context())
            .await
            .unwrap();
        assert!(again.actions.is_empty());
    }
}

#[tokio::test]
async fn a_healthy_target_is_not_touched() {
    let folder = Folder::new();
    create(&folder.target(), SOURCE);
    let healed = SqliteEngine
        .heal(&endpoint(&folder.target()), &folder.context())
        .await
        .unwrap();
    assert!(healed.actions.is_empty());
    assert_eq!(folder.beside_target(), ["live.db"]);
}

#[tokio::test]
async fn a_run_told_to_stop_leaves_no_shadow_at_any_step() {
    for step in [
        Checkpoint::ShadowCreated,
        Checkpoint::RowsLoaded,
        Checkpoint::ReadBack,
        Checkpoint::ScriptsRun,
        Checkpoint::Verified,
        Checkpoint::PreviousKept,
        Checkpoint::Swapping,
    ] {
        let folder = Folder::new();
        create(&folder.source(), SOURCE);
        create(&folder.target(), "CREATE TABLE old(x)");
        let cancel = weir_engine::Cancel::default();
        let told = cancel.clone();
        let watcher = Watcher::at(step, move || told.cancel());
        let context = folder.observed(watcher).with_cancel(cancel);
        let made = backup(&folder).await;
        let ended = match prepare(&folder, made, request(1), &[], &context).await {
            Ok(ready) => ready.swap(&context).await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert_eq!(ended.unwrap_err().kind(), Kind::Interrupted, "{step:?}");
        assert_eq!(
            folder.beside_target(),
            ["live.db", "live.db.weir-lock"],
            "{step:?}"
        );
        assert_eq!(one::<i64>(&folder.target(), "SELECT count(*) FROM old"), 0);
    }
}

#[tokio::test]
async fn the_next_load_heals_by_itself() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    for ending in [".weir-shadow", ".weir-shadow-journal", ".weir-previous-new"] {
        let name = format!("{}{ending}", folder.target().display());
        std::fs::write(name, "left by a dead run").unwrap();
    }
    restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap();
    assert_eq!(folder.beside_target(), ["live.db", "live.db.weir-lock"]);
}
