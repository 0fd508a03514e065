use super::support::{Bench, at, manifest, write_part};
use serde_json::json;
use weir_model::error::{Kind, Result};
use weir_store::{Choice, Chosen, Wanted, choose, list_backups, read_pointer};

const EARLY: &str = "2026-11-20T01:00:00Z";
const MIDDLE: &str = "2026-11-21T01:00:00Z";
const LATE: &str = "2026-11-22T01:00:00Z";
const POINTER: &str = "main/latest-demo.json";

async fn pick(bench: &Bench, database: &str, choice: Choice) -> Result<Chosen> {
    let wanted = Wanted {
        environment: "production",
        instance: "main",
        database,
        trusted: &[],
    };
    choose(&bench.store, &wanted, &choice).await
}

async fn newest(bench: &Bench) -> String {
    pick(bench, "demo", Choice::Newest)
        .await
        .unwrap()
        .name
        .key()
}

async fn three() -> Bench {
    let bench = Bench::new();
    for time in [EARLY, MIDDLE, LATE] {
        bench.backup("demo", time).await;
    }
    bench
}

#[tokio::test]
async fn names_are_compared_exactly() {
    let bench = Bench::new();
    let names = [
        "demo",
        "draft_demo",
        "demo-2",
        "demo_",
        "2026-11-22T010000Z-demo",
        "De/mo",
        "%",
    ];
    for name in names {
        bench.backup(name, EARLY).await;
    }
    for name in names {
        let chosen = pick(&bench, name, Choice::Newest).await.unwrap();
        assert_eq!(
            (
                chosen.read.manifest.database.as_str(),
                chosen.passed_over.len()
            ),
            (name, 0)
        );
    }
    let none = pick(&bench, "dem", Choice::Newest).await.unwrap_err();
    assert_eq!(none.kind(), Kind::NoBackup);
    assert_eq!(
        list_backups(&bench.store, None, &[]).await.unwrap().len(),
        names.len()
    );
}

#[tokio::test]
async fn the_newest_whole_backup_wins_whatever_the_pointer_says() {
    let bench = three().await;
    let late = "main/2026-11-22T010000Z-demo";
    assert_eq!(newest(&bench).await, late);
    for pointed in [
        "main/2026-11-20T010000Z-demo",
        "main/2027-01-01T000000Z-demo",
        "nonsense",
    ] {
        bench
            .edit(POINTER, |document| document["backup"] = json!(pointed))
            .await;
        assert_eq!(newest(&bench).await, late, "{pointed}");
    }
    bench.put(POINTER, "not json").await;
    assert_eq!(newest(&bench).await, late, "garbage");
    bench.delete(POINTER).await;
    assert_eq!(newest(&bench).await, late, "missing");
    // Backups whose pointer was never moved: the run died in between.
    bench.backup("demo", "2026-11-23T01:00:00Z").await;
    bench
        .edit(POINTER, |document| document["backup"] = json!(late))
        .await;
    assert_eq!(newest(&bench).await, "main/2026-11-23T010000Z-demo");
}

#[tokio::test]
async fn what_is_not_whole_is_passed_over_with_the_reason() {
    let bench = three().await;
    bench.delete("main/2026-11-22T010000Z-demo/data.zst").await;
    bench
        .put("main/2026-11-21T010000Z-demo/data.zst", "short")
        .await;
    let chosen = pick(&bench, "demo", Choice::Newest).await.unwrap();
    assert_eq!(chosen.name.key(), "main/2026-11-20T010000Z-demo");
    let reasons: Vec<&str> = chosen
        .passed_over
        .iter()
        .map(|passed| passed.reason.as_str())
        .collect();
    assert!(
        reasons[0].contains("missing") && reasons[1].contains("5 bytes"),
        "{reasons:?}"
    );
    // Parts without a manifest, then a manifest that cannot be read.
    let writer = bench.writer("demo", "2026-11-23T01:00:00Z").await;
    write_part(&writer, "data.zst", b"x").await;
    bench
        .put("main/2026-11-20T010000Z-demo/manifest.json", "{}")
        .await;
    let error = pick(&bench, "demo", Choice::Newest).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NoBackup);
    assert!(error.hint_text().unwrap().contains("never finished"));
    let listed = list_backups(&bench.store, Some("main"), &[]).await.unwrap();
    assert_eq!(listed.len(), 4);
    assert!(listed.iter().all(|backup| backup.problem.is_some()));
    assert!(listed[0].name.time > listed[1].name.time, "newest first");
}

#[tokio::test]
async fn a_backup_of_another_environment_is_not_there() {
    let bench = three().await;
    let writer = bench.writer("demo", "2026-11-23T01:00:00Z").await;
    write_part(&writer, "data.zst", b"x").await;
    writer.commit(manifest("staging"), None).await.unwrap();
    let chosen = pick(&bench, "demo", Choice::Newest).await.unwrap();
    assert_eq!(chosen.name.key(), "main/2026-11-22T010000Z-demo");
    assert!(chosen.passed_over[0].reason.contains("staging"));
    let named = Choice::Named("2026-11-23T010000Z-demo".to_owned());
    assert_eq!(
        pick(&bench, "demo", named).await.unwrap_err().kind(),
        Kind::NoBackup
    );
}

#[tokio::test]
async fn a_backup_can_be_named_or_chosen_by_time() {
    let bench = three().await;
    for name in ["2026-11-21T010000Z-demo", "main/2026-11-21T010000Z-demo/"] {
        let chosen = pick(&bench, "demo", Choice::Named(name.to_owned()))
            .await
            .unwrap();
        assert_eq!(chosen.name.key(), "main/2026-11-21T010000Z-demo");
    }
    for (time, expected) in [
        (MIDDLE, "21"),
        ("2026-11-21T00:59:59Z", "20"),
        ("2030-01-01T00:00:00Z", "22"),
    ] {
        let chosen = pick(&bench, "demo", Choice::At(at(time))).await.unwrap();
        assert_eq!(
            chosen.name.key(),
            format!("main/2026-11-{expected}T010000Z-demo")
        );
    }
    let before = pick(&bench, "demo", Choice::At(at("2026-11-19T00:00:00Z"))).await;
    assert_eq!(before.unwrap_err().kind(), Kind::NoBackup);
    bench.delete("main/2026-11-21T010000Z-demo/data.zst").await;
    for name in [
        "2026-11-21T010000Z-demo",
        "2026-11-21T010001Z-demo",
        "other/2026-11-21T010000Z-demo",
        "x",
    ] {
        let error = pick(&bench, "demo", Choice::Named(name.to_owned()))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::NoBackup, "a named one or none: {name}");
    }
}

#[tokio::test]
async fn the_pointer_never_moves_backwards() {
    let bench = Bench::new();
    let early = bench.writer("demo", EARLY).await;
    write_part(&early, "data.zst", b"x").await;
    bench.backup("demo", LATE).await;
    let committed = early.commit(manifest("production"), None).await.unwrap();
    assert!(committed.pointer_failure.is_none());
    let pointed = read_pointer(&bench.store, "main", "demo")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(pointed.time, at(LATE));
    let bytes = bench.get(POINTER).await.unwrap();
    let pointer: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(pointer["format"], "weir-pointer");
    assert_eq!(pointer["backup"], "main/2026-11-22T010000Z-demo");
}
