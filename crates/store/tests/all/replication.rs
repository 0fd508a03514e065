//! Copying backups from store to store.

use super::support::{Bench, MIB, noise, read_part};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use weir_engine::{Cancel, Context, Observer, SilentObserver};
use weir_model::error::{Kind, Result};
use weir_model::event::Event;
use weir_store::{
    Choice, Chosen, MemoryBudget, Replicated, Wanted, choose, read_pointer, replicate,
};

pub(super) const FOLDER: &str = "main/2026-11-22T010000Z-demo";
pub(super) const TIME: &str = "2026-11-22T01:00:00Z";

/// A backup with a large part and its frame index, small ones, and an empty one.
async fn upstream() -> Bench {
    let bench = Bench::new();
    let parts = [
        ("data.zst", noise(11 * MIB)),
        ("empty", Vec::new()),
        ("more/rows.zst", noise(1000)),
        ("schema", b"schema".to_vec()),
    ];
    bench.backup_of("demo", TIME, &parts, None).await;
    bench
}

async fn newest(bench: &Bench) -> Result<Chosen> {
    let wanted = Wanted {
        environment: "production",
        instance: "main",
        database: "demo",
        trusted: &[],
    };
    choose(&bench.store, &wanted, &Choice::Newest).await
}

async fn copy(from: &Bench, to: &Bench, context: &Context) -> Result<Replicated> {
    let chosen = newest(from).await?;
    replicate(&from.store, &to.store, &chosen, &to.budget, context).await
}

pub(super) fn context() -> Context {
    Context::new(Arc::new(SilentObserver))
}

/// The keys of everything but the state's.
pub(super) async fn keys(bench: &Bench) -> Vec<String> {
    let mut keys = all_keys(bench).await;
    keys.retain(|key| !key.starts_with("_weir"));
    keys
}

/// The keys of everything.
pub(super) async fn all_keys(bench: &Bench) -> Vec<String> {
    use futures::TryStreamExt as _;
    let listed: Vec<_> = bench.objects.list(None).try_collect().await.unwrap();
    let found = listed.into_iter().map(|meta| meta.location.to_string());
    let mut keys: Vec<String> = found.collect();
    keys.sort();
    keys
}

async fn assert_same(from: &Bench, to: &Bench) {
    let keys_there = keys(from).await;
    assert_eq!(keys_there, keys(to).await);
    for key in keys_there {
        if key.starts_with(FOLDER) {
            assert_eq!(from.get(&key).await, to.get(&key).await, "{key}");
        }
    }
    let pointed = read_pointer(&to.store, "main", "demo").await.unwrap();
    assert_eq!(pointed.unwrap().key(), FOLDER);
}

#[tokio::test]
async fn a_copy_is_the_backup_byte_for_byte_and_is_made_once() {
    let (from, to) = (upstream().await, Bench::new());
    let done = copy(&from, &to, &context()).await.unwrap();
    assert_eq!((done.copied, done.kept, done.repaired.len()), (5, 0, 0));
    assert!(done.pointer_failure.is_none());
    assert_same(&from, &to).await;
    let chosen = newest(&to).await.unwrap();
    let mut content = Vec::new();
    let reader = to.reader(&chosen.read.manifest);
    read_part(&reader, "data.zst", &mut content).await.unwrap();
    assert_eq!(content, noise(11 * MIB));
    let again = copy(&from, &to, &context()).await.unwrap();
    assert_eq!((again.copied, again.kept, again.bytes), (0, 5, 0));
}

#[tokio::test]
async fn an_older_one_copied_later_does_not_move_the_pointer_back() {
    let (from, to) = (upstream().await, Bench::new());
    copy(&from, &to, &context()).await.unwrap();
    let older = Bench::new();
    older.backup("demo", "2026-11-20T01:00:00Z").await;
    copy(&older, &to, &context()).await.unwrap();
    let pointed = read_pointer(&to.store, "main", "demo").await.unwrap();
    assert_eq!(pointed.unwrap().key(), FOLDER);
    assert_eq!(newest(&to).await.unwrap().name.key(), FOLDER);
}

