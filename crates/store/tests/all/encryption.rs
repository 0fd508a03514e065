use super::support::{Bench, MIB, decompressed, identity, noise, read_part};
use proptest::strategy::Strategy as _;
use sha2::{Digest as _, Sha256};
use std::io::Read as _;
use weir_engine::PartSource as _;
use weir_model::digest::Digest;
use weir_model::error::Kind;
use weir_model::manifest::{Encryption, Manifest};
use weir_store::{BackupName, Identities, Recipients, read_manifest};

/// What age encrypts at a time.
const CHUNK: usize = 64 * 1024;
/// What is fetched at a time.
const RANGE: usize = 48 * CHUNK;
/// A change of a stored document.
type Edit = fn(&mut serde_json::Value);
const TIME: &str = "2026-11-22T01:36:00Z";

/// An identity, and the library's own form of it, which knows nothing of ours.
fn known_identity() -> (Identities, age::x25519::Identity) {
    let made = Identities::generate(TIME.parse().unwrap());
    let secret = made.file.lines().last().unwrap();
    (
        Identities::parse(&made.file).unwrap(),
        secret.parse().unwrap(),
    )
}

/// A whole age file, read from its beginning to its end by the library alone.
fn decrypted(stored: &[u8], identity: &age::x25519::Identity) -> Vec<u8> {
    let mut plain = Vec::new();
    let decryptor = age::Decryptor::new(stored).unwrap();
    let mut reader = decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .unwrap();
    reader.read_to_end(&mut plain).unwrap();
    plain
}

