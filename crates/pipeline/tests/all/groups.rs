//! Groups: databases that are backed up at one moment and put live together.

use crate::fixture::{ENVIRONMENTS, Fixture, context};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use weir_model::group::GroupMoment;
use weir_model::manifest::Manifest;
use weir_pipeline::holds::{self, NewHold};
use weir_pipeline::{Engines, RunOptions, Selection, Settings, Weir, plan, run};
use weir_testkit::observe::Probe;

/// Two apps of one group. `audit` has the first turn.
pub(crate) const PAIR: &str = "apps:
  audit: {engine: sqlite, database: audit, group: publishing, only: [production, staging]}
  forms: {engine: sqlite, database: forms, group: publishing, only: [production, staging]}
";

/// A fleet of two apps whose production has `rows` rows in each.
pub(crate) fn pair(apps: &str, rows: u32) -> Fixture {
    let fixture = Fixture::with_environments(ENVIRONMENTS, apps);
    fill(&fixture, rows);
    fixture
}

pub(crate) fn fill(fixture: &Fixture, rows: u32) {
    for app in ["audit", "forms"] {
        fixture.fill(&format!("production-{app}.db"), rows);
    }
}

/// How many rows staging's live copies have.
pub(crate) fn live(fixture: &Fixture) -> [String; 2] {
    ["audit", "forms"].map(|app| {
        let name = format!("staging-{app}.db");
        fixture.query(&name, "SELECT count(*) FROM users")
    })
}

