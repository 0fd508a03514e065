//! Environments that read upstream's backups from a replica, whoever fills it.

use super::fixture::{ENVIRONMENTS, Fixture, PEOPLE};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use tokio::sync::Notify;
use weir_engine::{Context, Observer};
use weir_model::error::Kind;
use weir_model::event::Event;
use weir_model::run::Outcome;
use weir_pipeline::doctor::{DEADLINE, Verdict, doctor};
use weir_pipeline::{RunOptions, Selection};

const REPLICA: &str = "stores/copies/production";

/// Staging reads what arrives in a folder of its own.
fn replicated(wait: &str, incomplete: &str) -> Fixture {
    let replica = format!(
        "    upstream: production\n    replica: {{store: {REPLICA}, wait: {wait}, incomplete: {incomplete}}}\n"
    );
    let environments = ENVIRONMENTS.replacen("    upstream: production\n", &replica, 1);
    Fixture::with_environments(&environments, PEOPLE)
}

/// Staging copies production's backups itself.
fn copying() -> Fixture {
    let apps = PEOPLE.replace(
        "staging: {transform: staging.sql}",
        "staging: {transform: staging.sql, operations: [replicate, restore, transform, backup]}",
    );
    Fixture::new(&apps)
}

/// The objects of production's store, below its folder; never its state.
fn objects(fixture: &Fixture) -> Vec<PathBuf> {
    let store = fixture.path("stores/production");
    let all = fixture.all_bytes("stores/production").into_iter();
    all.map(|(path, _)| path.strip_prefix(&store).unwrap().to_owned())
        .filter(|path| !path.starts_with("_weir"))
        .collect()
}

fn carry(fixture: &Fixture, object: &Path) {
    let to = fixture.path(REPLICA).join(object);
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(fixture.path("stores/production").join(object), to).unwrap();
}

/// Takes production's store away: whoever needs it fails, and does not make it again unseen.
fn hide_production(fixture: &Fixture) {
    std::fs::rename(fixture.path("stores/production"), fixture.path("hidden")).unwrap();
    fixture.write("stores/production", "no store is here");
}

fn is_manifest(object: &Path) -> bool {
    object.ends_with("manifest.json")
}

#[tokio::test]
async fn staging_restores_from_its_replica_without_any_access_to_production() {
    let fixture = replicated("1s", "previous");
    fixture.run_well("production").await;
    let mut objects = objects(&fixture);
    // The pointer and the manifest first, as a bucket's replication may bring them.
    objects.sort_by_key(|object| !is_manifest(object));
    objects.reverse();
    objects.iter().for_each(|object| carry(&fixture, object));
    hide_production(&fixture);
    let report = fixture.run_well("staging").await;
    let restore = &report.jobs[0].steps[0];
    assert!(restore.backup.as_ref().unwrap().starts_with("production:"));
    assert_eq!(
        fixture.query("staging-people.db", "SELECT count(*) FROM users"),
        "90"
    );
    // What came through it is known as any other: integration takes it by staging's signature.
    fixture.run_well("integration").await;
}

#[tokio::test]
async fn the_doctor_looks_into_the_replica_where_upstreams_store_is_not_here() {
    let fixture = replicated("1s", "previous");
    fixture.run_well("production").await;
    objects(&fixture)
        .iter()
        .for_each(|object| carry(&fixture, object));
    let moved = fixture.path("elsewhere");
    std::fs::rename(fixture.path("stores/production"), moved).unwrap();
    let (weir, context) = (fixture.weir(), super::fixture::context());
    let report = doctor(&weir, Some("staging"), DEADLINE, &context)
        .await
        .unwrap();
    let restore = report.checks.iter().find(|check| check.about == "restore");
    let restore = restore.unwrap();
    assert_eq!(restore.verdict, Verdict::Ok, "{restore:?}");
    assert!(!fixture.path("stores/production").exists());
}

/// Remembers what was told, and wakes whoever waits for a note.
#[derive(Default)]
struct Told {
    messages: Mutex<Vec<String>>,
    news: Notify,
}

