//! What comes of the store's misbehaviour.

use super::support::{Bench, MIB, at, manifest, noise, read_part, write_part};
use object_store::memory::InMemory;
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_engine::{Context, SilentObserver};
use weir_model::error::Kind;
use weir_store::{Acquire, BackupWriter, Choice, Lease, Wanted, choose, discard_incomplete};
use weir_testkit::store_faults::{Call, Effect, Fault, FaultyStore, Habit};

const TIME: &str = "2026-11-22T01:36:00Z";

fn behaving() -> FaultyStore {
    FaultyStore::new(Arc::new(InMemory::new()))
}

async fn take_lease(bench: &Bench) -> Lease {
    let terms = Acquire::new("t", "run", at(TIME));
    Lease::acquire(&bench.state, &terms).await.unwrap()
}

fn wanted() -> Wanted<'static> {
    Wanted {
        environment: "production",
        instance: "main",
        database: "demo",
        trusted: &[],
    }
}

/// A backup of one large part and a small one, read back.
async fn backs_up_and_reads_back(bench: &Bench) {
    let parts = [("large", noise(20 * MIB)), ("small.zst", noise(9))];
    let committed = bench.backup_of("demo", TIME, &parts, None).await;
    assert!(committed.pointer_failure.is_none());
    let chosen = choose(&bench.store, &wanted(), &Choice::Newest)
        .await
        .unwrap();
    let reader = bench.reader(&chosen.read.manifest);
    for (name, content) in &parts {
        let mut seen = Vec::new();
        read_part(&reader, name, &mut seen).await.unwrap();
        assert!(seen == *content, "{name}");
    }
    take_lease(bench).await.release().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_no_failure() {
    for effect in [Effect::LosesAnswer, Effect::SaysItWasThere] {
        let calls = match effect {
            Effect::LosesAnswer => vec![
                Call::Create,
                Call::Put,
                Call::Update,
                Call::Complete,
                Call::Delete,
            ],
            // What an older try of the same call is answered with.
            _ => vec![Call::Create, Call::Update, Call::Complete],
        };
        for call in calls {
            let bench = Bench::on(Arc::new(behaving().with(Fault::on(call, effect))));
            backs_up_and_reads_back(&bench).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_not_completed_fails_the_part() {
    for effect in [Effect::Busy, Effect::Denied] {
        let store = behaving().with(Fault::on(Call::Complete, effect));
        let gauge = store.gauge();
        let bench = Bench::on(Arc::new(store));
        let error = large_part(&bench).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Store, "{error:?}");
        assert_eq!(error.is_transient(), effect == Effect::Busy, "{error:?}");
        assert_eq!(gauge.aborted(), 1);
    }
}

async fn large_part(bench: &Bench) -> weir_model::error::Result<()> {
    let writer = bench.writer("demo", TIME).await;
    let spec = weir_engine::PartSpec {
        name: "data".to_owned(),
        codec: weir_model::manifest::Codec::None,
        expected_bytes: 0,
    };
    let mut part = weir_engine::PartSink::begin(&writer, spec).await.unwrap();
    let written = match part.write(vec![1; 40 << 20].into()).await {
        Ok(()) => part.finish().await,
        Err(error) => {
            drop(part);
            Err(error)
        }
    };
    let committed = writer.commit(manifest("production"), None).await;
    assert_eq!(written.is_ok(), committed.is_ok(), "whole or nothing");
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_fails_fails_the_part_and_the_upload_is_aborted() {
    let store = behaving().with(Fault::on(Call::Piece, Effect::Busy).nth(2));
    let gauge = store.gauge();
    let bench = Bench::on(Arc::new(store));
    let error = large_part(&bench).await.unwrap_err();
    assert!(
        error.kind() == Kind::Store && error.is_transient(),
        "{error:?}"
    );
    let deadline = Instant::now() + Duration::from_secs(20);
    while gauge.aborted() == 0 {
        assert!(Instant::now() < deadline, "the upload was not aborted");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_pointer_that_cannot_be_moved_is_only_a_warning() {
    let denied = |call| Fault::on(call, Effect::Denied).at("latest-");
    let store = behaving()
        .with(denied(Call::Update))
        .with(denied(Call::Put));
    let bench = Bench::on(Arc::new(store));
    let first = bench.backup("demo", TIME).await;
    assert!(first.pointer_failure.is_none(), "the first is created");
    let second = bench.backup("demo", "2026-11-23T01:36:00Z").await;
    let warning = second.pointer_failure.expect("a warning");
    assert_eq!(warning.kind(), Kind::Store);
    assert!(warning.hint_text().unwrap().contains("policy"));
    let chosen = choose(&bench.store, &wanted(), &Choice::Newest)
        .await
        .unwrap();
    assert_eq!(chosen.name.time, at("2026-11-23T01:36:00Z"));
}

#[tokio::test]
async fn a_bucket_that_forbids_removing_is_enough() {
    let bench = Bench::on(Arc::new(behaving().that(Habit::NoDelete)));
    let writer = bench.writer("demo", TIME).await;
    write_part(&writer, "data.zst", b"x").await;
    let left = writer.name().clone();
    writer.abandon().await.unwrap_err();
    for _ in 0..3 {
        take_lease(&bench).await.release().await.unwrap();
    }
    // What is left counts for nobody, and its name is not used again.
    let committed = bench.backup("demo", TIME).await;
    assert_ne!(committed.manifest.backup, left.key());
    let chosen = choose(&bench.store, &wanted(), &Choice::Newest)
        .await
        .unwrap();
    assert_eq!(chosen.name.key(), committed.manifest.backup);
    let refused = discard_incomplete(&bench.store, &left).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Store);
}

#[tokio::test]
async fn where_every_version_is_kept_a_backup_makes_one_of_its_pointer_only() {
    let store = behaving().that(Habit::KeepsVersions);
    let gauge = store.gauge();
    let bench = Bench::on(Arc::new(store));
    bench.backup("demo", TIME).await;
    bench.backup("demo", "2026-11-23T01:36:00Z").await;
    assert_eq!(gauge.old_versions(), 1, "the pointer's");
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_no_reason_to_take_an_older_backup() {
    let truncated = Fault::on(Call::Get, Effect::Truncates(10)).at("manifest.json");
    let bench = Bench::on(Arc::new(behaving().with(truncated)));
    bench.backup("demo", TIME).await;
    let error = choose(&bench.store, &wanted(), &Choice::Newest)
        .await
        .unwrap_err();
    assert!(
        error.kind() == Kind::Store && error.is_transient(),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_never_answers_is_given_up_at_the_deadline() {
    let stalled = [Call::List, Call::Get, Call::Create];
    for call in stalled {
        let bench = Bench::on(Arc::new(behaving().with(Fault::on(call, Effect::Stalls))));
        let deadline = Instant::now() + Duration::from_millis(50);
        let context = Context::new(Arc::new(SilentObserver)).with_deadline(Some(deadline));
        let (store, state) = (bench.store.watched(&context), bench.state.watched(&context));
        let name = weir_store::BackupName::new("main", at(TIME), "demo");
        let error = match call {
            Call::Create => BackupWriter::claim(&store, &state, name, "run", None, &bench.budget)
                .await
                .err(),
            _ => choose(&store, &wanted(), &Choice::Newest).await.err(),
        };
        assert_eq!(
            error.map(|error| error.kind()),
            Some(Kind::Deadline),
            "{call:?}"
        );
    }
}

#[tokio::test]
async fn a_listing_that_lags_never_hides_a_newer_backup_for_good() {
    let bench = Bench::on(Arc::new(behaving().that(Habit::LagsBy(2))));
    bench.backup("demo", TIME).await;
    let first = choose(&bench.store, &wanted(), &Choice::Newest).await;
    // Parts that are not listed yet may be missing: such a backup is not taken.
    assert!(first.is_err());
    let mut chosen = first;
    for _ in 0..6 {
        chosen = choose(&bench.store, &wanted(), &Choice::Newest).await;
        if chosen.is_ok() {
            break;
        }
    }
    assert_eq!(chosen.unwrap().name.time, at(TIME));
}

#[tokio::test]
async fn a_backup_that_was_archived_is_passed_over_before_it_is_read() {
    let archived = |key, class| Fault::on(Call::Get, Effect::Archived(class)).at(key);
    let store = behaving()
        .with(archived("2026-11-24T013600Z-demo/manifest", "GLACIER"))
        .with(archived("2026-11-23T013600Z-demo/large", "DEEP_ARCHIVE"));
    let bench = Bench::on(Arc::new(store));
    for day in 22..=24 {
        let parts = [("large", noise(9000)), ("small", noise(9))];
        let time = format!("2026-11-{day}T01:36:00Z");
        bench.backup_of("demo", &time, &parts, None).await;
    }
    let chosen = choose(&bench.store, &wanted(), &Choice::Newest)
        .await
        .unwrap();
    assert_eq!(chosen.name.time, at(TIME));
    let reasons: Vec<_> = chosen.passed_over.iter().map(|one| &one.reason).collect();
    assert!(
        reasons[0].contains("GLACIER") && reasons[1].contains("DEEP_ARCHIVE"),
        "{reasons:?}"
    );
    let named = Choice::Named("2026-11-23T013600Z-demo".to_owned());
    let error = choose(&bench.store, &wanted(), &named).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NoBackup);
    assert!(error.cause().contains("cloud's restore"), "{error}");
}
