//! Clean backups, from a database and from a backup: what is in them, and that both Weir and the
//! stock client make of them what their manifest says.

use crate::conformance::client::Database;
use crate::masks::{Custom, MASKED, OddOnly, ReadAll};
use crate::memory::{Memory, Stored};
use crate::support::{backup, filled, name_of, one, refused, restored_by_hand, with_setting};
use std::sync::Arc;
use weir_engine::{Dumped, Endpoint, Masker, PartSource as _, TablePlan};
use weir_model::error::Kind;
use weir_model::manifest::Manifest;
use weir_testkit::conformance::{Plan, Seed, Setting};

/// Tables whose names are no names of files, values to be masked, objects to be left out.
const SHOP: &str = "
    CREATE TABLE `a b` (id INT PRIMARY KEY, note VARCHAR(50) COMMENT 'raw-comment') COMMENT 'kept';
    CREATE TABLE `c.d` (id INT PRIMARY KEY, note VARCHAR(50));
    CREATE TABLE people (whole INT AS (id * 2) STORED, id INT PRIMARY KEY, email VARCHAR(90),
        picture BLOB, KEY (email)) COMMENT 'about-people';
    CREATE TABLE even (id INT PRIMARY KEY, note VARCHAR(50));
    CREATE TABLE emptied (id INT PRIMARY KEY, note VARCHAR(50));
    CREATE TABLE gone (id INT PRIMARY KEY, person INT, CONSTRAINT who FOREIGN KEY (person)
        REFERENCES people (id));
    CREATE TABLE kept (id INT PRIMARY KEY, gone INT, KEY (gone), CONSTRAINT lost FOREIGN KEY (gone)
        REFERENCES gone (id));
    CREATE TABLE unsafe_rows (id INT PRIMARY KEY, note VARCHAR(50)) ENGINE=MyISAM;
    CREATE SEQUENCE numbers START WITH 7;
    CREATE VIEW `the notes` AS SELECT a.id, c.note AS `of c` FROM `a b` a JOIN `c.d` c USING (id);
    CREATE VIEW raw_view AS SELECT 'raw-view' AS x;
    CREATE PROCEDURE raw_routine() SELECT 'raw-routine';
    CREATE TRIGGER kept_trigger BEFORE UPDATE ON people FOR EACH ROW SET NEW.id = OLD.id;
    CREATE EVENT yearly ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO SET @x = 1;
    INSERT INTO `a b` SELECT seq, CONCAT('raw-note-', seq) FROM seq_1_to_20;
    INSERT INTO `c.d` SELECT seq, CONCAT('kept-note-', seq) FROM seq_1_to_20;
    INSERT INTO people (id, email, picture) SELECT seq, IF(seq % 7, CONCAT('raw-', seq, '@example.org'), NULL),
        REPEAT(CHAR(seq % 256), seq % 300) FROM seq_1_to_20000;
    INSERT INTO even SELECT seq * 2, 'raw-even' FROM seq_1_to_50;
    INSERT INTO emptied SELECT seq, 'raw-emptied' FROM seq_1_to_50;
    INSERT INTO gone SELECT seq, seq FROM seq_1_to_9;
    INSERT INTO kept SELECT seq, NULL FROM seq_1_to_9;
    INSERT INTO unsafe_rows SELECT seq, 'raw-unsafe' FROM seq_1_to_9;
";

/// What must be in no clean backup of it.
const RAW: [&str; 11] = [
    "raw-note",
    "raw-comment",
    "raw-1@",
    "raw-3@",
    "raw-even",
    "raw-emptied",
    "raw-view",
    "raw-routine",
    "raw-unsafe",
    "raw_view",
    "about-people",
];

fn rules(manifest: &Manifest) -> Arc<dyn Masker> {
    let rules = Custom::keep(&manifest.catalog)
        .rows("a b", OddOnly::new(2, 0, Some(1)))
        .rows("people", OddOnly::new(4, 1, Some(2)))
        .rows("even", OddOnly::new(2, 0, None))
        .rows("unsafe_rows", OddOnly::new(2, 0, Some(1)))
        .plan("emptied", TablePlan::Empty)
        .plan("gone", TablePlan::Drop)
        .leave_out("raw_view")
        .leave_out("raw_routine")
        .leave_out("a b.note")
        .leave_out("people");
    Arc::new(rules)
}

/// A clean backup of the database.
async fn dumped(setting: &Setting, source: &Endpoint, masker: Arc<dyn Masker>) -> (Memory, Dumped) {
    let (sink, context) = (Memory::default(), setting.context());
    let opened = setting.engine().open(source, &context).await.unwrap();
    let dumped = opened.dump(&sink, Some(masker), &context).await.unwrap();
    (sink, dumped)
}

/// A clean backup of a backup.
async fn rewritten(
    setting: &Setting,
    manifest: &Manifest,
    masker: Arc<dyn Masker>,
) -> (Memory, Dumped) {
    let (sink, context) = (Memory::default(), setting.context());
    let parts = setting.parts(manifest).await.unwrap();
    let rewriting = setting.engine().rewrite(parts, masker, &sink, &context);
    let dumped = rewriting.await.unwrap();
    (sink, dumped)
}

/// Fails unless the database holds what a manifest says.
async fn assert_holds(setting: &Setting, endpoint: &Endpoint, dumped: &Dumped) {
    let context = setting.context();
    let contents = setting.engine().contents(endpoint, &context).await.unwrap();
    assert_eq!(dumped.catalog.differences(&contents.catalog), [""; 0]);
    assert_eq!(contents.catalog, dumped.catalog);
    assert_eq!(contents.tables, dumped.tables);
}

