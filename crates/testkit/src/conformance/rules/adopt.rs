//! Dumps that others made: taken in whole, or not at all.

use super::{Target, refused};
use crate::conformance::{Plan, Seed, Setting};
use std::path::{Path, PathBuf};
use weir_engine::{Endpoint, Examined, ForeignDump, ForeignFile};
use weir_model::error::{Error, Kind};
use weir_model::identity::Identity;
use weir_model::manifest::Manifest;

/// A dump that others made of a database with `seed` and the facts of the database, and the files
/// of the dump.
async fn foreign(setting: &Setting, name: &str, seed: Seed) -> (ForeignDump, Vec<PathBuf>) {
    let source = setting.seeded(name, seed);
    dumped(setting, &source).await
}

async fn dumped(setting: &Setting, source: &Endpoint) -> (ForeignDump, Vec<PathBuf>) {
    let identity = setting.engine().identity(source, &setting.context()).await;
    let files = setting.harness().foreign_dump(source, setting.folder());
    let dump = ForeignDump {
        files: files.iter().cloned().map(ForeignFile::from).collect(),
        source: identity.unwrap(),
    };
    (dump, files)
}

/// A name with `#` for each number, of however many digits.
fn without_numbers(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    for letter in &mut letters {
        if letter.is_ascii_digit() {
            *letter = '#';
        }
    }
    letters.dedup_by(|one, other| *one == '#' && *other == '#');
    letters.into_iter().collect()
}

async fn adopt(setting: &Setting, dump: &ForeignDump) -> Result<Manifest, Error> {
    setting.adopt("adopted", dump, &setting.context()).await
}

/// What others dumped is restored as what Weir dumped: the same rows, nothing of a stamp, and the
/// files are as they were.
pub async fn an_adopted_dump_restores(setting: Setting) {
    for seed in [Seed::Everything, Seed::Empty, Seed::Generation(Target::NEW)] {
        let context = setting.context();
        let (dump, files) = foreign(&setting, "source", seed).await;
        let source = setting.endpoint("source");
        let before: Vec<Vec<u8>> = files.iter().map(|file| bytes(file)).collect();
        let adopted = adopt(&setting, &dump).await.unwrap();
        let after: Vec<Vec<u8>> = files.iter().map(|file| bytes(file)).collect();
        assert!(before == after, "the files must be as they were");

        let dumped = setting.backup(&source, &context).await.unwrap();
        assert_eq!(adopted.tables, dumped.tables);
        assert_eq!(adopted.schema, dumped.schema);
        // Numbers in names are whatever whoever dumped counted by.
        let names = |manifest: &Manifest| -> Vec<String> {
            let parts = manifest.parts.iter();
            let mut names: Vec<String> = parts.map(|part| without_numbers(&part.name)).collect();
            names.sort();
            names
        };
        assert_eq!(names(&adopted), names(&dumped));
        let copy = setting.endpoint("copy");
        let plan =
            Plan::with_token(u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap());
        setting
            .restore(&adopted, &copy, &plan, &context)
            .await
            .unwrap();
        let content = |endpoint| setting.harness().fingerprint(endpoint);
        assert_eq!(content(&copy), content(&source));
        setting.assert_nothing_left(&copy, "an adoption").await;
        files
            .iter()
            .for_each(|file| std::fs::remove_file(file).unwrap());
    }
}

/// A copy of a database that Weir restored is a dump like another: its stamp stays behind.
pub async fn an_adopted_dump_carries_no_stamp(setting: Setting) {
    let context = setting.context();
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let restored = setting.endpoint("restored");
    setting
        .restore(&manifest, &restored, &Plan::with_token(1), &context)
        .await
        .unwrap();
    let (dump, _) = dumped(&setting, &restored).await;
    let adopted = adopt(&setting, &dump).await.unwrap();
    assert_eq!(adopted.tables, manifest.tables);
    assert_eq!(adopted.schema, manifest.schema);
}

/// What is found in each file by reading it to its end.
async fn examine(setting: &Setting, dump: &ForeignDump) -> Result<Vec<Option<Examined>>, Error> {
    let mut found = Vec::new();
    for file in &dump.files {
        found.push(setting.engine().examine(file, &setting.context()).await?);
    }
    Ok(found)
}

/// What is cut off, goes on behind its end, or is something else never becomes a backup, and is
/// never called whole by whoever only reads it.
pub async fn a_dump_that_is_not_whole_is_refused(setting: Setting) {
    let (dump, files) = foreign(&setting, "source", Seed::Generation(Target::NEW)).await;
    let examined = examine(&setting, &dump).await.unwrap();
    assert!(examined.iter().all(Option::is_some), "{examined:?}");
    for file in &files {
        let whole = bytes(file);
        for (what, damaged) in damages(&whole) {
            std::fs::write(file, damaged).unwrap();
            refused(adopt(&setting, &dump).await, &[Kind::Corrupt], what);
            assert_no_backup(&setting, what).await;
            if let Ok(examined) = examine(&setting, &dump).await {
                assert!(examined.iter().any(Option::is_none), "{what}: {examined:?}");
            }
        }
        std::fs::write(file, whole).unwrap();
    }
    adopt(&setting, &dump).await.unwrap();
}

/// A source that is told in facts of another engine would never be known again; and a dump
/// without its file is none.
pub async fn a_dump_is_named_in_the_engines_own_words(setting: Setting) {
    let (dump, _) = foreign(&setting, "source", Seed::Generation(Target::NEW)).await;
    let strange = Identity::default().with("no-such-fact", "x");
    let first = dump.source.facts().next().map(|(fact, _)| fact.to_owned());
    let shapeless = Identity::default().with(&first.unwrap(), "");
    for source in [Identity::default(), strange, shapeless] {
        let wrong = ForeignDump {
            source,
            ..dump.clone()
        };
        refused(
            adopt(&setting, &wrong).await,
            &[Kind::Usage],
            "a source told in other words",
        );
    }
    let files = |files: Vec<ForeignFile>| ForeignDump {
        files,
        ..dump.clone()
    };
    refused(
        adopt(&setting, &files(Vec::new())).await,
        &[Kind::Usage],
        "no file",
    );
    let nowhere = files(vec![setting.folder().join("nowhere").into()]);
    refused(
        adopt(&setting, &nowhere).await,
        &[Kind::Source],
        "a file that is not there",
    );
    assert_no_backup(&setting, "all of these").await;
}

/// What a file can be instead of whole.
fn damages(whole: &[u8]) -> [(&'static str, Vec<u8>); 6] {
    let (half, last) = (whole.len() / 2, whole.len() - 1);
    [
        ("cut off in the middle", whole[..half].to_vec()),
        ("without its last byte", whole[..last].to_vec()),
        ("with a byte behind its end", [whole, b"x"].concat()),
        ("with itself behind its end", [whole, whole].concat()),
        ("garbage", vec![b'g'; whole.len()]),
        ("empty", Vec::new()),
    ]
}

async fn assert_no_backup(setting: &Setting, after: &str) {
    let found = setting.choose("adopted").await;
    assert!(
        found.is_err_and(|error| error.kind() == Kind::NoBackup),
        "after {after}"
    );
}

fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap()
}
