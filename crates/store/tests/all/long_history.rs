//! A state store with years of runs: what is listed costs what is shown.

use super::history::{ended, started};
use super::support::at;
use jiff::{SignedDuration, Timestamp};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use std::sync::Arc;
use weir_model::run::{Outcome, Started};
use weir_store::{Ending, Location, RunQuery, Store, list_runs};
use weir_testkit::store_faults::{FaultyStore, Gauge};

const NEWEST: &str = "2026-11-22T23:59:00Z";
/// 20,000 runs, one every 13 minutes, five objects each.
const RUNS: usize = 20_000;

/// The key and the content of every object of so many runs, the newest run first.
fn objects() -> impl Iterator<Item = (String, Vec<u8>)> {
    (0..RUNS).flat_map(|number| {
        let minutes = i64::try_from(number).unwrap() * 13;
        let time = at(NEWEST)
            .saturating_sub(SignedDuration::from_mins(minutes))
            .unwrap();
        let run = format!("{}-{number:08x}", time.strftime("%Y%m%dT%H%M%SZ"));
        let folder = format!("runs/{}/{run}", time.strftime("%Y-%m-%d"));
        let outcome = match number % 1_000 {
            999 => Outcome::Failed,
            _ => Outcome::Succeeded,
        };
        let begun = Started {
            app: format!("app-{}", number % 80),
            ..started(&run, &time.to_string())
        };
        [
            ("started.json", serde_json::to_vec(&begun).unwrap()),
            (
                "ended.json",
                serde_json::to_vec(&ended(outcome, None)).unwrap(),
            ),
            ("log-1.jsonl", b"{}\n".to_vec()),
            ("log-2.jsonl", b"{}\n".to_vec()),
            ("log-3.jsonl", b"{}\n".to_vec()),
        ]
        .map(|(name, bytes)| (format!("{folder}/{name}"), bytes))
    })
}

async fn in_memory() -> (Store, Arc<Gauge>) {
    let memory = InMemory::new();
    for (key, bytes) in objects() {
        let path = Path::parse(key).unwrap();
        object_store::ObjectStoreExt::put(&memory, &path, bytes.into())
            .await
            .unwrap();
    }
    let counted = FaultyStore::new(Arc::new(memory) as Arc<dyn ObjectStore>);
    let gauge = counted.gauge();
    (
        Store::from_object_store(Arc::new(counted), "memory:"),
        gauge,
    )
}

fn newest(limit: usize) -> RunQuery {
    RunQuery {
        limit,
        ..RunQuery::default()
    }
}

#[tokio::test]
async fn the_newest_of_a_hundred_thousand_records_are_listed_without_reading_the_rest() {
    let (state, gauge) = in_memory().await;
    let mut pages = Vec::new();
    let mut before = None;
    for _ in 0..3 {
        let calls = gauge.calls();
        let query = RunQuery {
            before,
            ..newest(20)
        };
        let page = list_runs(&state, &query).await.unwrap();
        // Of each run a listing and two records, of a few days a listing.
        let calls = gauge.calls() - calls;
        assert!(calls <= 20 * 3 + 20, "{calls} calls");
        before = page.last().map(|record| record.run.clone());
        pages.extend(page.into_iter().map(|record| record.run));
    }
    let numbers: Vec<&str> = pages.iter().map(|run| &run[run.len() - 8..]).collect();
    let expected: Vec<String> = (0..60).map(|number| format!("{number:08x}")).collect();
    assert_eq!(numbers, expected, "page after page, each run once");
}

#[tokio::test]
async fn of_runs_that_are_not_wanted_one_record_is_read() {
    let (state, gauge) = in_memory().await;
    let query = RunQuery {
        app: Some("app-79".to_owned()),
        ..newest(5)
    };
    let found = list_runs(&state, &query).await.unwrap();
    assert_eq!(found.len(), 5);
    // 400 runs passed by, and four or five days.
    assert!(gauge.calls() <= 400 + 5 * 3 + 30, "{} calls", gauge.calls());

    let calls = gauge.calls();
    let query = RunQuery {
        ending: Some(Ending::Ended(Outcome::Failed)),
        environment: Some("staging".to_owned()),
        ..newest(1)
    };
    let failed = list_runs(&state, &query).await.unwrap();
    assert_eq!(failed[0].ended.as_ref().unwrap().outcome, Outcome::Failed);
    let calls = gauge.calls() - calls;
    assert!(calls <= 2 * 1_000 + 30, "{calls} calls");
    let none = RunQuery {
        environment: Some("nowhere".to_owned()),
        before: Some(failed[0].run.clone()),
        ..newest(1)
    };
    assert!(list_runs(&state, &none).await.unwrap().is_empty());
}

/// Writes all objects as files below a folder.
fn write_files(folder: &std::path::Path) {
    for (key, bytes) in objects() {
        let path = folder.join("state").join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[allow(clippy::print_stdout, reason = "figures for whoever asks for them")]
async fn time_lists(place: &str, state: &Store) {
    for limit in [20, 100] {
        let began = Timestamp::now();
        let found = list_runs(state, &newest(limit)).await.unwrap();
        assert_eq!(found.len(), limit);
        let took = Timestamp::now().duration_since(began);
        println!("{place}, {limit} runs: {took}");
    }
}

#[tokio::test]
#[ignore = "writes 100,000 files; prints how long a list takes"]
async fn a_folder_of_a_hundred_thousand_records_is_listed_at_once() {
    let root = tempfile::tempdir().unwrap();
    write_files(root.path());
    let folder = Location {
        url: "state".to_owned(),
        base: root.path().to_owned(),
        ..Location::default()
    };
    time_lists("folder", &Store::open(&folder).unwrap()).await;
}
