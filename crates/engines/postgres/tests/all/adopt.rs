//! Archives that others made with the stock `pg_dump`, of one file and in a folder.

use crate::conformance::client::Database;
use crate::support::{filled, refused, restore, with_setting};
use std::path::{Path, PathBuf};
use weir_engine::{Endpoint, Engine as _, Examined, ForeignDump, ForeignFile};
use weir_engine_postgres::PostgresEngine;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::postgres::PostgresServer;

const FOLDER: &str = "--format=directory";
/// One table and two large objects, one of them empty.
const LITTLE: &str = "CREATE TABLE t AS SELECT id, 'erase-me-' || id AS text
        FROM generate_series(1, 40) id;
    SELECT lo_from_bytea(0, '\\xdeadbeef'), lo_create(0);";

/// Dumps a database as anybody does.
fn dump(source: &Endpoint, into: &Path, options: &[&str]) {
    let file = format!("--file={}", into.display());
    let name = Database::of(source).name().to_owned();
    let options = [options, &["--no-sync", &file]].concat();
    let server = PostgresServer::shared();
    server.run("pg_dump", &name, &options).unwrap();
}

async fn examine(setting: &Setting, path: &Path) -> Result<Option<Examined>> {
    let file = ForeignFile::from(path.to_owned());
    PostgresEngine.examine(&file, &setting.context()).await
}

async fn adopted(setting: &Setting, path: PathBuf) -> Result<()> {
    let dump = ForeignDump {
        files: vec![path.into()],
        source: Identity::default().with("address", "db-1:5432/shop"),
    };
    let context = setting.context();
    setting.adopt("adopted", &dump, &context).await.map(drop)
}

/// Cuts a file off at every byte: nobody may call what is left whole.
async fn sweep(setting: &Setting, file: &Path, dump: &Path) {
    let whole = std::fs::read(file).unwrap();
    assert!(examine(setting, dump).await.unwrap().is_some());
    for length in 0..whole.len() {
        std::fs::write(file, &whole[..length]).unwrap();
        match examine(setting, dump).await {
            Err(error) => assert_eq!(error.kind(), Kind::Corrupt, "cut at {length}: {error:?}"),
            // Nothing in a file does not say what it was.
            Ok(found) => assert!(found.is_none() && length == 0, "cut at {length}: {found:?}"),
        }
    }
    std::fs::write(file, [&whole[..], b"x"].concat()).unwrap();
    let error = refused(examine(setting, dump).await, Kind::Corrupt);
    assert!(!error.to_string().contains("erase-me"), "{error:?}");
    std::fs::write(file, whole).unwrap();
    assert!(examine(setting, dump).await.unwrap().is_some());
}

#[test]
fn a_folder_of_pg_dump_restores_as_the_database_it_was_taken_from() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let context = setting.context();
        let dumped = setting.backup(&source, &context).await.unwrap();
        let target = setting.endpoint("target");
        for (token, compression) in [(1, "--compress=0"), (2, "--compress=6")] {
            let folder = setting.folder().join(compression);
            dump(&source, &folder, &[FOLDER, compression]);
            let identity = PostgresEngine.identity(&source, &context).await.unwrap();
            let foreign = ForeignDump {
                files: vec![folder.into()],
                source: identity,
            };
            let manifest = setting.adopt("adopted", &foreign, &context).await.unwrap();
            assert_eq!(manifest.tables, dumped.tables, "{compression}");
            let plan = Plan::with_token(token);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
            let content = |endpoint| setting.harness().fingerprint(endpoint);
            assert_eq!(content(&target), content(&source), "{compression}");
        }
    });
}

