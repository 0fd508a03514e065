use super::support::{Bench, MIB, identity, noise, read_part};
use std::io::Write as _;
use weir_model::error::Kind;
use weir_model::manifest::{Codec, Manifest};

const LARGE: &str = "large.zst";
const INDEX: &str = "large.zst.frames";
const SMALL: &str = "small.zst";
const GZIP: &str = "small.gz";

/// What holds for stored bytes holds whatever they are.
fn plain_and_encrypted() -> [Bench; 2] {
    [Bench::new(), Bench::new().encrypted_to(&identity())]
}

/// A backup with a part of several frames and small ones.
async fn backup(bench: &Bench, time: &str, shift: usize) -> (Manifest, Vec<u8>) {
    let content = noise(14 * MIB + shift)[shift..].to_vec();
    let parts = [
        (LARGE, content.clone()),
        (SMALL, noise(1000 + shift)[shift..].to_vec()),
        (GZIP, noise(1000 + shift)[shift..].to_vec()),
    ];
    (
        bench.backup_of("demo", time, &parts, None).await.manifest,
        content,
    )
}

/// Expects `corrupt`, naming the part, and that nothing but true content was handed out.
async fn expect_corrupt(
    bench: &Bench,
    manifest: &Manifest,
    part: &str,
    content: &[u8],
    what: &str,
) {
    let mut seen = Vec::new();
    let error = read_part(&bench.reader(manifest), part, &mut seen)
        .await
        .expect_err(what);
    assert_eq!(error.kind(), Kind::Corrupt, "{what}: {error}");
    assert!(error.to_string().contains(part), "{what}: {error}");
    assert!(error.hint_text().is_some(), "{what}");
    assert!(
        content.starts_with(&seen),
        "{what}: a false byte was handed out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_to_a_stored_object_is_found_before_it_is_handed_out() {
    for bench in plain_and_encrypted() {
        every_change_is_found(&bench).await;
    }
}

async fn every_change_is_found(bench: &Bench) {
    let (manifest, content) = backup(bench, "2026-11-22T01:36:00Z", 0).await;
    let key = |part: &str| format!("{}/{part}", manifest.backup);
    for part in [LARGE, SMALL, GZIP, INDEX] {
        let good = bench.get(&key(part)).await.unwrap();
        let read = if part == INDEX { LARGE } else { part };
        let expected: &[u8] = if read == LARGE { &content } else { &[] };
        for place in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[place] ^= 1;
            bench.put(&key(part), bad).await;
            expect_corrupt(bench, &manifest, read, expected, "a flipped bit").await;
        }
        bench.put(&key(part), good[..good.len() - 1].to_vec()).await;
        expect_corrupt(bench, &manifest, read, expected, "cut short").await;
        bench.put(&key(part), Vec::new()).await;
        expect_corrupt(bench, &manifest, read, expected, "emptied").await;
        bench.put(&key(part), [&good[..], b"x"].concat()).await;
        expect_corrupt(bench, &manifest, read, expected, "grown").await;
        bench.delete(&key(part)).await;
        expect_corrupt(bench, &manifest, read, expected, "missing").await;
        bench.put(&key(part), good).await;
    }
    let mut seen = Vec::new();
    read_part(&bench.reader(&manifest), LARGE, &mut seen)
        .await
        .unwrap();
    assert!(seen == content, "as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_another_backup_are_found() {
    for bench in plain_and_encrypted() {
        parts_of_another_are_found(&bench).await;
    }
}

async fn parts_of_another_are_found(bench: &Bench) {
    let (older, _) = backup(bench, "2026-11-21T01:36:00Z", 8).await;
    let (newer, content) = backup(bench, "2026-11-22T01:36:00Z", 0).await;
    for part in [LARGE, INDEX, SMALL] {
        let old = bench
            .get(&format!("{}/{part}", older.backup))
            .await
            .unwrap();
        bench.put(&format!("{}/{part}", newer.backup), old).await;
    }
    expect_corrupt(
        bench,
        &newer,
        LARGE,
        &content,
        "an older part with its index",
    )
    .await;
    expect_corrupt(bench, &newer, SMALL, &[], "an older small part").await;
    let swapped = bench
        .get(&format!("{}/{LARGE}", older.backup))
        .await
        .unwrap();
    bench
        .put(&format!("{}/{SMALL}", newer.backup), swapped)
        .await;
    expect_corrupt(bench, &newer, SMALL, &[], "a swapped part").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_change_places_are_found() {
    let bench = Bench::new();
    let content = noise(12 * MIB);
    let parts = [("plain", content.clone())];
    let manifest = bench
        .backup_of("demo", "2026-11-22T01:36:00Z", &parts, None)
        .await
        .manifest;
    let mut bad = content[4 * MIB..8 * MIB].to_vec();
    bad.extend_from_slice(&content[..4 * MIB]);
    bad.extend_from_slice(&content[8 * MIB..]);
    bench.put(&format!("{}/plain", manifest.backup), bad).await;
    expect_corrupt(
        &bench,
        &manifest,
        "plain",
        &content,
        "frames in another order",
    )
    .await;
}

#[tokio::test]
async fn a_part_that_unpacks_to_more_than_stated_is_stopped() {
    let bench = Bench::new();
    let mut manifest = bench.backup("demo", "2026-11-22T01:36:00Z").await.manifest;
    let zeros = vec![0; 64 * MIB];
    let bombs = [
        (Codec::Zstd, zstd::bulk::compress(&zeros, 3).unwrap()),
        (Codec::Gzip, gzip(&zeros)),
    ];
    // Read as a whole, and as a stream, of which what was proven is handed out.
    for ((codec, bomb), stated) in bombs
        .iter()
        .flat_map(|bomb| [(bomb, 1000), (bomb, 20 * MIB)])
    {
        let part = &mut manifest.parts[0];
        part.codec = *codec;
        part.bytes = bomb.len() as u64;
        part.content_bytes = stated as u64;
        let key = format!("{}/data.zst", manifest.backup);
        bench.put(&key, bomb.clone()).await;
        let mut seen = Vec::new();
        let error = read_part(&bench.reader(&manifest), "data.zst", &mut seen)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Corrupt);
        assert!(seen.len() <= stated && (stated > 1000 || seen.is_empty()));
    }
}

/// One member of a gzip file.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_frame_that_asks_for_more_memory_than_any_frame_needs_is_refused() {
    let bench = Bench::new();
    let content = noise(20 * MIB);
    let mut encoder = zstd::bulk::Compressor::new(1).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(27).unwrap();
    let stored = encoder.compress(&content).unwrap();
    let mut manifest = bench.backup("demo", "2026-11-22T01:36:00Z").await.manifest;
    manifest.parts[0].bytes = stored.len() as u64;
    manifest.parts[0].content_bytes = content.len() as u64;
    bench
        .put(&format!("{}/data.zst", manifest.backup), stored)
        .await;
    expect_corrupt(&bench, &manifest, "data.zst", &[], "a window too large").await;
}
