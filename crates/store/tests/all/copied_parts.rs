//! Parts of another backup, taken over as they are compressed.

use super::support::{Bench, MIB, identity, manifest, noise, read_part};
use std::time::Duration;
use weir_engine::PartSink as _;
use weir_model::error::Kind;
use weir_model::manifest::{Manifest, Part};
use weir_store::{Committed, MemoryBudget};

const TIME: &str = "2026-11-22T01:36:00Z";

/// Parts of every kind: several frames, one, none, and each way to compress.
fn parts() -> Vec<(&'static str, Vec<u8>)> {
    let text = "a row of text, much like the next; ".repeat(400_000);
    vec![
        ("text.zst", text.clone().into_bytes()),
        ("noise.zst", noise(13 * MIB + 7)),
        ("noise.gz", noise(9 * MIB + 7)),
        ("plain.raw", text.into_bytes()),
        ("small.zst", b"small".to_vec()),
        ("empty.zst", Vec::new()),
        ("empty.raw", Vec::new()),
    ]
}

/// A backup in `to` made of the parts of one in `from`.
async fn taken_over(
    from: &Bench,
    backup: &Manifest,
    to: &Bench,
) -> weir_model::error::Result<Committed> {
    let source = from.reader(backup);
    let writer = to.writer("demo", TIME).await;
    for (name, _) in parts() {
        if let Err(error) = writer.copy(&source, name).await {
            writer.abandon().await.unwrap();
            return Err(error);
        }
    }
    writer.commit(manifest("production"), None).await
}

fn plain(part: &Part) -> Part {
    Part {
        bytes: part.stream_bytes(),
        stored: part.content.clone(),
        unencrypted_bytes: None,
        ..part.clone()
    }
}

async fn whole_and_alike(from: &Bench, to: &Bench) {
    let original = from.backup_of("demo", TIME, &parts(), None).await.manifest;
    let copy = taken_over(from, &original, to).await.unwrap().manifest;
    assert!(copy.requires.contains(&"gzip".to_owned()));
    assert_eq!(
        copy.parts.iter().map(plain).collect::<Vec<_>>(),
        original.parts.iter().map(plain).collect::<Vec<_>>()
    );
    let reader = to.reader(&copy);
    for (name, content) in parts() {
        let mut seen = Vec::new();
        read_part(&reader, name, &mut seen).await.unwrap();
        assert_eq!(seen, content, "{name}");
    }
    if from.recipients.is_none() && to.recipients.is_none() {
        for part in &copy.parts {
            let key = format!("{}/{}", copy.backup, part.name);
            assert_eq!(to.get(&key).await, from.get(&key).await, "{}", part.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_compressed_bytes_are_the_same_whoever_they_are_encrypted_to() {
    let (one, other) = (identity(), identity());
    whole_and_alike(&Bench::new(), &Bench::new()).await;
    whole_and_alike(&Bench::new(), &Bench::new().encrypted_to(&other)).await;
    whole_and_alike(&Bench::new().encrypted_to(&one), &Bench::new()).await;
    let (from, to) = (
        Bench::new().encrypted_to(&one),
        Bench::new().encrypted_to(&other),
    );
    whole_and_alike(&from, &to).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_part_is_found_and_nothing_is_published() {
    for (part, of_frames) in [
        ("noise.zst", false),
        ("small.zst", false),
        ("noise.zst", true),
    ] {
        for encrypted in [false, true] {
            let from = match encrypted {
                true => Bench::new().encrypted_to(&identity()),
                false => Bench::new(),
            };
            let original = from.backup_of("demo", TIME, &parts(), None).await.manifest;
            let object = match of_frames {
                true => format!("{}/{part}.frames", original.backup),
                false => format!("{}/{part}", original.backup),
            };
            let mut bytes = from.get(&object).await.unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            from.put(&object, bytes).await;
            let to = Bench::new();
            let error = taken_over(&from, &original, &to).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Corrupt, "{object}: {error}");
            let folder = original.backup.clone();
            for name in ["manifest.json", part] {
                assert_eq!(to.get(&format!("{folder}/{name}")).await, None, "{object}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_is_not_what_the_manifest_says_is_found() {
    let from = Bench::new();
    let mut lying = from.backup_of("demo", TIME, &parts(), None).await.manifest;
    let other = lying.part("small.zst").unwrap().content.clone();
    for part in &mut lying.parts {
        if part.name == "noise.zst" {
            part.content = other.clone();
        }
    }
    let error = taken_over(&from, &lying, &Bench::new()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(error.to_string().contains("content"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_taken_over_at_once_within_the_least_memory() {
    let mut from = Bench::new();
    from.budget = MemoryBudget::new(0);
    let mut to = Bench::new().encrypted_to(&identity());
    to.budget = from.budget.clone();
    let original = from.backup_of("demo", TIME, &parts(), None).await.manifest;
    let source = from.reader(&original);
    let writer = to.writer("demo", TIME).await;
    let copies = ["text.zst", "noise.zst", "noise.gz", "plain.raw"];
    let all = copies.map(|name| writer.copy(&source, name));
    let all = futures::future::try_join_all(all);
    let done = tokio::time::timeout(Duration::from_secs(60), all).await;
    done.expect("they wait for each other").unwrap();
}
