//! Backups that arrive in any order: whoever chooses meanwhile takes a whole one or none.

use super::support::{Awaited, Bench, noise};
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use weir_engine::{Cancel, Context, SilentObserver};
use weir_model::error::{Kind, Result};
use weir_store::{Choice, Chosen, Incomplete, Patience, Wanted, choose_arrived};

const OLD: &str = "main/2026-11-20T010000Z-demo";
const MIDDLE: &str = "main/2026-11-21T010000Z-demo";
const NEW: &str = "main/2026-11-22T010000Z-demo";
const POINTER: &str = "main/latest-demo.json";

/// Three backups of three parts each, and the pointer to the newest.
async fn upstream() -> Bench {
    let bench = Bench::new();
    for time in [
        "2026-11-20T01:00:00Z",
        "2026-11-21T01:00:00Z",
        "2026-11-22T01:00:00Z",
    ] {
        let parts = [
            ("data.zst", time.as_bytes().to_vec()),
            ("more/rows", noise(100)),
            ("schema", b"schema".to_vec()),
        ];
        bench.backup_of("demo", time, &parts, None).await;
    }
    bench
}

async fn keys(bench: &Bench) -> Vec<String> {
    let listed: Vec<_> = bench.objects.list(None).try_collect().await.unwrap();
    let keys = listed.into_iter().map(|meta| meta.location.to_string());
    keys.filter(|key| !key.starts_with("_weir")).collect()
}

async fn carry(from: &Bench, to: &Bench, key: &str) {
    let bytes = from.get(key).await.unwrap();
    let path = Path::parse(key).unwrap();
    to.objects.put(&path, bytes.into()).await.unwrap();
}

async fn carry_all(from: &Bench, to: &Bench, without: &[&str]) {
    for key in keys(from).await {
        if !without.contains(&key.as_str()) {
            carry(from, to, &key).await;
        }
    }
}

fn patience(wait: u64, incomplete: Incomplete) -> Patience {
    let wait = Duration::from_secs(wait);
    Patience { wait, incomplete }
}

async fn pick(bench: &Bench, choice: &Choice, patience: Patience) -> Result<Chosen> {
    pick_with(
        bench,
        choice,
        patience,
        &Context::new(Arc::new(SilentObserver)),
    )
    .await
}

async fn pick_with(
    bench: &Bench,
    choice: &Choice,
    patience: Patience,
    context: &Context,
) -> Result<Chosen> {
    let wanted = Wanted {
        environment: "production",
        instance: "main",
        database: "demo",
        trusted: &[],
    };
    choose_arrived(&bench.store, &wanted, choice, &patience, context).await
}

/// A runtime whose clock moves on as soon as there is nothing to do but wait.
fn virtual_time() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

/// The objects of three backups, in any order.
fn any_order() -> impl Strategy<Value = Vec<String>> {
    let keys = virtual_time().block_on(async { keys(&upstream().await).await });
    Just(keys).prop_shuffle()
}