#[test]
fn an_archive_that_is_cut_off_anywhere_is_never_called_whole() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LITTLE);
        let file = setting.folder().join("little.dump");
        dump(&source, &file, &["--format=custom", "--compress=1"]);
        let found = examine(&setting, &file).await.unwrap().unwrap();
        assert_eq!((found.tables, found.rows), (1, 40));
        assert!(found.made_by.contains("custom format"), "{found:?}");
        assert!(
            found.made_at.is_some() && found.database.is_some(),
            "{found:?}"
        );
        sweep(&setting, &file, &file).await;
    });
}

#[test]
fn a_folder_with_a_file_that_is_cut_off_anywhere_is_never_called_whole() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LITTLE);
        for (compression, ending) in [("--compress=6", ".dat.gz"), ("--compress=0", ".dat")] {
            let folder = setting.folder().join(compression);
            dump(&source, &folder, &[FOLDER, compression]);
            for name in names(&folder) {
                let is_object = name.starts_with("blob_");
                // Nothing tells where a large object ends that is not compressed.
                if name.ends_with(ending) && !(is_object && ending == ".dat") {
                    sweep(&setting, &folder.join(name), &folder).await;
                }
            }
        }
    });
}

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn files_that_are_missing_or_belong_to_another_dump_are_told_by_name() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LITTLE);
        let folder = setting.folder().join("folder");
        dump(&source, &folder, &[FOLDER]);
        let told = async |kind, name: &str| {
            let error = refused(examine(&setting, &folder).await, kind);
            assert!(error.to_string().contains(name), "{name}: {error:?}");
        };
        for name in names(&folder) {
            let away = setting.folder().join("away");
            std::fs::rename(folder.join(&name), &away).unwrap();
            told(Kind::Corrupt, name.trim_end_matches(".gz")).await;
            std::fs::rename(&away, folder.join(&name)).unwrap();
        }
        for name in ["9999.dat.gz", "blob_1.dat"] {
            std::fs::write(folder.join(name), "").unwrap();
            told(Kind::Corrupt, name).await;
            std::fs::remove_file(folder.join(name)).unwrap();
        }
        let rows = names(&folder)
            .into_iter()
            .find(|name| name.ends_with(".dat.gz"));
        let rows = rows.unwrap();
        for ending in [".zst", ".lz4"] {
            let other = rows.replace(".gz", ending);
            std::fs::rename(folder.join(&rows), folder.join(&other)).unwrap();
            told(Kind::Unsupported, &other).await;
            std::fs::rename(folder.join(&other), folder.join(&rows)).unwrap();
        }
        // What somebody noted beside a dump is none of it.
        std::fs::write(folder.join("NOTES"), "taken before the move").unwrap();
        assert!(examine(&setting, &folder).await.unwrap().is_some());
    });
}

#[test]
fn what_is_no_archive_says_what_it_is_and_what_to_do() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LITTLE);
        let path = |name: &str| setting.folder().join(name);
        dump(&source, &path("sql"), &["--format=plain"]);
        dump(
            &source,
            &path("packed"),
            &["--format=plain", "--compress=1"],
        );
        dump(&source, &path("tar"), &["--format=tar"]);
        dump(&source, &path("inserts"), &["--format=custom", "--inserts"]);
        std::fs::write(path("empty"), "").unwrap();
        std::fs::create_dir(path("nothing")).unwrap();
        dump(&source, &path("half"), &[FOLDER]);
        std::fs::remove_file(path("half/toc.dat")).unwrap();
        for (name, kind, cause) in [
            ("sql", Kind::Unsupported, "SQL text"),
            ("packed", Kind::Unsupported, "gzip as a whole"),
            ("tar", Kind::Unsupported, "a tar file"),
            ("inserts", Kind::Unsupported, "INSERT statements"),
            ("empty", Kind::Corrupt, "is empty"),
            ("nothing", Kind::Usage, "no toc.dat"),
            ("half", Kind::Corrupt, "never ended"),
        ] {
            let error: Error = refused(adopted(&setting, path(name)).await, kind);
            assert!(error.to_string().contains(cause), "{name}: {error:?}");
        }
    });
}