/// Tells the run to stop once it has told its progress so many times.
struct StopsAt(AtomicUsize, Cancel);

impl Observer for StopsAt {
    fn event(&self, event: &Event) {
        if matches!(event, Event::Progress { .. }) && self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.1.cancel();
        }
    }
}

/// A context that stops the run once it has told its progress so many times.
pub(super) fn stopping_at(count: usize) -> Context {
    let cancel = Cancel::default();
    let stops = Arc::new(StopsAt(AtomicUsize::new(count), cancel.clone()));
    Context::new(stops).with_cancel(cancel)
}

#[tokio::test]
async fn an_interrupted_copy_is_none_and_is_continued() {
    let from = upstream().await;
    let mut kept = 0;
    for stop in 1..5 {
        let to = Bench::new();
        let error = copy(&from, &to, &stopping_at(stop)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Interrupted);
        assert_eq!(newest(&to).await.unwrap_err().kind(), Kind::NoBackup);
        let there = keys(&to).await.len();
        let done = copy(&from, &to, &context()).await.unwrap();
        assert_eq!((done.kept, done.copied), (there, 5 - there));
        assert_same(&from, &to).await;
        kept += there;
    }
    assert!(kept > 0, "what was copied is not copied again");
}

#[tokio::test]
async fn damage_in_the_source_is_found_before_the_copy_exists() {
    for part in ["data.zst", "data.zst.frames", "more/rows.zst", "schema"] {
        let (from, to) = (upstream().await, Bench::new());
        let key = format!("{FOLDER}/{part}");
        let mut bytes = from.get(&key).await.unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        from.put(&key, bytes).await;
        let error = copy(&from, &to, &context()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Corrupt, "{error}");
        assert!(error.doing().contains(part), "{error}");
        assert!(to.get(&key).await.is_none(), "{part} must not be visible");
        let manifest = format!("{FOLDER}/manifest.json");
        assert!(to.get(&manifest).await.is_none());
    }
}

#[tokio::test]
async fn damage_in_the_copy_is_mended_and_another_manifest_is_named() {
    let (from, to) = (upstream().await, Bench::new());
    copy(&from, &to, &context()).await.unwrap();
    to.put(&format!("{FOLDER}/schema"), "SCHEMA").await;
    to.put(&format!("{FOLDER}/more/rows.zst"), "short").await;
    let done = copy(&from, &to, &context()).await.unwrap();
    let mut repaired = done.repaired;
    repaired.sort();
    assert_eq!(repaired, ["more/rows.zst", "schema"]);
    assert_eq!((done.copied, done.kept), (2, 3));
    assert_same(&from, &to).await;
    let manifest = format!("{FOLDER}/manifest.json");
    to.edit(&manifest, |document| document["app"] = "other".into())
        .await;
    let edited = to.get(&manifest).await;
    let error = copy(&from, &to, &context()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(error.cause().contains("another manifest"), "{error}");
    assert_eq!(
        to.get(&manifest).await,
        edited,
        "nothing stored is written over"
    );
}

#[tokio::test]
async fn many_large_parts_are_copied_within_the_smallest_budget() {
    let from = Bench::new();
    let parts: Vec<(String, Vec<u8>)> = (0..4)
        .map(|number| (format!("part-{number}"), noise(9 * MIB)))
        .collect();
    let parts: Vec<(&str, Vec<u8>)> = parts
        .iter()
        .map(|(name, content)| (name.as_str(), content.clone()))
        .collect();
    from.backup_of("demo", TIME, &parts, None).await;
    let to = Bench {
        budget: MemoryBudget::new(0),
        ..Bench::new()
    };
    let context = context();
    let copying = copy(&from, &to, &context);
    let done = tokio::time::timeout(std::time::Duration::from_secs(60), copying).await;
    assert!(done.unwrap().unwrap().copied >= 4);
    assert_same(&from, &to).await;
}
