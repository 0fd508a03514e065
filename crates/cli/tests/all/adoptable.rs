//! Dumps that others keep in a store, in the layout of scripts around `pg_dump`: read where they lie,
//! and adopted straight out of it.

use crate::command::{self, Ended};
use crate::fleet::files_below;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use weir_testkit::postgres::PostgresServer;
use weir_testkit::s3::S3Server;

const OLD: &str = "2026-11-20T230000Z-shop_production.gz";
const NEW: &str = "2026-11-21T230000Z-shop_production.gz";
const ROWS: &str =
    "DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int PRIMARY KEY, text text);
    INSERT INTO orders SELECT id, 'erase-me-' || md5(id::text) FROM generate_series(1, 500) id;";

/// A folder with a bucket's content, and a configuration with one app.
struct Bucket {
    folder: TempDir,
    database: String,
}

impl Bucket {
    /// One with a dump of each of two nights, the way others wrote them.
    fn new(database: &str) -> Self {
        let server = PostgresServer::shared();
        for name in [database.to_owned(), format!("{database}_staging")] {
            server.create_database(&name);
        }
        server.psql(database, ROWS).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("bucket/db-1")).unwrap();
        let bucket = Self {
            folder,
            database: database.to_owned(),
        };
        for name in [OLD, NEW] {
            bucket.dump(name, &["--format=custom", "--compress=1"]);
        }
        bucket.write(
            "latest-shop_production.txt",
            format!("some-host/{NEW}").as_bytes(),
        );
        let url = server.url("DATABASE").replace("DATABASE", "{database}");
        let configuration = format!(
            "weir: 1\nenvironments:\n  production: {{store: store/production, schedule: \"0 23 * * *\"}}\n  \
             staging: {{store: store/staging, upstream: production, schedule: \"0 1 * * *\"}}\n\
             defaults:\n  postgres: {{url: \"{url}\"}}\napps:\n  shop:\n    engine: postgres\n    \
             database: {database}\n    in: {{staging: {{database: {database}_staging, operations: [restore]}}}}\n"
        );
        std::fs::write(bucket.path().join("weir.yaml"), configuration).unwrap();
        bucket
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join("bucket/db-1").join(name)
    }

    fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.file(name), content).unwrap();
    }

    fn dump(&self, name: &str, options: &[&str]) {
        let file = format!("--file={}", self.file(name).display());
        let options = [options, &["--no-sync", &file]].concat();
        let server = PostgresServer::shared();
        server.run("pg_dump", &self.database, &options).unwrap();
    }

    /// Cuts a file of the bucket off.
    fn cut(&self, name: &str, bytes: usize) {
        let content = std::fs::read(self.file(name)).unwrap();
        self.write(name, &content[..content.len() - bytes]);
    }

    fn run(&self, words: &str) -> Ended {
        command::run(self.path(), words)
    }

    fn survey(&self) -> (i32, serde_json::Value) {
        let ended = self.run("verify --adoptable bucket --json");
        (ended.code, ended.json())
    }

    /// Every file, so that nothing can have been written.
    fn content(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = files_below(self.path()).into_iter();
        let mut found: Vec<_> = files
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect();
        found.sort();
        found
    }
}

/// The state of the dump or of what the pointer of that name leads to.
fn state<'a>(survey: &'a serde_json::Value, key: &str) -> &'a str {
    let of = |list: &str| survey[list].as_array().unwrap().iter();
    let found = of("dumps")
        .chain(of("pointers"))
        .find(|one| one["key"] == key);
    let found = found.unwrap_or_else(|| panic!("{key} is not in {survey:#}"));
    let state = found["state"].as_str().or(found["leads_to"].as_str());
    state.unwrap()
}