/// The manifest of the newest backup of an app.
fn newest_manifest(fixture: &Fixture, environment: &str, app: &str) -> Manifest {
    let files = fixture.all_bytes(&format!("stores/{environment}/{app}-sqlite"));
    let manifests = files
        .into_iter()
        .filter(|(path, _)| path.ends_with("manifest.json"));
    let (_, bytes) = manifests.max_by_key(|(path, _)| path.clone()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn moment_of(fixture: &Fixture, environment: &str, app: &str) -> Option<GroupMoment> {
    newest_manifest(fixture, environment, app).group
}

/// Moves rows from one app to the other, each in two transactions, until it is stopped.
struct Writer {
    stop: Arc<AtomicBool>,
    moved: Arc<AtomicU32>,
    thread: std::thread::JoinHandle<Vec<(Timestamp, Timestamp)>>,
}

const ROWS: u32 = 200_000;

impl Writer {
    fn start(fixture: &Fixture) -> Self {
        for (app, rows) in [("forms", ROWS), ("audit", 0)] {
            let database = open(&fixture.path(&format!("production-{app}.db")));
            database
                .execute_batch(&format!(
                    "PRAGMA journal_mode = WAL; DROP TABLE IF EXISTS papers;
                     CREATE TABLE papers (id INTEGER PRIMARY KEY);
                     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
                     INSERT INTO papers SELECT i FROM n WHERE {rows} > 0;"
                ))
                .unwrap();
        }
        let (stop, moved) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (from, to) = (
            fixture.path("production-forms.db"),
            fixture.path("production-audit.db"),
        );
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&moved));
        let thread = std::thread::spawn(move || write(&from, &to, &stopped, &counted));
        Self {
            stop,
            moved,
            thread,
        }
    }

    /// Waits until `more` rows have moved.
    async fn moves(&self, more: u32) {
        let until = self.moved.load(Ordering::SeqCst) + more;
        while self.moved.load(Ordering::SeqCst) < until {
            assert!(!self.thread.is_finished(), "the writer has died");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// When each row moved, by its id less one.
    fn stop(self) -> Vec<(Timestamp, Timestamp)> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

fn open(path: &Path) -> rusqlite::Connection {
    let database = rusqlite::Connection::open(path).unwrap();
    database.busy_timeout(Duration::from_secs(30)).unwrap();
    database.execute_batch("PRAGMA synchronous = OFF").unwrap();
    database
}

fn write(
    from: &Path,
    to: &Path,
    stop: &AtomicBool,
    moved: &AtomicU32,
) -> Vec<(Timestamp, Timestamp)> {
    let (from, to) = (open(from), open(to));
    let mut moves = Vec::new();
    for id in 1..=ROWS {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let began = Timestamp::now();
        // Of every other row there are two for a moment, of the others none.
        let add = (&to, "INSERT INTO papers VALUES (?1)");
        let remove = (&from, "DELETE FROM papers WHERE id = ?1");
        let in_turn = if id % 2 == 0 {
            [add, remove]
        } else {
            [remove, add]
        };
        for (database, statement) in in_turn {
            database.execute(statement, [id]).unwrap();
        }
        moves.push((began, Timestamp::now()));
        moved.store(id, Ordering::SeqCst);
    }
    moves
}

/// The rows that are in both copies, or in neither.
fn torn(fixture: &Fixture) -> Vec<u32> {
    let ids = |app: &str| -> BTreeSet<u32> {
        let database = open(&fixture.path(&format!("staging-{app}.db")));
        let mut read = database.prepare("SELECT id FROM papers").unwrap();
        let ids = read.query_map([], |row| row.get(0)).unwrap();
        ids.map(Result::unwrap).collect()
    };
    let (forms, audit) = (ids("forms"), ids("audit"));
    let once: BTreeSet<u32> = forms.symmetric_difference(&audit).copied().collect();
    (1..=ROWS).filter(|id| !once.contains(id)).collect()
}

/// Those of the torn rows that did not move between the two times.
fn unexplained(
    torn: &[u32],
    moves: &[(Timestamp, Timestamp)],
    (first, last): (Timestamp, Timestamp),
) -> usize {
    let moved_then = |id: &&u32| {
        let moved = moves.get(usize::try_from(**id - 1).unwrap());
        moved.is_some_and(|(began, ended)| *began <= last && *ended >= first)
    };
    torn.len() - torn.iter().filter(moved_then).count()
}

/// By the system's clock, as the writer's times are.
fn on_time(fixture: &Fixture) -> Weir {
    let fleet = weir_config::parse(&fixture.config, "weir.yaml", fixture.folder.path());
    Weir::new(fleet.unwrap(), Engines::built_in(), Settings::default())
}

async fn run_well(weir: &Weir, selections: &[&str]) {
    for selection in selections {
        let selection = Selection::parse(selection, false);
        let report = run::run(weir, "run", &selection, &RunOptions::default(), &context()).await;
        let report = report.unwrap();
        assert!(report.first_error().is_none(), "{:?}", report.first_error());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_that_refer_to_each_other_arrive_consistent() {
    let fixture = pair(PAIR, 1);
    let weir = on_time(&fixture);
    let writer = Writer::start(&fixture);
    writer.moves(50).await;
    run_well(&weir, &["production/@publishing"]).await;
    writer.moves(50).await;
    run_well(&weir, &["staging/@publishing"]).await;
    let together = torn(&fixture);
    let moment = moment_of(&fixture, "production", "forms").unwrap();

    // The same, each alone: what the check is worth.
    writer.moves(50).await;
    run_well(&weir, &["production/forms"]).await;
    writer.moves(50).await;
    run_well(
        &weir,
        &["production/audit", "staging/forms", "staging/audit"],
    )
    .await;
    let alone = torn(&fixture);
    let made = newest_manifest(&fixture, "production", "forms").created;
    let moves = writer.stop();

    let within = (moment.first, moment.last);
    assert_eq!(unexplained(&together, &moves, within), 0, "{together:?}");
    let skew = moment.last.duration_since(moment.first);
    let as_if = (made, made.saturating_add(skew).unwrap());
    assert!(unexplained(&alone, &moves, as_if) >= 40, "{}", alone.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_snapshot_is_open_before_any_data_flows_and_every_manifest_says_so() {
    let fixture = pair(PAIR, 10);
    let probe = Arc::new(Probe::default());
    let selection = Selection::parse("production/@publishing", false);
    let (weir, options) = (fixture.weir(), RunOptions::default());
    let report = run::run(&weir, "run", &selection, &options, &probe.context()).await;
    assert!(report.unwrap().first_error().is_none());
    let told = probe.text();
    let last_open = told.rfind("SnapshotOpened").unwrap();
    let first_flow = told.find("name: \"dump ").unwrap();
    assert!(last_open < first_flow, "{told}");
    assert_eq!(told.matches("SnapshotOpened").count(), 2, "{told}");

    let [audit, forms] = ["audit", "forms"].map(|app| moment_of(&fixture, "production", app));
    assert_eq!(audit, forms);
    let moment = forms.unwrap();
    assert_eq!(moment.name, "publishing");
    assert_eq!(moment.members, ["production/audit", "production/forms"]);
    let apart = moment.last.duration_since(moment.first);
    assert!(
        apart.as_millis() <= i128::from(moment.skew_ms),
        "{moment:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_environment_runs_its_groups_together_and_one_job_says_that_it_does_not() {
    let fixture = pair(PAIR, 10);
    fixture.run_well("production").await;
    let moment = moment_of(&fixture, "production", "audit");
    assert!(moment.is_some());
    let report = fixture.run_well("staging").await;
    assert_eq!(live(&fixture), ["10", "10"]);
    assert_eq!(
        moment_of(&fixture, "staging", "audit"),
        moment_of(&fixture, "staging", "forms")
    );
    assert_ne!(
        moment_of(&fixture, "staging", "audit"),
        moment,
        "a moment of its own"
    );
    let (weir, context) = (fixture.weir(), context());
    let run = &report.jobs[1].run;
    let record = weir_pipeline::history::run_record(&weir, run, &context).await;
    let group = record.unwrap().started.group.unwrap();
    assert_eq!(group.swaps, ["staging/audit", "staging/forms"]);
    let log = weir_pipeline::history::log(&weir, run, &context)
        .await
        .unwrap();
    let waits = |line: &String| line.contains("wait until the group publishing is ready");
    assert!(log.iter().any(waits), "{log:?}");

    fixture.clock.set("2026-11-22T13:00:00Z");
    fixture.run_well("production/audit").await;
    assert_eq!(
        moment_of(&fixture, "production", "audit"),
        None,
        "made alone"
    );
    for (what, words) in [
        ("staging/audit", "does not run with it"),
        (
            "staging/@publishing",
            "with its group publishing: staging/forms",
        ),
    ] {
        let selection = Selection::parse(what, false);
        let options = RunOptions::default();
        let planned = plan::plan(&fixture.weir(), &selection, &options, &context).await;
        let job = planned.unwrap().jobs.remove(0);
        assert!(
            job.group.as_ref().unwrap().contains(words),
            "{:?}",
            job.group
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_databases_of_one_job_are_of_its_group() {
    let fixture = pair(
        "apps:
  papers:
    engine: sqlite
    databases: [audit, forms]
    group: publishing
    only: [production, staging]
",
        10,
    );
    fixture.run_well("production/papers").await;
    let report = fixture.run_well("staging/papers").await;
    assert_eq!(live(&fixture), ["10", "10"]);
    let steps = &report.jobs[0].steps;
    let numbers: Vec<u32> = steps.iter().map(|step| step.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4], "{steps:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_for_one_is_held_for_its_group() {
    let fixture = pair(PAIR, 10);
    fixture.run_well("production").await;
    let hold = NewHold {
        place: "staging/forms".to_owned(),
        operation: Some("restore".to_owned()),
        owner: "alice".to_owned(),
        reason: "penetration test".to_owned(),
        until: "2026-11-25T12:00:00Z".parse().unwrap(),
    };
    holds::place(&fixture.weir(), hold, &context())
        .await
        .unwrap();
    fixture.fill("staging-audit.db", 3);
    fixture.fill("staging-forms.db", 3);
    let report = fixture.run_well("staging/@publishing").await;
    assert_eq!(live(&fixture), ["3", "3"]);
    for job in &report.jobs {
        let held: Vec<(&str, bool)> = job
            .steps
            .iter()
            .map(|step| (step.operation.as_str(), step.is_held()))
            .collect();
        assert_eq!(held, [("restore", true), ("backup", false)], "{}", job.app);
    }
    let why = report.jobs[0].steps[0].failure.as_ref().unwrap();
    assert!(why.cause.contains("staging/forms"), "{}", why.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_start_a_group_one_runs_all_of_it() {
    let fixture = pair(PAIR, 10);
    let weir = fixture.weir();
    let options = RunOptions {
        due: Some("2026-11-22T12:00:00Z".parse().unwrap()),
        attempt: 1,
        ..RunOptions::default()
    };
    let jobs = ["production/audit", "production/forms"]
        .map(|job| (job.to_owned(), options.clone(), context()));
    let (one, other) = tokio::join!(
        run::run_group(&weir, "run", &jobs),
        run::run_group(&weir, "run", &jobs),
    );
    let mut ran = [one.unwrap(), other.unwrap()].map(|reports| {
        assert!(
            reports.iter().all(|report| report.error.is_none()),
            "{reports:?}"
        );
        reports
            .iter()
            .filter(|report| !report.run.is_empty())
            .count()
    });
    ran.sort_unstable();
    assert_eq!(ran, [0, 2]);
}