async fn stored(bench: &Bench, manifest: &Manifest, part: &str) -> Vec<u8> {
    let key = format!("{}/{part}", manifest.backup);
    bench.get(&key).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_object_is_an_age_file_and_comes_back_as_it_was() {
    let (identities, known) = known_identity();
    let bench = Bench::new().encrypted_to(&identities);
    let text = "a row of text, much like the next; ".repeat(300_000);
    let mut parts = vec![
        ("text.sql.zst".to_owned(), text.into_bytes()),
        ("empty.zst".to_owned(), vec![]),
        ("empty.gz".to_owned(), vec![]),
        ("frames.zst".to_owned(), noise(13 * MIB + 7)),
        ("frames.gz".to_owned(), noise(9 * MIB + 7)),
    ];
    let sizes = [1, CHUNK, RANGE, 2 * RANGE, 9 * MIB];
    for size in sizes.into_iter().flat_map(|size| [size, size + 1]) {
        parts.push((format!("{size}.raw"), noise(size)));
        parts.push((format!("{size}.less"), noise(size.saturating_sub(1))));
    }
    let named: Vec<(&str, Vec<u8>)> = parts
        .iter()
        .map(|(name, content)| (name.as_str(), content.clone()))
        .collect();
    let manifest = bench.backup_of("demo", TIME, &named, None).await.manifest;
    assert_eq!(manifest.requires, ["age", "gzip"]);
    let encryption = Encryption {
        scheme: "age".to_owned(),
        recipients: identities.recipients(),
    };
    assert_eq!(manifest.encryption, Some(encryption));
    let reader = bench.reader(&manifest);
    reader.prove_identity().await.unwrap();
    for part in &manifest.parts {
        let object = stored(&bench, &manifest, &part.name).await;
        assert!(object.starts_with(b"age-encryption.org/v1\n"));
        assert_eq!(part.bytes, object.len() as u64);
        let stream = decrypted(&object, &known);
        assert_eq!(part.unencrypted_bytes, Some(stream.len() as u64));
        let content = decompressed(part.codec, stream);
        let mut seen = Vec::new();
        read_part(&reader, &part.name, &mut seen).await.unwrap();
        assert!(seen == content, "{}", part.name);
        let written = parts.iter().find(|(name, _)| *name == part.name);
        assert!(
            written.is_none_or(|(_, written)| *written == content),
            "{}",
            part.name
        );
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// Whatever the size, and whichever way the reader cuts it.
    #[test]
    fn any_size_comes_back(
        size in proptest::prop_oneof![0_usize..300_000, 0_usize..10 * MIB,
            (0_usize..130, 0_usize..5).prop_map(|(chunks, more)| (chunks * CHUNK + more).saturating_sub(2))],
        indexed: bool,
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let bench = Bench::new().encrypted_to(&identity());
            let content = noise(size);
            let parts = [("it", content.clone())];
            let mut manifest = bench.backup_of("demo", TIME, &parts, None).await.manifest;
            if !indexed {
                manifest.parts.iter_mut().for_each(|part| part.frames = None);
            }
            let mut seen = Vec::new();
            read_part(&bench.reader(&manifest), "it", &mut seen).await.unwrap();
            assert!(seen == content, "{size}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_are_rotated_and_both_backups_stay_readable() {
    let (old, new) = (identity(), identity());
    let bench = Bench::new().encrypted_to(&old);
    let first = bench.backup("demo", TIME).await.manifest;
    let bench = bench.encrypted_to(&new);
    let second = bench.backup("demo", "2026-11-23T01:36:00Z").await.manifest;
    let made = [
        Identities::generate(TIME.parse().unwrap()),
        Identities::generate(TIME.parse().unwrap()),
    ];
    let [one, other] = made;
    let both = Identities::parse(&format!("{}{}", *one.file, *other.file)).unwrap();
    let bench = Bench {
        recipients: Some(Recipients::parse([one.recipient.as_str(), &other.recipient]).unwrap()),
        ..bench
    };
    let third = bench.backup("demo", "2026-11-24T01:36:00Z").await.manifest;
    let bench = Bench {
        identities: both,
        ..bench
    };
    let mut seen = Vec::new();
    read_part(&bench.reader(&third), "data.zst", &mut seen)
        .await
        .unwrap();

    for (manifest, right, wrong) in [(&first, &old, &new), (&second, &new, &old)] {
        let with = |identities: &Identities| Bench {
            identities: identities.clone(),
            ..Bench::on(std::sync::Arc::clone(&bench.objects))
        };
        let mut seen = Vec::new();
        read_part(&with(right).reader(manifest), "data.zst", &mut seen)
            .await
            .unwrap();
        let reader = with(wrong).reader(manifest);
        let opened = reader.open("data.zst").await.err().unwrap();
        let proven = reader.prove_identity().await.unwrap_err();
        for error in [opened, proven] {
            assert_eq!(error.kind(), Kind::Secret);
            let text = format!("{error:?} {error} {}", error.cause());
            assert!(text.contains(&right.recipients()[0]), "{text}");
            assert!(text.contains(&wrong.recipients()[0]), "{text}");
            assert!(error.hint_text().is_some());
            assert!(!text.contains("AGE-SECRET-KEY"));
        }
    }
    let none = Bench::on(std::sync::Arc::clone(&bench.objects));
    let error = none.reader(&first).prove_identity().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Secret);
    assert!(error.to_string().contains("no identity"), "{error}");
}

/// An edit that keeps every size and digest right, so that only the encryption can tell.
async fn forge(bench: &Bench, manifest: &Manifest, object: &[u8], plain: &[u8]) -> Manifest {
    let mut manifest = manifest.clone();
    let part = &mut manifest.parts[0];
    bench
        .put(
            &format!("{}/{}", manifest.backup, part.name),
            object.to_vec(),
        )
        .await;
    part.bytes = object.len() as u64;
    part.stored = Digest::new("sha256", &Sha256::digest(object));
    part.unencrypted_bytes = Some(plain.len() as u64);
    part.content_bytes = plain.len() as u64;
    part.content = Digest::new("blake3", blake3::hash(plain).as_bytes());
    part.frames = None;
    manifest
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_swapped_or_put_together_is_refused_by_the_encryption_itself() {
    let bench = Bench::new().encrypted_to(&identity());
    for size in [4 * CHUNK, 2 * RANGE] {
        let content = noise(size);
        let parts = [("it", content.clone())];
        let manifest = bench.backup_of("demo", TIME, &parts, None).await.manifest;
        let good = stored(&bench, &manifest, "it").await;
        let other = bench.backup_of("demo", TIME, &parts, None).await.manifest;
        let other = stored(&bench, &other, "it").await;
        let sealed = CHUNK + 16;
        let payload = good.len() - size / CHUNK * sealed;

        let cut = &good[..good.len() - sealed];
        let mut swapped = good[..payload].to_vec();
        swapped.extend_from_slice(&good[payload + sealed..payload + 2 * sealed]);
        swapped.extend_from_slice(&good[payload..payload + sealed]);
        swapped.extend_from_slice(&good[payload + 2 * sealed..]);
        let foreign = [&other[..payload], &good[payload..]].concat();
        let mut header = good.clone();
        header[40] ^= 1;
        for (what, object, plain) in [
            ("cut at a chunk", cut, &content[..size - CHUNK]),
            ("two chunks swapped", &swapped, &content),
            ("the header of another file", &foreign, &content),
            ("a bit of the header", &header, &content),
        ] {
            let forged = forge(&bench, &manifest, object, plain).await;
            let mut seen = Vec::new();
            let error = read_part(&bench.reader(&forged), "it", &mut seen)
                .await
                .expect_err(what);
            assert_eq!(error.kind(), Kind::Corrupt, "{what}: {error}");
            assert!(content.starts_with(&seen), "{what}");
        }
        let forged = forge(&bench, &manifest, &good, &content).await;
        let mut seen = Vec::new();
        read_part(&bench.reader(&forged), "it", &mut seen)
            .await
            .unwrap();
        assert!(seen == content, "the same with nothing forged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_that_no_age_file_has_are_refused_before_anything_is_fetched() {
    let bench = Bench::new().encrypted_to(&identity());
    let manifest = bench.backup("demo", TIME).await.manifest;
    for unencrypted in [0, manifest.parts[0].bytes, u64::MAX] {
        let mut wrong = manifest.clone();
        wrong.parts[0].unencrypted_bytes = Some(unencrypted);
        if unencrypted == 0 {
            wrong.parts[0].bytes = 10;
        }
        let error = bench.reader(&wrong).open("data.zst").await.err().unwrap();
        assert_eq!(error.kind(), Kind::Corrupt, "{error}");
    }
}

#[tokio::test]
async fn a_manifest_that_contradicts_itself_on_its_encryption_is_refused() {
    let bench = Bench::new().encrypted_to(&identity());
    let manifest = bench.backup("demo", TIME).await.manifest;
    let key = format!("{}/manifest.json", manifest.backup);
    let name = BackupName::parse(&manifest.backup).unwrap();
    let good = bench.get(&key).await.unwrap();
    let edits: [(&str, Edit); 5] = [
        ("not required", |document| {
            document["requires"] = serde_json::json!([]);
        }),
        ("not said", |document| {
            document.as_object_mut().unwrap().remove("encryption");
        }),
        ("to nobody", |document| {
            document["encryption"]["recipients"] = serde_json::json!([]);
        }),
        ("unknown", |document| {
            document["encryption"]["scheme"] = "rot13".into();
        }),
        ("a part in the clear", |document| {
            let part = document["parts"][0].as_object_mut().unwrap();
            part.remove("unencrypted_bytes");
        }),
    ];
    for (what, edit) in edits {
        bench.put(&key, good.clone()).await;
        bench.edit(&key, edit).await;
        let error = read_manifest(&bench.store, &name, &[])
            .await
            .expect_err(what);
        assert_eq!(error.kind(), Kind::Corrupt, "{what}");
    }
    bench.put(&key, good).await;
    let read = read_manifest(&bench.store, &name, &[]).await.unwrap();
    assert_eq!(read.unwrap().manifest, manifest);
}