/// The newest backup of which everything has arrived.
fn newest_whole(arrived: &BTreeSet<String>) -> Option<&'static str> {
    [NEW, MIDDLE, OLD].into_iter().find(|backup| {
        ["data.zst", "more/rows", "schema", "manifest.json"]
            .iter()
            .all(|name| arrived.contains(&format!("{backup}/{name}")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn between_any_two_arrivals_the_newest_whole_one_is_taken(order in any_order()) {
        virtual_time().block_on(async {
            let (from, to) = (upstream().await, Bench::new());
            let mut arrived = BTreeSet::new();
            for key in order {
                carry(&from, &to, &key).await;
                arrived.insert(key);
                let chosen = pick(&to, &Choice::Newest, patience(0, Incomplete::Previous)).await;
                match (chosen, newest_whole(&arrived)) {
                    (Ok(chosen), Some(newest)) => assert_eq!(chosen.name.key(), newest),
                    (Err(error), None) => assert_eq!(error.kind(), Kind::NoBackup),
                    (chosen, newest) => panic!("{chosen:?}, not {newest:?}"),
                }
            }
        });
    }

    #[test]
    fn whoever_waits_ends_with_the_newest(order in any_order(), pause in 1_u64..9) {
        virtual_time().block_on(async {
            let (from, to) = (upstream().await, Bench::new());
            // What nothing has come of cannot be waited for; and what else comes is no sign of it.
            let first = order.iter().position(|key| key.starts_with(NEW) || key == POINTER).unwrap();
            let (before, rest) = order.split_at(first + 1);
            for key in before {
                carry(&from, &to, key).await;
            }
            let choice = Choice::Newest;
            let arriving = async {
                for key in rest {
                    tokio::time::sleep(Duration::from_secs(pause)).await;
                    carry(&from, &to, key).await;
                }
            };
            let policy = patience(120, Incomplete::Fail);
            let (chosen, ()) = tokio::join!(pick(&to, &choice, policy), arriving);
            let chosen = chosen.unwrap();
            assert_eq!((chosen.name.key().as_str(), chosen.passed_over.len()), (NEW, 0));
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_that_never_comes_is_waited_for_only_so_long() {
    let (from, to) = (upstream().await, Bench::new());
    carry_all(&from, &to, &[&format!("{NEW}/schema")]).await;
    let began = Instant::now();
    let chosen = pick(&to, &Choice::Newest, patience(900, Incomplete::Previous))
        .await
        .unwrap();
    let waited = began.elapsed().as_secs();
    assert!((900..960).contains(&waited), "{waited}");
    assert_eq!(chosen.name.key(), MIDDLE);
    let passed = &chosen.passed_over[0];
    assert_eq!(passed.backup, NEW);
    assert!(
        passed.reason.contains("part schema is missing") && passed.reason.contains("900 s"),
        "{}",
        passed.reason
    );

    let error = pick(&to, &Choice::Newest, patience(900, Incomplete::Fail))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::NoBackup);
    assert!(error.cause().contains(NEW), "{error}");
    // A named one is waited for alone, and taken at once when it is whole.
    let named = |backup: &str| Choice::Named(backup.to_owned());
    let began = Instant::now();
    let whole = pick(&to, &named(MIDDLE), patience(900, Incomplete::Fail)).await;
    assert_eq!(whole.unwrap().name.key(), MIDDLE);
    assert_eq!(began.elapsed(), Duration::ZERO);
    let error = pick(&to, &named(NEW), patience(900, Incomplete::Previous))
        .await
        .unwrap_err();
    assert!(error.cause().contains("schema"), "{error}");
    // Older ones that were never whole hold up nobody.
    to.delete(&format!("{OLD}/schema")).await;
    carry(&from, &to, &format!("{NEW}/schema")).await;
    let began = Instant::now();
    let chosen = pick(&to, &Choice::Newest, patience(900, Incomplete::Fail)).await;
    assert_eq!(chosen.unwrap().name.key(), NEW);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_pointer_that_came_first_hides_nothing_and_is_waited_for() {
    let (from, to) = (upstream().await, Bench::new());
    let new: Vec<String> = keys(&from).await;
    let new: Vec<&str> = new
        .iter()
        .map(String::as_str)
        .filter(|key| key.starts_with(NEW))
        .collect();
    carry_all(&from, &to, &new).await;
    let chosen = pick(&to, &Choice::Newest, patience(0, Incomplete::Previous))
        .await
        .unwrap();
    assert_eq!(chosen.name.key(), MIDDLE);
    assert_eq!(chosen.passed_over[0].backup, NEW);
    let error = pick(&to, &Choice::Newest, patience(60, Incomplete::Fail)).await;
    assert!(error.unwrap_err().cause().contains("pointer"));
    // One taken before is not made to wait for it.
    let at = Choice::At("2026-11-21T12:00:00Z".parse().unwrap());
    let began = Instant::now();
    let chosen = pick(&to, &at, patience(60, Incomplete::Fail))
        .await
        .unwrap();
    assert_eq!(
        (chosen.name.key().as_str(), began.elapsed()),
        (MIDDLE, Duration::ZERO)
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_waited_for_is_told_and_the_wait_can_be_stopped() {
    let (from, to) = (upstream().await, Bench::new());
    let (data, rows) = (format!("{NEW}/data.zst"), format!("{NEW}/more/rows"));
    carry_all(&from, &to, &[&data, &rows]).await;
    let awaited = Arc::new(Awaited::default());
    let cancel = Cancel::default();
    let context = Context::new(Arc::clone(&awaited) as _).with_cancel(cancel.clone());
    let stop = async {
        tokio::time::sleep(Duration::from_secs(100)).await;
        carry(&from, &to, &rows).await;
        tokio::time::sleep(Duration::from_secs(100)).await;
        cancel.cancel();
    };
    let choice = Choice::Newest;
    let policy = patience(3600, Incomplete::Previous);
    let began = Instant::now();
    let (stopped, ()) = tokio::join!(pick_with(&to, &choice, policy, &context), stop);
    assert_eq!(stopped.unwrap_err().kind(), Kind::Interrupted);
    assert_eq!(began.elapsed().as_secs(), 200);
    let told = awaited.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains(NEW) && told[0].contains("2 of 3 parts"),
        "{told:?}"
    );
    assert!(told[1].contains("1 of 3 parts"), "{told:?}");
}
