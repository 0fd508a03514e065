//! Database files that others copied.

use crate::support::{Backup, Folder, adopt, backup, create};
use rusqlite::Connection;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind};

const ROWS: &str = "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO note SELECT i, 'note ' || i FROM n;";

/// A source, and a copy of it made by a statement of SQLite's own.
fn copied(folder: &Folder) -> PathBuf {
    let copy = folder.dir.path().join("copy.db");
    let source = create(&folder.source(), ROWS);
    source
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    copy
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap()
}

fn zstandard(content: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(content, 1).unwrap()
}

fn refused(adopted: Result<Backup, Error>, cause: &str) {
    let error = adopted.err().unwrap_or_else(|| panic!("{cause}"));
    assert_eq!(error.kind(), Kind::Corrupt, "{error:?}");
    assert!(error.to_string().contains(cause), "{error:?}, not {cause}");
    assert!(!error.to_string().contains("note 7"), "no row in {error:?}");
}

#[tokio::test]
async fn plain_and_compressed_copies_are_taken_in_as_what_they_hold() {
    let folder = Folder::new();
    let copy = copied(&folder);
    let dumped = backup(&folder).await;
    let plain = std::fs::read(&copy).unwrap();
    let (first, second) = plain.split_at(plain.len() / 3);
    let contents = [
        plain.clone(),
        gzip(&plain),
        zstandard(&plain),
        // What tools that work in parallel write: one member, or frame, after another.
        [gzip(first), gzip(second)].concat(),
        [zstandard(first), zstandard(second)].concat(),
    ];
    // The content says what it is, whatever the name.
    let file = folder.dir.path().join("dump.bin");
    for content in contents {
        std::fs::write(&file, &content).unwrap();
        let adopted = adopt(vec![file.clone()], &folder).await.unwrap();
        assert_eq!(adopted.manifest.tables, dumped.manifest.tables);
        assert_eq!(adopted.manifest.catalog, dumped.manifest.catalog);
        assert_eq!(adopted.manifest.snapshot.mode, "adopted");
        assert_eq!(adopted.content, plain);
        assert_eq!(std::fs::read(&file).unwrap(), content);
    }
}

#[tokio::test]
async fn compressed_content_that_is_cut_off_or_goes_on_is_refused() {
    let folder = Folder::new();
    let plain = std::fs::read(copied(&folder)).unwrap();
    let file = folder.dir.path().join("dump");
    for packed in [gzip(&plain), zstandard(&plain)] {
        for length in [packed.len() - 1, packed.len() / 2, 20] {
            std::fs::write(&file, &packed[..length]).unwrap();
            refused(adopt(vec![file.clone()], &folder).await, "cut off");
        }
        for (more, cause) in [(1, "compressed content"), (64, "behind its end")] {
            std::fs::write(&file, [packed.clone(), vec![b'x'; more]].concat()).unwrap();
            refused(adopt(vec![file.clone()], &folder).await, cause);
        }
        let mut damaged = packed.clone();
        damaged[packed.len() / 2] ^= 0x55;
        std::fs::write(&file, damaged).unwrap();
        assert!(adopt(vec![file.clone()], &folder).await.is_err());
    }
    // Whole as compressed, and not as a database.
    std::fs::write(&file, gzip(&plain[..plain.len() - 4096])).unwrap();
    refused(adopt(vec![file.clone()], &folder).await, "cut off");
    std::fs::write(
        &file,
        gzip(b"PRAGMA foreign_keys=OFF; BEGIN; CREATE TABLE x;"),
    )
    .unwrap();
    refused(adopt(vec![file], &folder).await, "not an SQLite database");
}

#[tokio::test]
async fn a_page_that_is_damaged_is_found() {
    let folder = Folder::new();
    let copy = copied(&folder);
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes[4096..4296].fill(0xff);
    std::fs::write(&copy, bytes).unwrap();
    let error = adopt(vec![copy], &folder).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Corrupt, "{error:?}");
}

#[tokio::test]
async fn a_database_in_use_is_no_finished_copy() {
    let folder = Folder::new();
    let path = folder.source();
    let database = create(&path, "PRAGMA journal_mode = WAL;");
    database.execute_batch(ROWS).unwrap();
    refused(adopt(vec![path.clone()], &folder).await, "source.db-wal");
    drop(database);
    // Closed, its log is in it, and its header still asks for one.
    let adopted = adopt(vec![path.clone()], &folder).await.unwrap();
    assert_eq!(adopted.manifest.rows(), 2000);
    assert!(!with_ending(&path, "-wal").exists() && !with_ending(&path, "-shm").exists());

    let journal = with_ending(&path, "-journal");
    std::fs::write(&journal, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7").unwrap();
    refused(
        adopt(vec![path.clone()], &folder).await,
        "source.db-journal",
    );
    // A journal that SQLite ended by clearing its head holds nothing to put back.
    std::fs::write(&journal, [0; 512]).unwrap();
    adopt(vec![path], &folder).await.unwrap();
}

#[tokio::test]
async fn several_files_and_folders_are_no_database() {
    let folder = Folder::new();
    let copy = copied(&folder);
    for files in [vec![copy.clone(), copy], vec![folder.dir.path().to_owned()]] {
        let error = adopt(files, &folder).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Usage, "{error:?}");
    }
}

#[tokio::test]
async fn a_copy_that_breaks_its_own_foreign_keys_is_taken_as_it_is() {
    let folder = Folder::new();
    let path = folder.source();
    let database: Connection = create(
        &path,
        "PRAGMA foreign_keys = OFF; CREATE TABLE a(id INTEGER PRIMARY KEY);
         CREATE TABLE b(a INTEGER REFERENCES a(id)); INSERT INTO b VALUES (1);",
    );
    drop(database);
    let adopted = adopt(vec![path], &folder).await.unwrap();
    assert_eq!(adopted.manifest.rows(), 1);
}
