//! A store that takes connections and never answers: every verb ends at once when it is told to
//! stop, wherever in it the store fell silent.

use crate::fixture::{Fixture, PEOPLE, context};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};
use weir_engine::{Cancel, Context};
use weir_model::error::{Kind, Result};
use weir_pipeline::history::RunFilter;
use weir_pipeline::verify::Shelf;
use weir_pipeline::{Choice, RunOptions, Selection, Weir};

/// The time a stop may take: what a verb winds up with the store takes ten seconds at most.
const SOON: Duration = Duration::from_secs(15);

/// A fleet whose production store is silent; what is asked of it says "stop" to the run.
struct Silent {
    fixture: Fixture,
    cancel: Cancel,
}

impl Silent {
    /// `state` is where production's records lie: in the silent store too, when empty.
    fn new(state: &str) -> Self {
        let fixture = Fixture::new(PEOPLE);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let store = format!(
            "    store: {{url: \"s3://b\", endpoint: \"http://{address}\", region: x, \
             access_key_id: {{env: HOME}}, secret_access_key: {{env: HOME}}}}\n{state}"
        );
        let config = fixture
            .config
            .replace("    store: stores/production\n", &store);
        let cancel = Cancel::default();
        let asked = cancel.clone();
        // Ends with the test's process: nothing but the verb under test ever connects.
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for connection in listener.incoming() {
                kept.push(connection);
                asked.cancel();
            }
        });
        let fixture = Fixture { config, ..fixture };
        Self { fixture, cancel }
    }

    /// A verb must end soon with `interrupted`.
    async fn stops(self, verb: &str, run: impl AsyncFnOnce(&Weir, &Context) -> Result<()>) {
        let context = context().with_cancel(self.cancel);
        let began = Instant::now();
        let ended = run(&self.fixture.weir(), &context).await;
        assert_eq!(
            ended.err().map(|error| error.kind()),
            Some(Kind::Interrupted),
            "{verb}"
        );
        let took = began.elapsed();
        assert!(took < SOON, "{verb} took {took:?} to stop");
    }
}

/// Production's records in a folder, so that only its backups lie in the silent store.
const STATE: &str = "    state: stores/state\n";

/// The first error of a run of one job.
async fn run(weir: &Weir, job: &str, context: &Context) -> Result<()> {
    let (selection, options) = (Selection::parse(job, false), RunOptions::default());
    let report = weir_pipeline::run::run(weir, "run", &selection, &options, context).await?;
    report
        .jobs
        .into_iter()
        .find_map(|job| job.error)
        .map_or(Ok(()), Err)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_stops_where_it_is_recorded_or_stored() {
    for state in ["", STATE] {
        let backup = async |weir: &Weir, context: &Context| run(weir, "production", context).await;
        Silent::new(state).stops("backup", backup).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_stops_where_it_chooses_and_leaves_no_trace() {
    let silent = Silent::new("");
    let folder = silent.fixture.folder.path().to_owned();
    silent
        .stops("restore", async |weir, context| {
            run(weir, "staging", context).await
        })
        .await;
    assert!(!folder.join("staging-people.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_and_a_rollback_stop() {
    Silent::new(STATE)
        .stops("drill", async |weir, context| {
            let job = "production/people";
            let drill = weir_pipeline::drill::drill(weir, job, None, &Choice::Newest, context);
            let mut jobs = drill.await?.run.jobs.into_iter();
            jobs.find_map(|job| job.error).map_or(Ok(()), Err)
        })
        .await;
    Silent::new("")
        .stops("rollback", async |weir, context| {
            let job = "production/people";
            let options = RunOptions::default();
            let rollback = weir_pipeline::rollback::rollback(weir, job, &options, context);
            rollback.await.map(drop)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_stops_too() {
    let job = "production/people";
    Silent::new("")
        .stops("verify", async |weir, context| {
            let choice = Choice::Newest;
            let verify =
                weir_pipeline::verify::verify(weir, (job, None), Shelf::Own, &choice, context);
            verify.await.map(drop)
        })
        .await;
    Silent::new("")
        .stops("backups list", async |weir, context| {
            let list = weir_pipeline::backups::list(weir, "production", None, context);
            list.await.map(drop)
        })
        .await;
    let backup = "production:people-sqlite/2026-11-22T120000Z-people";
    Silent::new("")
        .stops("backups show", async |weir, context| {
            let show = weir_pipeline::backups::show(weir, backup, context);
            show.await.map(drop)
        })
        .await;
    Silent::new("")
        .stops("backups pull", async |weir, context| {
            let pull = weir_pipeline::backups::pull(weir, backup, Path::new("pulled"), context);
            pull.await.map(drop)
        })
        .await;
    let filter = RunFilter {
        limit: 5,
        ..RunFilter::default()
    };
    Silent::new("")
        .stops("runs", async |weir, context| {
            let runs = weir_pipeline::history::runs(weir, &filter, context);
            runs.await.map(drop)
        })
        .await;
    Silent::new("")
        .stops("logs", async |weir, context| {
            let run = "20261122T120000Z-0a1b2c3d";
            weir_pipeline::history::log(weir, run, context)
                .await
                .map(drop)
        })
        .await;
    Silent::new("")
        .stops("plan", async |weir, context| {
            let (selection, options) = (Selection::parse("staging", false), RunOptions::default());
            let plan = weir_pipeline::plan::plan(weir, &selection, &options, context);
            plan.await.map(drop)
        })
        .await;
}