#[test]
fn the_cut_off_dump_among_whole_ones_is_found_and_nothing_is_written() {
    let bucket = Bucket::new("surveyed");
    bucket.dump("folder", &["--format=directory"]);
    bucket.dump("half", &["--format=directory"]);
    std::fs::remove_file(bucket.file("half/toc.dat")).unwrap();
    bucket.write("notes.md", b"# Backups");
    bucket.write("2026-11-22T230000Z-shop_production.gz", b"");
    bucket.write("latest-gone.txt", b"db-1/2026-01-01T000000Z-gone.gz");
    bucket.cut(OLD, 1);
    let before = bucket.content();
    let (code, survey) = bucket.survey();
    assert_eq!(code, 22, "{survey:#}");
    for (key, expected) in [
        (OLD, "damaged"),
        (NEW, "whole"),
        ("2026-11-22T230000Z-shop_production.gz", "damaged"),
        ("folder/", "whole"),
        ("half/", "damaged"),
        ("notes.md", "unknown"),
        ("latest-shop_production.txt", "whole"),
        ("latest-gone.txt", "nothing"),
    ] {
        assert_eq!(state(&survey, &format!("db-1/{key}")), expected, "{key}");
    }
    let dumps = survey["dumps"].as_array().unwrap();
    let whole = dumps
        .iter()
        .find(|dump| dump["key"] == format!("db-1/{NEW}"))
        .unwrap();
    assert_eq!((&whole["tables"], &whole["rows"]), (&1.into(), &500.into()));
    assert_eq!(whole["database"], "surveyed");
    let itself = bucket.run("verify --adoptable bucket/db-1/folder --json");
    assert_eq!((itself.code, state(&itself.json(), "./")), (0, "whole"));
    let told = bucket.run("verify --adoptable bucket");
    assert!(
        told.stdout.contains("500 rows in 1 table"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("at byte"), "{}", told.stdout);
    assert!(
        told.stdout.contains("230000Z-shop_production.gz is newer"),
        "{}",
        told.stdout
    );
    assert!(!told.all().contains("erase-me"), "{}", told.all());
    assert!(bucket.content() == before, "nothing may be written");
}

#[test]
fn a_store_of_whole_dumps_is_called_whole_and_an_empty_place_is_not() {
    let bucket = Bucket::new("sound");
    let (code, survey) = bucket.survey();
    assert_eq!(code, 0, "{survey:#}");
    bucket.write("latest-shop_production.txt", OLD.as_bytes());
    let (code, survey) = bucket.survey();
    assert_eq!(code, 0, "{survey:#}");
    assert_eq!(survey["pointers"][0]["newer"], format!("db-1/{NEW}"));
    let nothing = bucket.run("verify --adoptable nowhere");
    assert_eq!(nothing.code, 21, "{}", nothing.all());
    let both = bucket.run("verify production/shop --adoptable bucket");
    assert_eq!(both.code, 2, "{}", both.all());
}

#[test]
fn a_dump_is_adopted_out_of_a_store_by_its_pointer_and_restored() {
    let bucket = Bucket::new("pointed");
    let place = format!("file://{}/bucket/db-1", bucket.path().display());
    let source = "--source address=shop-db.internal:5432/shop_production";
    let adopt = |what: &str| bucket.run(&format!("adopt production/shop {what} {source} --json"));
    let adopted = adopt(&format!("{place}/latest-shop_production.txt"));
    assert_eq!(adopted.code, 0, "{}", adopted.all());
    let adopted = adopted.json();
    assert_eq!(adopted["adopted"]["data_as_of"], "2026-11-21T23:00:00Z");
    let own = bucket.run("verify --adoptable store/production --json");
    let key = "shop-postgres/2026-11-21T230000Z-pointed/";
    assert_eq!((own.code, state(&own.json(), key)), (0, "own"));
    let restored = bucket.run("run staging/shop");
    assert_eq!(restored.code, 0, "{}", restored.all());
    let sum = "SELECT md5(string_agg(text, ',' ORDER BY id)) FROM orders";
    let server = PostgresServer::shared();
    let of = |database: &str| server.psql(database, sum).unwrap();
    assert_eq!(of("pointed"), of("pointed_staging"));

    for (what, code, cause) in [
        ("latest-none.txt", 30, "names no dump"),
        (
            "no-such.gz --taken-at 2026-11-20T23:00:00Z",
            30,
            "no such dump",
        ),
        ("notes.md", 2, "does not begin with a time"),
    ] {
        bucket.write("latest-none.txt", b"");
        bucket.write("notes.md", b"# Backups");
        let refused = adopt(&format!("{place}/{what}"));
        assert_eq!(refused.code, code, "{what}: {}", refused.all());
        assert!(refused.stderr.contains(cause), "{what}: {}", refused.all());
    }
    bucket.cut(OLD, 1);
    let refused = adopt(&format!("bucket/db-1/{OLD}"));
    assert_eq!(refused.code, 22, "{}", refused.all());
}

#[test]
fn dumps_in_a_bucket_are_read_where_they_lie_with_the_credentials_of_the_machine() {
    let bucket = Bucket::new("bucketed");
    bucket.dump("folder", &["--format=directory"]);
    bucket.cut(OLD, 1);
    let server = S3Server::start();
    std::fs::rename(
        bucket.path().join("bucket/db-1"),
        server.objects().join("db-1"),
    )
    .unwrap();
    let run = |words: &str| {
        command::finish(
            command::weir(bucket.path())
                .args(words.split_whitespace())
                .env("AWS_ENDPOINT_URL", &server.endpoint)
                .env("AWS_ACCESS_KEY_ID", &server.access_key)
                .env("AWS_SECRET_ACCESS_KEY", &server.secret),
        )
    };
    let place = format!("s3://{}/db-1", server.bucket);
    let surveyed = run(&format!("verify --adoptable {place} --json"));
    assert_eq!(surveyed.code, 22, "{}", surveyed.all());
    let survey = surveyed.json();
    for (key, expected) in [
        (OLD, "damaged"),
        (NEW, "whole"),
        ("folder/", "whole"),
        ("latest-shop_production.txt", "whole"),
    ] {
        assert_eq!(state(&survey, key), expected, "{key}");
    }
    let source = "--source address=shop-db.internal:5432/shop_production --json";
    for (what, code) in [
        ("latest-shop_production.txt", 0),
        ("folder --taken-at 2026-11-19T23:00:00Z", 0),
        (OLD, 22),
    ] {
        let adopted = run(&format!("adopt production/shop {place}/{what} {source}"));
        assert_eq!(adopted.code, code, "{what}: {}", adopted.all());
    }
}