/// Restores a clean backup by Weir and by the stock client, and compares both with its manifest.
async fn assert_restored(setting: &Setting, base: &Manifest, sink: Memory, dumped: &Dumped) {
    let folder = setting.folder().join(format!("clean-{}", sink.number()));
    sink.write_to(&folder);
    let by_hand = setting.seeded(&format!("by_hand{}", sink.number()), Seed::Empty);
    restored_by_hand(&folder, &by_hand);
    assert_holds(setting, &by_hand, dumped).await;

    let target = setting.endpoint(&format!("target{}", sink.number()));
    let stored = Arc::new(Stored::new(base, sink, dumped));
    let context = setting.context();
    let plan = Plan::with_token(1);
    let restored = setting
        .restore_parts(stored, &target, &plan, &context)
        .await;
    restored.unwrap();
    assert_holds(setting, &target, dumped).await;
}

#[test]
fn a_clean_backup_is_what_a_masked_restore_would_have_made() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SHOP);
        let manifest = backup(&setting, &source).await;
        let masker = rules(&manifest);
        let plan = Plan {
            masker: Some(Arc::clone(&masker)),
            ..Plan::with_token(1)
        };
        let (target, context) = (setting.endpoint("masked"), setting.context());
        setting
            .restore(&manifest, &target, &plan, &context)
            .await
            .unwrap();

        let from_database = dumped(&setting, &source, Arc::clone(&masker)).await;
        let from_backup = rewritten(&setting, &manifest, Arc::clone(&masker)).await;
        for (sink, dumped) in [from_database, from_backup] {
            assert_holds(&setting, &target, &dumped).await;
            for raw in RAW {
                assert_eq!(sink.files_with(raw), [""; 0], "{raw}");
            }
            assert_eq!(sink.files_with("kept-note-7").len(), 1);
            let names = sink.names();
            assert!(
                !names.iter().any(|name| name.contains(".gone")),
                "{names:?}"
            );
            let of_even = names.iter().filter(|name| name.contains(".even"));
            assert_eq!(of_even.count(), 1, "no file without rows: {names:?}");
            let schema: serde_json::Value =
                serde_json::from_slice(&sink.content("weir-objects.json")).unwrap();
            let people = schema["tables"].as_array().unwrap();
            let people = people
                .iter()
                .find(|table| table["name"] == "people")
                .unwrap();
            assert_eq!(
                people["rows"], 10_000,
                "of what is in it, not of the source"
            );
            assert_restored(&setting, &manifest, sink, &dumped).await;
        }
        assert_eq!(
            one(&target, "SELECT GROUP_CONCAT(DISTINCT email) FROM people"),
            MASKED
        );
    });
}

#[test]
fn everything_that_is_kept_stays_as_it_is_copied_or_read() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let manifest = backup(&setting, &source).await;
        let mut read = Custom::keep(&manifest.catalog);
        for table in &manifest.catalog.tables {
            read = read.rows(&table.name, ReadAll::new(table.columns.len()));
        }
        let read: Arc<dyn Masker> = Arc::new(read);
        let kept: Arc<dyn Masker> = Arc::new(Custom::keep(&manifest.catalog));
        let (copied, of_copies) = rewritten(&setting, &manifest, kept).await;
        assert_eq!(of_copies.tables, manifest.tables);
        assert_eq!(of_copies.catalog, manifest.catalog);
        assert_restored(&setting, &manifest, copied, &of_copies).await;
        let (_, of_source) = dumped(&setting, &source, Arc::clone(&read)).await;
        assert_eq!(of_source.tables, manifest.tables);
        let (sink, of_parts) = rewritten(&setting, &manifest, read).await;
        assert_eq!(of_parts.tables, manifest.tables);
        let parts = setting.parts(&manifest).await.unwrap();
        let name = manifest
            .parts
            .iter()
            .find(|part| part.name.contains(".00000.sql"));
        let name = &name.unwrap().name;
        let mut raw = Vec::new();
        let mut reader = parts.open(name).await.unwrap();
        while let Some(content) = reader.next().await.unwrap() {
            raw.extend_from_slice(&content);
        }
        assert_eq!(sink.content(name), raw, "no byte is another one");
        assert_restored(&setting, &manifest, sink, &of_parts).await;
    });
}

#[test]
fn rows_that_are_not_those_of_the_manifest_make_no_clean_backup() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SHOP);
        let manifest = backup(&setting, &source).await;
        let (sink, dumped) = rewritten(
            &setting,
            &manifest,
            Arc::new(Custom::keep(&manifest.catalog)),
        )
        .await;
        let mut lying = dumped.clone();
        for table in &mut lying.tables {
            if table.table == "people" {
                table.rows += 1;
            }
        }
        let stored = Arc::new(Stored::new(&manifest, sink, &lying));
        assert!(stored.manifest().tables.len() > 3);
        let context = setting.context();
        let made = setting
            .engine()
            .rewrite(stored, rules(&manifest), &Memory::default(), &context)
            .await;
        let error = refused(made, &[Kind::Corrupt]);
        assert!(error.cause().contains("people"), "{error:?}");
    });
}

#[test]
fn what_no_rule_covers_makes_no_clean_backup() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SHOP);
        let manifest = backup(&setting, &source).await;
        let server = Database::of(&source);
        server.run("CREATE TABLE unknown (id INT PRIMARY KEY); CREATE VIEW new_view AS SELECT 1");
        let (sink, context) = (Memory::default(), setting.context());
        let opened = setting.engine().open(&source, &context).await.unwrap();
        let made = opened.dump(&sink, Some(rules(&manifest)), &context).await;
        let error = refused(made, &[Kind::Sanitise]);
        assert!(error.cause().contains("unknown"), "{error:?}");
        assert_eq!(sink.names(), [""; 0], "{}", name_of(&source));
    });
}
