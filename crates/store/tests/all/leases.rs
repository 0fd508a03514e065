use super::support::{Awaited, Bench, at};
use jiff::Timestamp;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::stamp::Token;
use weir_store::{Acquire, Lease, Store, held_leases};
use weir_testkit::store_faults::FaultyStore;

const FOLDER: &str = "_weir/leases/staging%2Fdemo";

fn terms(now: Timestamp) -> Acquire<'static> {
    Acquire::new("staging/demo", "run-1", now)
}

async fn acquire(bench: &Bench) -> Result<Lease> {
    Lease::acquire(&bench.state, &terms(at("2026-11-22T01:36:00Z"))).await
}

fn claim(number: u32) -> String {
    format!("{FOLDER}/{number:012}.json")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_racers_one_has_the_target_and_the_other_is_told_who() {
    let bench = Bench::new();
    let results = futures::future::join_all((0..8).map(|_| acquire(&bench))).await;
    let (held, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(held.len(), 1);
    for error in refused.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind(), Kind::Locked);
        assert!(error.to_string().contains("run-1") && error.is_transient());
    }
}

#[tokio::test]
async fn a_released_target_is_free_and_tokens_rise_even_when_the_clock_goes_back() {
    let bench = Bench::new();
    let mut last = Token::default();
    for now in [
        "2026-11-22T01:36:00Z",
        "2026-11-22T01:35:00Z",
        "1969-01-01T00:00:00Z",
    ] {
        let lease = Lease::acquire(&bench.state, &terms(at(now))).await.unwrap();
        assert!(lease.token() > last);
        last = lease.token();
        lease.still_ours().await.unwrap();
        lease.release().await.unwrap();
    }
    let above = Acquire {
        above: Token(u64::MAX - 1),
        ..terms(at("2026-11-22T01:36:00Z"))
    };
    let lease = Lease::acquire(&bench.state, &above).await.unwrap();
    assert_eq!(lease.token(), Token(u64::MAX));
    assert_eq!(bench.get(&claim(1)).await, None, "old claims are removed");
}

#[tokio::test]
async fn a_dead_process_is_taken_over_at_once_and_the_stale_one_notices() {
    let bench = Bench::new();
    let stale = acquire(&bench).await.unwrap();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    bench
        .edit(&claim(1), |document| {
            document["by"]["pid"] = json!(child.id());
        })
        .await;
    let lease = acquire(&bench).await.unwrap();
    assert!(lease.token() > stale.token());
    assert_eq!(stale.still_ours().await.unwrap_err().kind(), Kind::Locked);
    lease.still_ours().await.unwrap();
}

#[tokio::test]
async fn a_holder_elsewhere_is_dead_only_after_its_time_to_live_without_a_beat() {
    let bench = Bench::new();
    drop(acquire(&bench).await.unwrap());
    bench
        .edit(&claim(1), |document| {
            document["by"]["host"] = json!("elsewhere");
        })
        .await;
    let began = std::time::Instant::now();
    let awaited = Arc::new(Awaited::default());
    let context = Context::new(Arc::clone(&awaited) as _);
    let short = Acquire {
        ttl: Duration::from_millis(300),
        context: Some(&context),
        ..terms(at("2026-11-22T01:36:00Z"))
    };
    Lease::acquire(&bench.state, &short).await.unwrap();
    assert!(began.elapsed() >= short.ttl);
    let told = awaited.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("run-1") && told[0].contains("elsewhere"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_holder_elsewhere_that_beats_is_alive() {
    let bench = Bench::new();
    let beating = Acquire {
        ttl: Duration::from_millis(100),
        ..terms(at("2026-11-22T01:36:00Z"))
    };
    let lease = Lease::acquire(&bench.state, &beating).await.unwrap();
    bench
        .edit(&claim(1), |document| {
            document["by"]["host"] = json!("elsewhere");
        })
        .await;
    let patient = Acquire {
        ttl: Duration::from_secs(20),
        ..terms(at("2026-11-22T01:36:00Z"))
    };
    let error = Lease::acquire(&bench.state, &patient).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Locked);
    lease.still_ours().await.unwrap();
    // Its heart notices a take-over by itself.
    bench
        .put(&claim(2), bench.get(&claim(1)).await.unwrap())
        .await;
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !lease.lost() {
        assert!(std::time::Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_can_wait_for_a_holder_that_lives() {
    let bench = Bench::new();
    let lease = acquire(&bench).await.unwrap();
    let waiting = Acquire {
        wait: Duration::from_secs(20),
        ttl: Duration::from_millis(400),
        ..terms(at("2026-11-22T01:36:00Z"))
    };
    let (second, ()) = tokio::join!(Lease::acquire(&bench.state, &waiting), async {
        lease.release().await.unwrap();
    });
    second.unwrap();
}

#[tokio::test]
async fn a_token_that_cannot_be_exceeded_is_refused_not_given_twice() {
    let bench = Bench::new();
    let above = Acquire {
        above: Token(u64::MAX),
        ..terms(at("2026-11-22T01:36:00Z"))
    };
    let error = Lease::acquire(&bench.state, &above).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(bench.get(&claim(1)).await.is_none());
}

#[tokio::test]
async fn foreign_objects_among_the_leases_do_not_lock_the_target() {
    let bench = Bench::new();
    for name in ["9.json", "+00000000009.json", "18446744073709551615.json"] {
        bench.put(&format!("{FOLDER}/{name}"), "x").await;
    }
    let lease = acquire(&bench).await.unwrap();
    lease.still_ours().await.unwrap();
    assert!(bench.get(&claim(1)).await.is_some());
}

#[tokio::test]
async fn of_targets_that_are_free_nothing_is_read_to_list_the_leases() {
    let memory = Arc::new(InMemory::new()) as Arc<dyn ObjectStore>;
    let counted = FaultyStore::new(memory);
    let gauge = counted.gauge();
    let state = Store::from_object_store(Arc::new(counted), "memory:");
    let now = at("2026-11-22T01:36:00Z");
    for number in 0..50 {
        let target = format!("staging/{number}");
        let lease = Lease::acquire(&state, &Acquire::new(&target, "run-1", now)).await;
        lease.unwrap().release().await.unwrap();
    }
    let calls = gauge.calls();
    assert!(held_leases(&state).await.unwrap().is_empty());
    assert_eq!(gauge.calls() - calls, 1, "one listing");

    // Taken once more: what was given back before says nothing of it.
    let again = Acquire::new("staging/7", "run-2", now);
    let _lease = Lease::acquire(&state, &again).await.unwrap();
    let calls = gauge.calls();
    let held = held_leases(&state).await.unwrap();
    assert_eq!(
        (held[0].target.as_str(), held[0].run.as_str()),
        ("staging/7", "run-2")
    );
    assert_eq!(held.len(), 1);
    assert!(gauge.calls() - calls < 10, "of that one alone");
}
