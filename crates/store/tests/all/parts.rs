use super::support::{Bench, MIB, decompressed, identity, manifest, noise, read_part, write_part};
use sha2::{Digest as _, Sha256};
use weir_engine::{Context, PartSink, PartSource, PartSpec, SilentObserver};
use weir_model::digest::Digest;
use weir_model::error::Kind;
use weir_model::manifest::Codec;
use weir_store::{MemoryBudget, Store, verify_parts};

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_every_size_come_back_as_they_were() {
    let bench = Bench::new();
    let text = "a row of text, much like the next; "
        .repeat(300_000)
        .into_bytes();
    let parts = [
        ("empty", vec![]),
        ("empty.zst", vec![]),
        ("empty.gz", vec![]),
        ("one", vec![7]),
        ("one.zst", vec![7]),
        ("one.gz", vec![7]),
        ("frame", noise(4 * MIB)),
        ("frame.zst", noise(4 * MIB)),
        ("more.zst", noise(4 * MIB + 1)),
        ("more.gz", noise(4 * MIB + 1)),
        ("plain", noise(9 * MIB)),
        ("folder/text.sql.gz", text.clone()),
        ("folder/text.sql.zst", text),
    ];
    let committed = bench
        .backup_of("demo", "2026-11-22T01:36:00Z", &parts, None)
        .await;
    assert_eq!(committed.manifest.requires, ["gzip"]);
    let reader = bench.reader(&committed.manifest);
    for (name, content) in &parts {
        let mut seen = Vec::new();
        read_part(&reader, name, &mut seen).await.unwrap();
        assert!(seen == *content, "{name}");
        let part = committed.manifest.part(name).unwrap();
        assert_eq!(part.content_bytes, content.len() as u64, "{name}");
        assert_eq!(part.frames.is_some(), content.len() > 4 * MIB, "{name}");
        let stored = bench
            .get(&format!("{}/{name}", committed.manifest.backup))
            .await
            .unwrap();
        assert_eq!(part.bytes, stored.len() as u64, "{name}");
        let stock = decompressed(part.codec, stored);
        assert!(stock == *content, "stock tools read {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_part_is_uploaded_in_pieces_and_verified_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let location = weir_store::Location {
        url: folder.path().join("store").display().to_string(),
        ..Default::default()
    };
    let bench = Bench {
        store: Store::open(&location).unwrap(),
        state: Store::open(&location).unwrap().under("_weir"),
        ..Bench::new()
    };
    let content = noise(50 * MIB);
    let parts = [("data.zst", content.clone())];
    let committed = bench
        .backup_of("demo", "2026-11-22T01:36:00Z", &parts, None)
        .await;
    let reader = bench.reader(&committed.manifest);
    let context = Context::new(std::sync::Arc::new(SilentObserver));
    let bytes = verify_parts(&reader, &context).await.unwrap();
    assert_eq!(bytes, committed.manifest.content_bytes());
    let mut seen = Vec::new();
    read_part(&reader, "data.zst", &mut seen).await.unwrap();
    assert!(seen == content);
    context.cancel.cancel();
    let error = verify_parts(&reader, &context).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_parts_at_once_share_the_smallest_budget() {
    for bench in [Bench::new(), Bench::new().encrypted_to(&identity())] {
        let bench = Bench {
            budget: MemoryBudget::new(0),
            ..bench
        };
        let writer = bench.writer("demo", "2026-11-22T01:36:00Z").await;
        let content = noise(9 * MIB);
        let names: Vec<String> = (0..6).map(|number| format!("{number}.zst")).collect();
        let writes = names.iter().map(|name| write_part(&writer, name, &content));
        futures::future::join_all(writes).await;
        let committed = writer.commit(manifest("production"), None).await.unwrap();
        let reader = bench.reader(&committed.manifest);
        let reads = names.iter().map(|name| async {
            let mut seen = Vec::new();
            read_part(&reader, name, &mut seen).await.unwrap();
            assert!(seen == content);
        });
        futures::future::join_all(reads).await;
    }
}

#[tokio::test]
async fn names_that_are_no_names_are_refused() {
    let bench = Bench::new();
    let writer = bench.writer("demo", "2026-11-22T01:36:00Z").await;
    write_part(&writer, "twice", b"x").await;
    for name in [
        "twice",
        "manifest.json",
        "a.frames",
        "../a",
        "a//b",
        "",
        "a b",
        "é",
    ] {
        let spec = PartSpec {
            name: name.to_owned(),
            codec: Codec::None,
            expected_bytes: 0,
        };
        assert!(writer.begin(spec).await.is_err(), "{name:?}");
    }
}

#[tokio::test]
async fn a_dropped_writer_leaves_nothing_that_counts_and_an_unfinished_part_is_an_error() {
    let bench = Bench::new();
    let writer = bench.writer("demo", "2026-11-22T01:36:00Z").await;
    let key = writer.name().key();
    let spec = PartSpec {
        name: "data.zst".to_owned(),
        codec: Codec::Zstd,
        expected_bytes: 0,
    };
    let mut part = writer.begin(spec).await.unwrap();
    part.write(noise(20 * MIB).into()).await.unwrap();
    drop(part);
    let error = writer
        .commit(manifest("production"), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Internal);
    drop(writer);
    assert_eq!(bench.get(&format!("{key}/data.zst")).await, None);
    assert_eq!(bench.get(&format!("{key}/manifest.json")).await, None);
    let writer = bench.writer("demo", "2026-11-22T01:37:00Z").await;
    write_part(&writer, "data.zst", b"x").await;
    let key = format!("{}/data.zst", writer.name().key());
    assert!(bench.get(&key).await.is_some());
    writer.abandon().await.unwrap();
    assert_eq!(bench.get(&key).await, None);
}

#[tokio::test]
async fn a_part_without_an_index_is_streamed_and_proven_at_its_end() {
    // As others write them: several frames in one file, no side object.
    let content = noise(20 * MIB);
    for name in ["data.zst", "data.gz"] {
        let bench = Bench::new();
        let parts = [(name, content.clone())];
        let committed = bench
            .backup_of("demo", "2026-11-22T01:36:00Z", &parts, None)
            .await;
        let mut adopted = committed.manifest.clone();
        adopted.parts[0].frames = None;
        let mut seen = Vec::new();
        read_part(&bench.reader(&adopted), name, &mut seen)
            .await
            .unwrap();
        assert!(seen == content);
        let mut short = adopted.clone();
        short.parts[0].content_bytes -= 1;
        let error = read_part(&bench.reader(&short), name, &mut seen)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Corrupt);
        // All of a gzip part's content is there when its last checksum is not.
        let key = format!("{}/{name}", adopted.backup);
        let mut stored = bench.get(&key).await.unwrap();
        stored.truncate(stored.len() - 4);
        adopted.parts[0].bytes = stored.len() as u64;
        adopted.parts[0].stored = Digest::new("sha256", &Sha256::digest(&stored));
        bench.put(&key, stored).await;
        let error = read_part(&bench.reader(&adopted), name, &mut seen)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("within a frame"), "{error}");
        let reader = bench.reader(&committed.manifest);
        assert!(reader.open("no such part").await.is_err());
    }
}

