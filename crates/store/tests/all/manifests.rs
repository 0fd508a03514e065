use super::support::{Bench, at, manifest, write_part};
use serde_json::{Value, json};
use weir_model::error::{Error, Kind, Result};
use weir_store::{BackupName, PublicKey, ReadManifest, SignatureStatus, SigningKey, read_manifest};

const TIME: &str = "2026-11-22T01:36:00Z";
const KEY: &str = "main/2026-11-22T013600Z-demo/manifest.json";

/// A change of a stored manifest.
type Edit = fn(&mut Value);

async fn read(bench: &Bench, trusted: &[PublicKey]) -> Result<ReadManifest> {
    let name = BackupName::new("main", at(TIME), "demo");
    Ok(read_manifest(&bench.store, &name, trusted)
        .await?
        .expect("a manifest"))
}

async fn signed(key: Option<&SigningKey>) -> Bench {
    let bench = Bench::new();
    bench
        .backup_of("demo", TIME, &[("data.zst", b"x".to_vec())], key)
        .await;
    bench
}

async fn refused(bench: &Bench, edit: impl FnOnce(&mut Value)) -> Error {
    bench.edit(KEY, edit).await;
    read(bench, &[]).await.unwrap_err()
}

#[tokio::test]
async fn a_signature_says_who_wrote_a_manifest() {
    let (ours, theirs) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let bench = signed(Some(&ours)).await;
    let trusted = read(&bench, &[theirs.public(), ours.public()])
        .await
        .unwrap();
    assert!(trusted.signature.is_trusted());
    let foreign = read(&bench, &[theirs.public()]).await.unwrap();
    let key = ours.public();
    assert_eq!(
        foreign.signature,
        SignatureStatus::Signed {
            key,
            trusted: false
        }
    );
    let unsigned = read(&signed(None).await, &[ours.public()]).await.unwrap();
    assert_eq!(unsigned.signature, SignatureStatus::Unsigned);
}

#[tokio::test]
async fn an_edit_of_a_signed_manifest_is_refused() {
    let key = SigningKey::generate().unwrap();
    let edits: [Edit; 5] = [
        |document| document["sanitising"]["state"] = json!("sanitised"),
        |document| document["parts"][0]["bytes"] = json!(2),
        |document| document["environment"] = json!("staging"),
        |document| document["added"] = json!(true),
        |document| document["signature"]["value"] = json!("AAAA"),
    ];
    for edit in edits {
        let bench = signed(Some(&key)).await;
        assert_eq!(refused(&bench, edit).await.kind(), Kind::Corrupt);
    }
    // Taken out, a signature makes the manifest unsigned: it is read, and trusted by nobody.
    let bench = signed(Some(&key)).await;
    bench
        .edit(KEY, |document| {
            drop(document.as_object_mut().unwrap().remove("signature"));
        })
        .await;
    assert!(
        !read(&bench, &[key.public()])
            .await
            .unwrap()
            .signature
            .is_trusted()
    );
}

#[tokio::test]
async fn what_a_later_version_wrote_is_refused_or_preserved() {
    let major = refused(&signed(None).await, |document| {
        document["version"]["major"] = json!(2);
    })
    .await;
    assert_eq!(major.kind(), Kind::Unsupported);
    let feature = refused(&signed(None).await, |document| {
        document["requires"] = json!(["sparse"]);
    })
    .await;
    assert_eq!(feature.kind(), Kind::Unsupported);
    assert!(feature.to_string().contains("sparse"));
    let bench = signed(None).await;
    bench
        .edit(KEY, |document| {
            document["later"] = json!({"b": [1, null], "a": "é"});
        })
        .await;
    bench
        .edit(KEY, |document| document["version"]["minor"] = json!(9))
        .await;
    let known = read(&bench, &[]).await.unwrap();
    let key = SigningKey::generate().unwrap();
    let writer = bench.writer("copy", TIME).await;
    write_part(&writer, "data.zst", b"x").await;
    writer.commit(known.manifest, Some(&key)).await.unwrap();
    let copy = bench
        .get("main/2026-11-22T013600Z-copy/manifest.json")
        .await
        .unwrap();
    let copy: Value = serde_json::from_slice(&copy).unwrap();
    assert_eq!(copy["later"], json!({"b": [1, null], "a": "é"}));
    let name = BackupName::new("main", at(TIME), "copy");
    let again = read_manifest(&bench.store, &name, &[key.public()])
        .await
        .unwrap()
        .unwrap();
    assert!(again.signature.is_trusted());
}

#[tokio::test]
async fn what_is_no_manifest_is_refused() {
    let edits: [(&str, Edit); 8] = [
        ("format", |document| document["format"] = json!("other")),
        ("version", |document| document["version"] = json!("1")),
        ("moved", |document| {
            document["backup"] = json!("main/2026-11-21T013600Z-demo");
        }),
        ("wrong type", |document| document["run"] = json!(1)),
        ("escape", |document| {
            document["parts"][0]["name"] = json!("../../x");
        }),
        ("no index", |document| {
            document["parts"][0]["frames"] = json!("x.frames");
        }),
        ("gzip that no older reader is warned of", |document| {
            document["parts"][0]["codec"] = json!("gzip");
        }),
        ("twice", |document| {
            let part = document["parts"][0].clone();
            document["parts"].as_array_mut().unwrap().push(part);
        }),
    ];
    for (what, edit) in edits {
        assert_eq!(
            refused(&signed(None).await, edit).await.kind(),
            Kind::Corrupt,
            "{what}"
        );
    }
    let bench = signed(None).await;
    for bytes in ["", "{", "[]", "null", "\u{0}"] {
        bench.put(KEY, bytes).await;
        assert_eq!(
            read(&bench, &[]).await.unwrap_err().kind(),
            Kind::Corrupt,
            "{bytes:?}"
        );
    }
}

#[tokio::test]
async fn a_manifest_is_written_once() {
    let bench = Bench::new();
    let writer = bench.writer("demo", TIME).await;
    bench.put(KEY, "{}").await;
    let error = writer
        .commit(manifest("production"), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Store);
    assert_eq!(bench.get(KEY).await.unwrap(), b"{}");
}

#[tokio::test]
async fn sizes_that_no_number_holds_are_refused() {
    let edits: [Edit; 3] = [
        |document| document["parts"][0]["content_bytes"] = json!(u64::MAX),
        |document| document["parts"][0]["bytes"] = json!(u64::MAX),
        |document| document["parts"][0]["bytes"] = json!(-1),
    ];
    for edit in edits {
        let bench = signed(None).await;
        assert_eq!(refused(&bench, edit).await.kind(), Kind::Corrupt);
    }
}

#[tokio::test]
async fn a_document_nested_too_deeply_is_refused() {
    let bench = signed(None).await;
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    bench.put(KEY, deep).await;
    assert_eq!(read(&bench, &[]).await.unwrap_err().kind(), Kind::Corrupt);
}
