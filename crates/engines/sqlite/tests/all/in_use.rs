//! A restore into a live copy that others read and write.

use crate::support::{Folder, backup, create, one, request, restore};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const SOURCE: &str = "CREATE TABLE t(generation INT, filler);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO t SELECT 2, zeroblob(500) FROM n;";
const LIVE: &str = "CREATE TABLE t(generation INT, filler); CREATE TABLE written(x);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO t SELECT 1, zeroblob(300) FROM n;";

fn repeat(
    stop: &Arc<AtomicBool>,
    path: PathBuf,
    work: impl Fn(&Connection) + Send + 'static,
) -> JoinHandle<()> {
    let stop = Arc::clone(stop);
    std::thread::spawn(move || {
        let connection = Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        while !stop.load(Ordering::SeqCst) {
            work(&connection);
        }
    })
}

fn read(connection: &Connection) {
    let (generations, which, rows): (i64, i64, i64) = connection
        .query_row(
            "SELECT count(DISTINCT generation), max(generation), count(*) FROM t",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!(
        (generations, rows),
        (1, if which == 1 { 3000 } else { 5000 })
    );
}

fn write(connection: &Connection) {
    // Once the new copy is live, the old one's table is gone: that much a writer must bear.
    if let Err(error) = connection.execute("INSERT INTO written VALUES (1)", []) {
        assert!(error.to_string().starts_with("no such table"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_the_whole_old_copy_or_the_whole_new_one() {
    for (mode, page_size) in [
        ("WAL", 4096),
        ("WAL", 8192),
        ("DELETE", 4096),
        ("DELETE", 1024),
    ] {
        let folder = Folder::new();
        create(&folder.source(), SOURCE);
        let settings = format!("PRAGMA page_size = {page_size}; PRAGMA journal_mode = {mode};");
        create(&folder.target(), &format!("{settings}{LIVE}"));
        let stop = Arc::new(AtomicBool::new(false));
        let threads = [
            repeat(&stop, folder.target(), read),
            repeat(&stop, folder.target(), read),
            repeat(&stop, folder.target(), write),
        ];
        let made = backup(&folder).await;
        let live = restore(&folder, made, request(1)).await;
        stop.store(true, Ordering::SeqCst);
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(live.unwrap().previous_kept);
        let generation: i64 = one(&folder.target(), "SELECT max(generation) FROM t");
        assert_eq!(generation, 2);
        assert_eq!(one::<i64>(&folder.target(), "PRAGMA page_size"), page_size);
        assert_eq!(
            one::<String>(&folder.target(), "PRAGMA journal_mode").to_uppercase(),
            mode
        );
        assert_eq!(
            one::<String>(&folder.target(), "PRAGMA integrity_check"),
            "ok"
        );
    }
}

#[tokio::test]
async fn an_open_transaction_keeps_its_snapshot_through_the_swap() {
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    let reader = create(
        &folder.target(),
        &format!("PRAGMA journal_mode = WAL;{LIVE}"),
    );
    reader.execute_batch("BEGIN").unwrap();
    read(&reader);
    restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap();
    let generation = |reader: &Connection| -> i64 {
        reader
            .query_row("SELECT max(generation) FROM t", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(generation(&reader), 1);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(generation(&reader), 2);
}

#[tokio::test]
async fn owner_mode_and_inode_of_the_live_file_stay() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let folder = Folder::new();
    create(&folder.source(), SOURCE);
    create(&folder.target(), LIVE);
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(folder.target(), mode).unwrap();
    let before = std::fs::metadata(folder.target()).unwrap();
    restore(&folder, backup(&folder).await, request(1))
        .await
        .unwrap();
    let after = std::fs::metadata(folder.target()).unwrap();
    assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()));
    let kept = folder.dir.path().join("target/live.db.weir-previous");
    assert_eq!(std::fs::metadata(kept).unwrap().mode() & 0o777, 0o600);
}
