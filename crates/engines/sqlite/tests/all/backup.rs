//! A backup is one moment of a database in use.

use crate::support::{Folder, backup_with, create, endpoint};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use weir_engine::Engine as _;
use weir_engine_sqlite::SqliteEngine;
use weir_model::error::Kind;

const ACCOUNTS: &str = "CREATE TABLE account(id INTEGER PRIMARY KEY, money INTEGER, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO account SELECT i, 100, hex(randomblob(100)) FROM n;";

/// Moves money between accounts until told to stop; the sum stays the same.
struct Writer {
    stop: Arc<AtomicBool>,
    moved: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<()>,
}

impl Writer {
    fn start(path: PathBuf) -> Self {
        let (stop, moved) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&moved));
        let thread = std::thread::spawn(move || {
            let connection = Connection::open(path).unwrap();
            connection.busy_timeout(Duration::from_secs(30)).unwrap();
            while !stopped.load(Ordering::SeqCst) {
                connection
                    .execute_batch(
                        "BEGIN IMMEDIATE;
                         UPDATE account SET money = money - 7 WHERE id = abs(random()) % 10000 + 1;
                         UPDATE account SET money = money + 7 WHERE id = abs(random()) % 10000 + 10001;
                         COMMIT",
                    )
                    .unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self {
            stop,
            moved,
            thread,
        }
    }

    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap();
        self.moved.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_backup_while_others_write_is_consistent() {
    for (mode, held) in [("WAL", "wal-read-transaction"), ("DELETE", "")] {
        let folder = Folder::new();
        create(
            &folder.source(),
            &format!("PRAGMA journal_mode = {mode}; {ACCOUNTS}"),
        );
        let writer = Writer::start(folder.source());
        let made = backup_with(&folder.source(), &folder.context())
            .await
            .unwrap();
        assert!(writer.stop() > 0);
        assert!(made.manifest.snapshot.mode.contains(held));
        let copy = folder.dir.path().join("copy.db");
        std::fs::write(&copy, &made.content).unwrap();
        let connection = Connection::open(&copy).unwrap();
        let sum: i64 = connection
            .query_row("SELECT sum(money) FROM account", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sum, 2_000_000, "{mode}");
        let mode: String = connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "delete", "the part is one file that needs no log");
    }
}

#[tokio::test]
async fn what_is_written_after_the_snapshot_is_not_in_it() {
    for mode in ["WAL", "DELETE"] {
        let folder = Folder::new();
        let connection = create(
            &folder.source(),
            &format!("PRAGMA journal_mode = {mode}; {ACCOUNTS}"),
        );
        let (source, context) = (endpoint(&folder.source()), folder.context());
        let opened = SqliteEngine.open(&source, &context).await.unwrap();
        connection
            .execute_batch("DELETE FROM account WHERE id > 5")
            .unwrap();
        drop(opened);
        let made = backup_with(&folder.source(), &context).await.unwrap();
        assert_eq!(made.manifest.rows(), 5, "{mode}");
    }
}

#[tokio::test]
async fn nothing_is_changed_at_the_source_and_nothing_left() {
    for mode in ["WAL", "DELETE"] {
        let folder = Folder::new();
        let connection = create(
            &folder.source(),
            &format!("PRAGMA journal_mode = {mode}; {ACCOUNTS}"),
        );
        let before = std::fs::read(folder.source()).unwrap();
        backup_with(&folder.source(), &folder.context())
            .await
            .unwrap();
        assert!(before == std::fs::read(folder.source()).unwrap(), "{mode}");
        let scratch = std::fs::read_dir(folder.dir.path().join("scratch")).unwrap();
        assert_eq!(scratch.count(), 0);
        let found: String = connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .unwrap();
        assert_eq!(found.to_uppercase(), mode);
    }
}

#[tokio::test]
async fn a_cancelled_backup_stops() {
    let folder = Folder::new();
    create(&folder.source(), ACCOUNTS);
    let context = folder.context();
    context.cancel.cancel();
    let stopped = backup_with(&folder.source(), &context).await.err().unwrap();
    assert_eq!(stopped.kind(), Kind::Interrupted);
}