/// What is read from one of a part's cuts to its end.
async fn read_from(
    source: &dyn PartSource,
    name: &str,
    cut: u64,
) -> weir_model::error::Result<Vec<u8>> {
    let mut part = source.open_at(name, cut).await?;
    let mut seen = Vec::new();
    while let Some(bytes) = part.next().await? {
        seen.extend_from_slice(&bytes);
    }
    Ok(seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_part_is_read_from_any_of_its_frames_and_each_is_proven() {
    let bench = Bench::new();
    let content = noise(13 * MIB);
    let parts = [("rows.gz", content.clone()), ("small.gz", noise(MIB))];
    let committed = bench
        .backup_of("demo", "2026-11-22T01:36:00Z", &parts, None)
        .await;
    let reader = bench.reader(&committed.manifest);
    assert!(reader.cuts("small.gz").await.unwrap().is_empty());
    let cuts = reader.cuts("rows.gz").await.unwrap();
    assert_eq!(cuts, [4, 8, 12].map(|mib| mib * MIB as u64));
    for cut in [&[0], &cuts[..]].concat() {
        let expected = &content[usize::try_from(cut).unwrap()..];
        let seen = read_from(&reader, "rows.gz", cut).await.unwrap();
        assert!(seen == expected, "from byte {cut}");
    }

    let key = format!("{}/rows.gz", committed.manifest.backup);
    let mut stored = bench.get(&key).await.unwrap();
    *stored.last_mut().unwrap() ^= 1;
    bench.put(&key, stored).await;
    for cut in cuts {
        let error = read_from(&reader, "rows.gz", cut).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Corrupt, "from byte {cut}");
        assert!(error.to_string().contains("frame 3"), "{error}");
    }
}