impl Told {
    /// Returns once something was told that contains `text`.
    async fn heard(&self, text: &str) {
        loop {
            let news = self.news.notified();
            if self
                .messages
                .lock()
                .unwrap()
                .iter()
                .any(|said| said.contains(text))
            {
                return;
            }
            news.await;
        }
    }
}

impl Observer for Told {
    fn event(&self, event: &Event) {
        let message = match event {
            Event::Note { message } | Event::Warning { message } => message.clone(),
            Event::Waiting { what, .. } => format!("waiting for {what}"),
            _ => return,
        };
        self.messages.lock().unwrap().push(message);
        self.news.notify_waiters();
    }
}

#[tokio::test]
async fn a_backup_that_is_still_arriving_is_waited_for() {
    let fixture = replicated("40s", "fail");
    fixture.run_well("production").await;
    let (manifests, rest): (Vec<_>, Vec<_>) = objects(&fixture)
        .into_iter()
        .partition(|object| is_manifest(object));
    manifests.iter().for_each(|object| carry(&fixture, object));
    let told = Arc::new(Told::default());
    let context = Context::new(Arc::clone(&told) as _);
    let (weir, selection) = (fixture.weir(), Selection::parse("staging/people", false));
    let options = RunOptions::default();
    let arriving = async {
        told.heard("waiting for people-sqlite/").await;
        rest.iter().for_each(|object| carry(&fixture, object));
    };
    let run = weir_pipeline::run::run(&weir, "run", &selection, &options, &context);
    let (report, ()) = tokio::join!(run, arriving);
    assert_eq!(report.unwrap().first_error().map(ToString::to_string), None);
    assert_eq!(
        fixture.query("staging-people.db", "SELECT count(*) FROM users"),
        "90"
    );
}

#[tokio::test]
async fn one_that_never_arrives_is_passed_over_or_fails_as_configured() {
    for (incomplete, succeeds) in [("previous", true), ("fail", false)] {
        let fixture = replicated("1s", incomplete);
        fixture.run_well("production").await;
        let first = objects(&fixture);
        first.iter().for_each(|object| carry(&fixture, object));
        fixture.clock.set("2026-11-22T13:00:00Z");
        fixture.fill("production-people.db", 200);
        fixture.run_well("production").await;
        let new = |object: &&PathBuf| is_manifest(object) && !first.contains(object);
        objects(&fixture)
            .iter()
            .filter(new)
            .for_each(|object| carry(&fixture, object));
        // Looking waits for nothing, and says what a run would do.
        let (weir, selection) = (fixture.weir(), Selection::parse("staging/people", false));
        let context = super::fixture::context();
        let options = RunOptions::default();
        let plan = weir_pipeline::plan::plan(&weir, &selection, &options, &context)
            .await
            .unwrap();
        let because = plan.jobs[0].steps[0].because.join("\n");
        assert!(because.contains("a run would wait for it"), "{because}");
        let report = fixture.run("staging/people").await;
        match report.first_error() {
            None => {
                assert!(succeeds);
                let rows = fixture.query("staging-people.db", "SELECT count(*) FROM users");
                assert_eq!(rows, "90", "the previous whole one");
            }
            Some(error) => {
                assert!(!succeeds, "{error}");
                assert_eq!(error.kind(), Kind::NoBackup);
                assert!(!fixture.path("staging-people.db").exists());
            }
        }
    }
}

