//! Writes that died between two of their pages, at the places where the next reader is Weir.

use crate::support::{Folder, Watcher, backup, create, endpoint, one, prepare, request, restore};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use weir_engine::{Engine as _, Observer};
use weir_engine_sqlite::SqliteEngine;
use weir_model::error::Kind;
use weir_model::event::{Checkpoint, Event};
use weir_model::stamp::Token;

/// Large enough that pages reach the disk before the transaction ends.
const LARGE: &str = "CREATE TABLE t(x, filler);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO t SELECT 2, zeroblob(1500) FROM n;";

/// Calls back at each report of progress of the swap.
struct DuringSwap {
    swapping: AtomicBool,
    then: Box<dyn Fn(u64, u64) + Send + Sync>,
}

impl DuringSwap {
    fn new(then: impl Fn(u64, u64) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            swapping: AtomicBool::new(false),
            then: Box::new(then),
        })
    }
}

impl Observer for DuringSwap {
    fn event(&self, event: &Event) {
        match event {
            Event::Checkpoint { checkpoint } => {
                let swapping = *checkpoint == Checkpoint::Swapping;
                self.swapping.store(swapping, Ordering::SeqCst);
            }
            Event::Progress { done, total, .. } if self.swapping.load(Ordering::SeqCst) => {
                (self.then)(*done, *total);
            }
            _ => {}
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

/// Leaves at `path` what a process killed in the middle of a write would: the database half
/// changed, and the journal that undoes it.
fn kill_a_writer(path: &Path) {
    let living = path.with_extension("living");
    let connection = create(&living, &LARGE.replace("SELECT 2", "SELECT 1"));
    connection
        .execute_batch(
            "PRAGMA cache_size = 500; BEGIN; UPDATE t SET x = 9, filler = randomblob(1500)",
        )
        .unwrap();
    std::fs::copy(&living, path).unwrap();
    std::fs::copy(beside(&living, "-journal"), beside(path, "-journal")).unwrap();
    drop(connection);
    std::fs::remove_file(living).unwrap();
}

#[tokio::test]
async fn a_target_left_in_the_middle_of_a_swap_can_be_asked_and_healed() {
    let folder = Folder::new();
    create(&folder.source(), LARGE);
    create(&folder.target(), &LARGE.replace("SELECT 2", "SELECT 1"));
    let (from, dead) = (
        folder.dir.path().join("target"),
        folder.dir.path().join("dead"),
    );
    let to = dead.clone();
    let observer = DuringSwap::new(move |done, total| {
        if done < total && !to.exists() {
            copy_folder(&from, &to);
        }
    });
    let context = folder.observed(observer);
    let ready = prepare(&folder, backup(&folder).await, request(1), &[], &context)
        .await
        .unwrap();
    ready.swap(&context).await.unwrap();

    let live = dead.join("live.db");
    assert!(beside(&live, "-journal").metadata().unwrap().len() > 0);
    let (target, context) = (endpoint(&live), folder.context());
    let found = SqliteEngine.leftovers(&target, &context).await.unwrap();
    assert!(
        found.iter().any(|line| line.contains("is not undone yet")),
        "{found:?}"
    );
    // A run asks for the stamp before it heals.
    assert!(
        SqliteEngine
            .stamp(&target, &context)
            .await
            .unwrap()
            .is_none()
    );
    SqliteEngine.heal(&target, &context).await.unwrap();
    assert_eq!(
        one::<i64>(&live, "SELECT count(*) FROM t WHERE x = 1"),
        20000
    );
}

#[tokio::test]
async fn a_source_that_weir_never_wrote_is_left_to_its_application() {
    let folder = Folder::new();
    kill_a_writer(&folder.source());
    let (before, source) = (std::fs::read(folder.source()).unwrap(), folder.source());
    let refused = SqliteEngine
        .stamp(&endpoint(&source), &folder.context())
        .await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Source);
    assert!(before == std::fs::read(&source).unwrap());
}

#[tokio::test]
async fn a_rollback_that_died_while_stamping_is_healed() {
    let folder = Folder::new();
    create(
        &folder.target(),
        "CREATE TABLE t(x); INSERT INTO t VALUES (0)",
    );
    let previous = beside(&folder.target(), ".weir-previous");
    kill_a_writer(&previous);
    let (target, context) = (endpoint(&folder.target()), folder.context());
    std::fs::write(beside(&folder.target(), ".weir-lock"), "1").unwrap();
    let found = SqliteEngine.leftovers(&target, &context).await.unwrap();
    assert!(!found.is_empty());
    SqliteEngine.heal(&target, &context).await.unwrap();
    assert!(!beside(&previous, "-journal").exists());
    SqliteEngine
        .rollback(&target, Token(2), &context)
        .await
        .unwrap();
    let rows = "SELECT count(*) FROM t WHERE x = 1";
    assert_eq!(one::<i64>(&folder.target(), rows), 20000);
}

#[tokio::test]
async fn a_journal_of_an_earlier_previous_copy_is_not_applied_to_the_next() {
    let folder = Folder::new();
    create(
        &folder.source(),
        "CREATE TABLE t(x); INSERT INTO t VALUES (5)",
    );
    create(&folder.target(), &LARGE.replace("SELECT 2", "SELECT 3"));
    let previous = beside(&folder.target(), ".weir-previous");
    kill_a_writer(&previous);
    restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap();
    assert!(!beside(&previous, "-journal").exists());
    let rows = "SELECT count(*) FROM t WHERE x = 3";
    assert_eq!(one::<i64>(&previous, rows), 20000);
}

#[tokio::test]
async fn the_previous_copy_stays_when_the_new_one_is_live_but_cannot_be_proven() {
    let folder = Folder::new();
    create(
        &folder.source(),
        "CREATE TABLE t(x); INSERT INTO t VALUES (2)",
    );
    create(
        &folder.target(),
        "CREATE TABLE t(x); INSERT INTO t VALUES (1)",
    );
    let live = folder.target();
    let observer = DuringSwap::new(move |done, total| {
        if done == total {
            let other = Connection::open(&live).unwrap();
            other.execute_batch("DELETE FROM _weir_stamp").unwrap();
        }
    });
    let context = folder.observed(observer);
    let ready = prepare(&folder, backup(&folder).await, request(1), &[], &context)
        .await
        .unwrap();
    assert_eq!(ready.swap(&context).await.unwrap_err().kind(), Kind::Swap);
    assert_eq!(one::<i64>(&folder.target(), "SELECT x FROM t"), 2);
    let previous = beside(&folder.target(), ".weir-previous");
    assert_eq!(one::<i64>(&previous, "SELECT x FROM t"), 1);
}

#[tokio::test]
async fn a_name_too_long_for_what_lies_beside_it_is_refused_before_anything_is_made() {
    let folder = Folder::new();
    create(&folder.source(), "CREATE TABLE t(x)");
    let made = backup(&folder).await;
    let target = folder.dir.path().join("target").join("n".repeat(240));
    let watcher = Watcher::at(Checkpoint::ShadowCreated, || {});
    let context = folder.observed(watcher);
    let refused = SqliteEngine
        .load(&endpoint(&target), request(1), Arc::new(made), &context)
        .await
        .err()
        .unwrap();
    assert_eq!(refused.kind(), Kind::Target);
    assert!(refused.cause().contains("240 bytes"), "{refused}");
    assert!(folder.beside_target().is_empty());
}

#[tokio::test]
async fn a_journal_that_was_begun_and_never_filled_does_not_stay() {
    for begun in [vec![], vec![0_u8; 512]] {
        let folder = Folder::new();
        create(
            &folder.target(),
            "CREATE TABLE t(x); INSERT INTO t VALUES (0)",
        );
        let previous = beside(&folder.target(), ".weir-previous");
        create(&previous, "CREATE TABLE t(x); INSERT INTO t VALUES (7)");
        std::fs::write(beside(&previous, "-journal"), &begun).unwrap();
        std::fs::write(beside(&folder.target(), ".weir-lock"), "1").unwrap();
        let (target, context) = (endpoint(&folder.target()), folder.context());
        SqliteEngine.heal(&target, &context).await.unwrap();
        assert!(!beside(&previous, "-journal").exists());
        assert_eq!(one::<i64>(&previous, "SELECT x FROM t"), 7);
    }
}
