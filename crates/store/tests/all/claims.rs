use super::support::{Bench, at, manifest, write_part};
use weir_model::error::Kind;
use weir_store::{BackupName, BackupWriter, discard_incomplete, read_claim, this_process};

const TIME: &str = "2026-11-22T01:36:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn runs_within_one_second_get_different_names() {
    let bench = Bench::new();
    let claims = (0..8).map(|_| bench.writer("demo", TIME));
    let writers = futures::future::join_all(claims).await;
    let names: std::collections::BTreeSet<_> =
        writers.iter().map(|writer| writer.name().key()).collect();
    assert_eq!(names.len(), 8);
    assert!(names.contains("main/2026-11-22T013607Z-demo"));
    let claim = read_claim(&bench.state, writers[0].name())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((claim.run.as_str(), claim.by), ("run-1", this_process()));
}

#[tokio::test]
async fn a_folder_with_objects_is_not_written_into_even_when_its_claim_was_lost() {
    let bench = Bench::new();
    bench.backup("demo", TIME).await;
    bench
        .delete("_weir/claims/main/2026-11-22T013600Z-demo.json")
        .await;
    assert_eq!(
        bench.writer("demo", TIME).await.name().time,
        at("2026-11-22T01:36:01Z")
    );
}

#[tokio::test]
async fn a_name_is_given_up_after_a_minute_and_an_empty_one_at_once() {
    let bench = Bench::new();
    for _ in 0..60 {
        bench.writer("demo", TIME).await;
    }
    let claim = |instance, database| {
        let name = BackupName::new(instance, at(TIME), database);
        let (store, state, budget) = (&bench.store, &bench.state, &bench.budget);
        async move {
            BackupWriter::claim(store, state, name, "run", None, budget)
                .await
                .err()
                .unwrap()
        }
    };
    assert_eq!(claim("main", "demo").await.kind(), Kind::Store);
    assert_eq!(claim("main", "").await.kind(), Kind::Config);
    assert_eq!(claim("", "demo").await.kind(), Kind::Config);
}

#[tokio::test]
async fn what_a_dead_run_left_is_removed_and_a_backup_never_is() {
    let bench = Bench::new();
    let whole = bench.writer("demo", TIME).await;
    write_part(&whole, "data.zst", b"x").await;
    let dead = bench.writer("demo", TIME).await;
    write_part(&dead, "data.zst", b"x").await;
    whole.commit(manifest("production"), None).await.unwrap();
    assert_eq!(
        discard_incomplete(&bench.store, dead.name()).await.unwrap(),
        1
    );
    let error = discard_incomplete(&bench.store, whole.name())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Guard);
}