#[tokio::test]
async fn what_a_job_copies_itself_is_what_it_restores() {
    let fixture = copying();
    let selection = Selection::All;
    let context = super::fixture::context();
    let plan = weir_pipeline::plan::plan(
        &fixture.weir(),
        &selection,
        &RunOptions::default(),
        &context,
    )
    .await
    .unwrap();
    assert!(plan.first_obstacle().is_none(), "{plan:?}");
    let staging = &plan.jobs[1].steps;
    assert!(
        staging[0].because[0].contains("production/people will have made"),
        "{staging:?}"
    );
    assert!(
        staging[1].because[0].contains("the step before it"),
        "{staging:?}"
    );

    fixture.run_well("production").await;
    let report = fixture.run_well("staging").await;
    let steps = &report.jobs[0].steps;
    assert_eq!(steps[0].operation, "replicate");
    assert!(steps[0].backup.is_some() && steps[0].backup == steps[1].backup);
    assert!(steps[0].bytes > 0 && steps[0].rows == 100);
    // Byte for byte what production signed.
    let copies = fixture.all_bytes("stores/staging/_from/production");
    for (path, bytes) in &copies {
        let below = path
            .strip_prefix(fixture.path("stores/staging/_from/production"))
            .unwrap();
        let origin = std::fs::read(fixture.path("stores/production").join(below)).unwrap();
        assert_eq!(*bytes, origin, "{}", below.display());
    }
    assert_eq!(copies.len(), objects(&fixture).len());
    // No list of staging's own backups shows them.
    let listed = weir_pipeline::backups::list(&fixture.weir(), "staging", None, &context)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);

    hide_production(&fixture);
    let options = RunOptions {
        operations: Some(vec![
            weir_config::OperationKind::Restore,
            weir_config::OperationKind::Transform,
        ]),
        ..RunOptions::default()
    };
    let selection = Selection::parse("staging/people", false);
    let report = fixture.run_with(&selection, &options).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    // The copy itself needs production's store: nothing is restored after it failed.
    let report = fixture.run("staging/people").await;
    let outcomes: Vec<Outcome> = report.jobs[0]
        .steps
        .iter()
        .map(|step| step.outcome)
        .collect();
    assert_eq!(outcomes[0], Outcome::Failed);
    assert!(
        outcomes[1..]
            .iter()
            .all(|outcome| *outcome == Outcome::Skipped)
    );
}

#[tokio::test]
async fn a_mark_counts_in_a_copy_as_it_does_in_the_original() {
    for trusted in [true, false] {
        let apps = "apps:
  people:
    engine: sqlite
    database: people
    in:
      staging: {sanitise: rules.yaml}
      integration: {operations: [replicate, restore]}
";
        let environments = ENVIRONMENTS
            .replace("    masking_key: {file: keys/masking}\n", "")
            .replacen(
                "    trusts: [\"PRODUCTION\"]\n",
                "    trusts: [\"PRODUCTION\"]\n    masking_key: {file: keys/masking}\n",
                1,
            );
        let environments = match trusted {
            true => environments,
            false => environments.replace("[\"STAGING\"]", "[\"PRODUCTION\"]"),
        };
        let fixture = Fixture::with_environments(&environments, apps);
        fixture.run_well("production").await;
        fixture.run_well("staging").await;
        let report = fixture.run("integration").await;
        assert_eq!(report.jobs[0].steps[0].outcome, Outcome::Succeeded);
        let refused = report.first_error().map(weir_model::error::Error::kind);
        assert_eq!(refused, (!trusted).then_some(Kind::Untrusted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn production_counts_as_recoverable_from_its_copies_and_is_said_to_be_out_of_sight() {
    let fixture = copying();
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
    hide_production(&fixture);
    let context = super::fixture::context();
    let report = weir_pipeline::status::status(&fixture.weir(), None, &context)
        .await
        .unwrap();
    let recoverable = &report.questions[0];
    let facts = recoverable.facts.join("\n");
    assert!(
        facts.contains(
            "production/people: 1 backup whole, copied to staging, stores/staging/_from/production"
        ),
        "{facts}"
    );
    assert!(facts.contains("last proven by a restore"), "{facts}");
    assert!(facts.contains("not readable from here"), "{facts}");
    assert_eq!(recoverable.exceptions.len(), 0, "{recoverable:?}");
    // Without a copy there is nothing to go by.
    std::fs::remove_dir_all(fixture.path("stores/staging/_from")).unwrap();
    let report = weir_pipeline::status::status(&fixture.weir(), None, &context)
        .await
        .unwrap();
    let recoverable = &report.questions[0];
    assert_eq!(recoverable.verdict, weir_pipeline::status::Verdict::Unknown);
}
