use super::support::{Bench, at};
use jiff::SignedDuration;
use serde_json::json;
use weir_model::error::Kind;
use weir_model::run::{Ended, Outcome, Process, Started, StatusEntry, Step};
use weir_store::{
    Ending, Location, RunLog, RunQuery, Store, list_runs, new_run_id, read_run, read_status,
    this_process, unfinished_runs, update_status,
};

const TIME: &str = "2026-11-22T01:36:00Z";

pub(super) fn started(run: &str, time: &str) -> Started {
    Started {
        run: run.to_owned(),
        at: at(time),
        verb: "run".to_owned(),
        environment: "staging".to_owned(),
        app: "app".to_owned(),
        job: "main".to_owned(),
        by: this_process(),
        weir: "0".to_owned(),
        deadline: None,
        continues: None,
        definition: None,
        due: None,
        attempt: 1,
        requested_by: None,
        despite_holds: Vec::new(),
        group: None,
    }
}

fn step(number: u32, operation: &str, outcome: Outcome, ended: &str) -> Step {
    Step {
        number,
        operation: operation.to_owned(),
        database: "demo".to_owned(),
        began: at(TIME),
        ended: at(ended),
        outcome,
        backup: None,
        data_as_of: None,
        sanitising: None,
        bytes: 1,
        rows: 2,
        tables: Vec::new(),
        token: None,
        done_by: None,
        failure: None,
    }
}

pub(super) fn ended(outcome: Outcome, by: Option<Process>) -> Ended {
    Ended {
        at: at(TIME),
        outcome,
        written_by: by,
        failure: None,
    }
}

#[tokio::test]
async fn the_records_of_a_run_come_back() {
    let bench = Bench::new();
    let run = new_run_id(at(TIME)).unwrap();
    assert!(run.starts_with("20261122T013600Z-"));
    let log = RunLog::start(&bench.state, &started(&run, TIME))
        .await
        .unwrap();
    for number in 1..=11 {
        log.step(&step(number, "restore", Outcome::Succeeded, TIME))
            .await
            .unwrap();
        let line = json!({"n": number}).as_object().unwrap().clone();
        log.log(&[line]).await.unwrap();
    }
    log.ended(&ended(Outcome::Succeeded, None)).await.unwrap();
    log.ended(&ended(Outcome::Succeeded, None)).await.unwrap();
    let record = read_run(&bench.state, &run).await.unwrap().unwrap();
    assert_eq!(record.started.as_ref().unwrap(), &started(&run, TIME));
    let numbers: Vec<u32> = record.steps.iter().map(|step| step.number).collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
    assert_eq!(record.ended.as_ref().unwrap().outcome, Outcome::Succeeded);
    let text = record.log(&bench.state).await.unwrap();
    assert!(text.starts_with("{\"n\":1}\n{\"n\":2}\n") && text.ends_with("{\"n\":11}\n"));
    assert!(
        bench
            .get(&format!("_weir/runs/2026-11-22/{run}/started.json"))
            .await
            .is_some()
    );
}

#[tokio::test]
async fn a_run_found_dead_cannot_claim_success_later() {
    let bench = Bench::new();
    let run = new_run_id(at(TIME)).unwrap();
    let log = RunLog::start(&bench.state, &started(&run, TIME))
        .await
        .unwrap();
    let healer = RunLog::of(&bench.state, &run).unwrap();
    healer
        .ended(&ended(Outcome::Interrupted, Some(this_process())))
        .await
        .unwrap();
    let error = log
        .ended(&ended(Outcome::Succeeded, None))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted);
    let record = read_run(&bench.state, &run).await.unwrap().unwrap();
    assert_eq!(record.ended.unwrap().outcome, Outcome::Interrupted);
}

#[tokio::test]
async fn runs_are_listed_newest_first_and_unfinished_ones_are_found() {
    let bench = Bench::new();
    let mut runs = Vec::new();
    for day in 0..5 {
        let time = at(TIME)
            .saturating_sub(SignedDuration::from_hours(24 * day))
            .unwrap();
        let run = new_run_id(time).unwrap();
        let log = RunLog::start(&bench.state, &started(&run, &time.to_string()))
            .await
            .unwrap();
        if day % 2 == 0 {
            log.ended(&ended(Outcome::Succeeded, None)).await.unwrap();
        }
        runs.push(run);
    }
    let query = RunQuery {
        limit: 3,
        ..RunQuery::default()
    };
    let listed = list_runs(&bench.state, &query).await.unwrap();
    assert!(listed.iter().map(|record| &record.run).eq(&runs[..3]));
    let query = RunQuery {
        limit: 9,
        ending: Some(Ending::Ended(Outcome::Succeeded)),
        ..RunQuery::default()
    };
    let done = list_runs(&bench.state, &query).await.unwrap();
    assert_eq!(done.len(), 3);
    let unfinished = unfinished_runs(&bench.state, at(TIME), 2).await.unwrap();
    assert!(unfinished.iter().map(|record| &record.run).eq(&runs[1..2]));
    assert!(
        read_run(&bench.state, &new_run_id(at(TIME)).unwrap())
            .await
            .unwrap()
            .is_none()
    );
    for run in [
        "",
        "x",
        "../../secret",
        "20261122T013600Z-../../..",
        "20261122T013600Z-0123456é",
    ] {
        assert_eq!(
            read_run(&bench.state, run).await.unwrap_err().kind(),
            Kind::Usage,
            "{run}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_keeps_the_newest_step_and_the_last_success_of_everyone() {
    let bench = Bench::new();
    let entry = |job: &str, outcome, time: &str| {
        let last = step(1, "restore", outcome, time);
        StatusEntry {
            job: job.to_owned(),
            run: "run".to_owned(),
            last_success: (outcome == Outcome::Succeeded).then(|| last.clone()),
            success_before: None,
            newest: Vec::new(),
            last,
        }
    };
    let jobs: Vec<String> = (0..8).map(|number| format!("job-{number}")).collect();
    let good: Vec<_> = jobs
        .iter()
        .map(|job| entry(job, Outcome::Succeeded, TIME))
        .collect();
    let writes = good
        .iter()
        .map(|entry| update_status(&bench.state, "staging", "app", entry));
    for result in futures::future::join_all(writes).await {
        result.unwrap();
    }
    let failed = entry("job-0", Outcome::Failed, "2026-11-22T02:00:00Z");
    update_status(&bench.state, "staging", "app", &failed)
        .await
        .unwrap();
    let older = entry("job-0", Outcome::Succeeded, "2026-11-22T01:50:00Z");
    update_status(&bench.state, "staging", "app", &older)
        .await
        .unwrap();
    let status = read_status(&bench.state, "staging", "app").await.unwrap();
    assert_eq!(status.entries.len(), 8);
    let found = status
        .entries
        .iter()
        .find(|entry| entry.job == "job-0")
        .unwrap();
    assert_eq!(found.last.outcome, Outcome::Failed);
    assert_eq!(found.last_success.as_ref().unwrap().ended, at(TIME));
    assert!(
        read_status(&bench.state, "staging", "other")
            .await
            .unwrap()
            .entries
            .is_empty()
    );
}

fn success(job: &str, run: &str, time: &str) -> StatusEntry {
    let last = step(1, "restore", Outcome::Succeeded, time);
    StatusEntry {
        job: job.to_owned(),
        run: run.to_owned(),
        last_success: Some(last.clone()),
        success_before: None,
        newest: Vec::new(),
        last,
    }
}

#[tokio::test]
async fn after_the_clock_jumped_back_the_summary_still_takes_the_next_step() {
    let bench = Bench::new();
    for (run, time) in [("one", "2027-11-22T01:36:00Z"), ("two", TIME)] {
        let entry = success("job", run, time);
        update_status(&bench.state, "staging", "app", &entry)
            .await
            .unwrap();
    }
    let status = read_status(&bench.state, "staging", "app").await.unwrap();
    assert_eq!(status.entries[0].run, "two");
}

#[tokio::test]
async fn a_step_written_twice_is_no_success_before_itself() {
    let bench = Bench::new();
    let newest = "2026-11-22T02:00:00Z";
    for (run, time) in [("one", TIME), ("two", newest), ("two", newest)] {
        update_status(&bench.state, "staging", "app", &success("job", run, time))
            .await
            .unwrap();
    }
    let status = read_status(&bench.state, "staging", "app").await.unwrap();
    let entry = &status.entries[0];
    assert_eq!(entry.last_success.as_ref().unwrap().ended, at(newest));
    assert_eq!(entry.success_before.as_ref().unwrap().ended, at(TIME));
}

#[tokio::test]
async fn in_a_folder_another_process_is_waited_for_before_the_summary_changes() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(&Location {
        url: root.path().display().to_string(),
        ..Location::default()
    })
    .unwrap();
    let state = store.under("_weir");
    let other = std::fs::File::open(root.path()).unwrap();
    other.lock().unwrap();
    let entry = success("job", "one", TIME);
    let mut update = std::pin::pin!(update_status(&state, "staging", "app", &entry));
    let early = tokio::time::timeout(std::time::Duration::from_millis(500), &mut update).await;
    assert!(early.is_err(), "it did not wait");
    other.unlock().unwrap();
    update.await.unwrap();
    let status = read_status(&state, "staging", "app").await.unwrap();
    assert_eq!(status.entries.len(), 1);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_hides_no_other() {
    let bench = Bench::new();
    for (run, record) in [
        ("20261122T013600Z-0a1b2c3d", "started.json"),
        ("20261122T023600Z-0a1b2c3d", "ended.json"),
    ] {
        let log = RunLog::start(&bench.state, &started(run, TIME))
            .await
            .unwrap();
        log.ended(&ended(Outcome::Succeeded, None)).await.unwrap();
        let key = format!("_weir/runs/2026-11-22/{run}/{record}");
        bench.put(&key, "{ CANARY").await;
    }
    let all = RunQuery {
        limit: 9,
        ..RunQuery::default()
    };
    let runs = list_runs(&bench.state, &all).await.unwrap();
    assert_eq!(runs.len(), 2);
    assert!(runs[0].started.is_some() && runs[0].ended.is_none());
    assert!(runs[1].started.is_none() && runs[1].ended.is_some());
    for (run, record) in runs.iter().zip(["ended", "started"]) {
        let reason = run.unreadable.as_ref().unwrap();
        assert!(
            reason.contains(record) && !reason.contains("CANARY"),
            "{reason}"
        );
    }
}
