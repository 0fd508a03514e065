//! What a prune removes, and what it never does.

use crate::fixture::{ENVIRONMENTS, Fixture, PEOPLE, context};
use std::sync::Arc;
use weir_engine::{Cancel, Context, Observer};
use weir_model::error::{Error, Kind};
use weir_model::event::{Checkpoint, Event};
use weir_model::identity::Identity;
use weir_pipeline::adopt::Foreign;
use weir_pipeline::prune::{PruneReport, Pruned};
use weir_pipeline::{Choice, RunOptions, Selection};

/// A fleet whose production keeps backups for `keep`.
fn keeping(keep: &str, schedule: &str) -> Fixture {
    let environments =
        ENVIRONMENTS
            .replacen("keep: 30d", keep, 1)
            .replacen("0 23 * * *", schedule, 1);
    Fixture::with_environments(&environments, PEOPLE)
}

/// Backups of production at noon of these days of November.
async fn backups(fixture: &Fixture, days: impl IntoIterator<Item = u32>) {
    for day in days {
        fixture.clock.set(&format!("2026-11-{day:02}T12:00:00Z"));
        fixture.run_well("production/people").await;
    }
}

async fn attempt(fixture: &Fixture, apply: bool) -> Result<PruneReport, Error> {
    let weir = fixture.weir();
    weir_pipeline::prune::prune(&weir, "production", Some("people"), apply, &context()).await
}

async fn prune(fixture: &Fixture, apply: bool) -> Pruned {
    let mut report = attempt(fixture, apply).await.unwrap();
    assert!(report.run.first_error().is_none(), "{report:?}");
    report.databases.remove(0)
}

/// The days of November whose folders are there.
fn days(fixture: &Fixture) -> Vec<u32> {
    let folder = fixture.path("stores/production/people-sqlite");
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let day = |name: String| name.strip_prefix("2026-11-")?.get(..2)?.parse().ok();
    let mut days: Vec<u32> = names.filter_map(day).collect();
    days.sort_unstable();
    days
}

fn why(pruned: &Pruned, day: u32) -> String {
    let named = format!("2026-11-{day:02}T");
    let verdicts = pruned.goes.iter().chain(&pruned.stays);
    let mut found = verdicts.filter(|verdict| verdict.reference.contains(&named));
    found
        .next()
        .map(|verdict| verdict.why.clone())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_keep_and_not_needed_goes() {
    let fixture = keeping("keep: 3d", "0 23 * * *");
    backups(&fixture, 1..=8).await;
    // What lies beside them is nobody's to remove.
    std::fs::create_dir_all(fixture.path("stores/production/_from/other")).unwrap();
    fixture.write("stores/production/_from/other/part", "theirs");

    let planned = prune(&fixture, false).await;
    assert_eq!((planned.goes.len(), planned.younger), (4, 4));
    assert!(
        planned
            .goes
            .iter()
            .all(|verdict| !verdict.removed && verdict.bytes > 0)
    );
    assert_eq!(days(&fixture), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(
        why(&planned, 1).contains("4 d older than keep"),
        "{planned:?}"
    );

    let pruned = prune(&fixture, true).await;
    assert!(pruned.goes.iter().all(|verdict| verdict.removed));
    assert_eq!(days(&fixture), [5, 6, 7, 8]);
    assert!(fixture.path("stores/production/_from/other/part").exists());
    fixture.run_well("staging/people").await;
    assert!(prune(&fixture, true).await.goes.is_empty());

    let weir = fixture.weir();
    let filter = weir_pipeline::history::RunFilter {
        environment: Some("production".to_owned()),
        limit: 20,
        ..weir_pipeline::history::RunFilter::default()
    };
    let runs = weir_pipeline::history::runs(&weir, &filter, &context())
        .await
        .unwrap();
    let mut prunes = runs.runs.iter().filter(|run| run.started.verb == "prune");
    // The prune that found nothing to remove is no run.
    let (run, more) = (prunes.next().unwrap(), prunes.count());
    let step = &run.steps[0];
    assert_eq!((more, step.operation.as_str()), (0, "prune"));
    let freed: u64 = pruned.goes.iter().map(|verdict| verdict.bytes).sum();
    assert_eq!(step.bytes, freed);
    let log = weir_pipeline::history::log(&weir, &run.started.run, &context())
        .await
        .unwrap();
    assert!(
        log.iter()
            .any(|line| line.contains("removed production:people-sqlite/2026-11-01"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weekly_job_never_loses_what_its_schedule_should_have_left() {
    // One week was missed, and the next: by age alone nothing would be left.
    let fixture = keeping("keep: 8d", "0 12 * * 0");
    backups(&fixture, [1, 8]).await;
    fixture.clock.set("2026-11-28T12:00:00Z");
    let pruned = prune(&fixture, true).await;
    assert_eq!(days(&fixture), [8]);
    assert_eq!(why(&pruned, 8), "it is the newest whole backup");

    // Two weeks should have left two, however old they are by now.
    let fixture = keeping("keep: 15d", "0 12 * * 0");
    backups(&fixture, [1, 5, 8]).await;
    fixture.clock.set("2027-01-28T12:00:00Z");
    let pruned = prune(&fixture, true).await;
    assert_eq!(days(&fixture), [5, 8]);
    assert!(why(&pruned, 5).contains("should have left 2"), "{pruned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_one_is_the_newest_whole_one() {
    let fixture = keeping("keep: 1d", "0 23 * * *");
    backups(&fixture, [1, 2, 3]).await;
    let folder = fixture.path("stores/production/people-sqlite/2026-11-03T120000Z-people");
    std::fs::remove_file(folder.join("database.sqlite.zst")).unwrap();
    fixture.clock.set("2026-11-20T12:00:00Z");
    let pruned = prune(&fixture, true).await;
    // The damaged one is later than every whole one: it says what happened.
    assert_eq!(days(&fixture), [2, 3]);
    assert!(why(&pruned, 3).contains("no later backup is"), "{pruned:?}");
    backups(&fixture, [21]).await;
    fixture.clock.set("2026-11-22T13:00:00Z");
    let pruned = prune(&fixture, true).await;
    assert_eq!(days(&fixture), [21]);
    assert!(why(&pruned, 3).contains("is missing"), "{pruned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_restored_last_downstream_stays() {
    let fixture = keeping("keep: 1d", "0 23 * * *");
    backups(&fixture, [1]).await;
    fixture.run_well("staging/people").await;
    backups(&fixture, [2, 3, 9]).await;
    let pruned = prune(&fixture, true).await;
    assert_eq!(days(&fixture), [1, 9]);
    assert_eq!(why(&pruned, 1), "staging/people restored it last");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keep_nothing_goes_and_it_is_said() {
    let fixture = keeping("timezone: UTC", "0 23 * * *");
    backups(&fixture, [1, 2]).await;
    let error = attempt(&fixture, true).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Config, "{error:?}");
    assert!(
        error.hint_text().unwrap().contains("keep: 30d"),
        "{error:?}"
    );
    assert_eq!(days(&fixture), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_to_be_ours_stays_and_is_named() {
    let fixture = keeping("keep: 1d", "0 23 * * *");
    backups(&fixture, [1, 2, 3, 4, 9]).await;
    let manifest = |day: u32| {
        let folder = format!("2026-11-{day:02}T120000Z-people");
        fixture.path(&format!(
            "stores/production/people-sqlite/{folder}/manifest.json"
        ))
    };
    let edit = |day, from: &str, to: &str| {
        let text = std::fs::read_to_string(manifest(day)).unwrap();
        std::fs::write(manifest(day), text.replacen(from, to, 1)).unwrap();
    };
    edit(1, "\"major\": 1", "\"major\": 9");
    edit(2, "weir-backup", "other-backup");
    let unsigned = std::fs::read_to_string(manifest(3)).unwrap();
    let mut unsigned: serde_json::Value = serde_json::from_str(&unsigned).unwrap();
    unsigned.as_object_mut().unwrap().remove("signature");
    unsigned["environment"] = "elsewhere".into();
    std::fs::write(manifest(3), unsigned.to_string()).unwrap();
    // No claim tells who began this one.
    std::fs::remove_file(manifest(4)).unwrap();
    std::fs::remove_dir_all(fixture.path("stores/production/_weir/claims")).unwrap();

    let pruned = prune(&fixture, true).await;
    assert_eq!(days(&fixture), [1, 2, 3, 4, 9]);
    assert!(why(&pruned, 1).contains("version 9"), "{pruned:?}");
    assert!(why(&pruned, 2).contains("cannot be read"), "{pruned:?}");
    assert!(why(&pruned, 3).contains("\"elsewhere\""), "{pruned:?}");
    assert!(why(&pruned, 4).contains("no claim says"), "{pruned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_folder_that_never_became_a_backup_goes_once_its_run_has_ended() {
    let fixture = keeping("keep: 1d", "0 23 * * *");
    backups(&fixture, [1, 2, 9]).await;
    let folder = fixture.path("stores/production/people-sqlite/2026-11-01T120000Z-people");
    std::fs::remove_file(folder.join("manifest.json")).unwrap();
    let pruned = prune(&fixture, true).await;
    assert_eq!(days(&fixture), [9]);
    assert!(why(&pruned, 1).contains("never finished"), "{pruned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_dump_is_kept_from_the_day_it_came() {
    let fixture = keeping("keep: 3d", "0 23 * * *");
    backups(&fixture, [8]).await;
    let dump = Foreign {
        files: vec![fixture.path("production-people.db")],
        taken_at: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        source: Identity::default().with("path", "db-1:/srv/people.db"),
        database: None,
    };
    let (weir, context) = (fixture.weir(), context());
    let address = "production/people";
    let report = weir_pipeline::adopt::adopt(&weir, address, &dump, false, &context).await;
    assert!(report.unwrap().run.first_error().is_none());
    assert_eq!(prune(&fixture, true).await.goes.len(), 0);
    backups(&fixture, [9, 10, 11, 12]).await;
    prune(&fixture, true).await;
    assert_eq!(days(&fixture), [9, 10, 11, 12]);
}

/// Prunes from another process's place at one moment of a run, and then lets the run go on.
struct PruneMeanwhile {
    fixture: Arc<Fixture>,
    when: Checkpoint,
    found: std::sync::Mutex<Vec<Pruned>>,
}

impl Observer for PruneMeanwhile {
    fn event(&self, event: &Event) {
        if matches!(event, Event::Checkpoint { checkpoint } if *checkpoint == self.when) {
            let fixture = Arc::clone(&self.fixture);
            let pruned = std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().unwrap();
                runtime.block_on(prune(&fixture, true))
            });
            self.found.lock().unwrap().push(pruned.join().unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_while_a_restore_may_read_it() {
    let fixture = Arc::new(keeping("keep: 1d", "0 23 * * *"));
    backups(&fixture, [1, 2, 9]).await;
    for when in [
        Checkpoint::Leased,
        Checkpoint::RowsLoaded,
        Checkpoint::Swapped,
    ] {
        let observer = Arc::new(PruneMeanwhile {
            fixture: Arc::clone(&fixture),
            when,
            found: Default::default(),
        });
        // The oldest one, which a prune would take first.
        let options = RunOptions {
            choice: Choice::Named("2026-11-01T120000Z-people".to_owned()),
            ..RunOptions::default()
        };
        let context = Context::new(observer.clone() as _);
        let selection = Selection::parse("staging/people", false);
        let weir = fixture.weir();
        let run = weir_pipeline::run::run(&weir, "run", &selection, &options, &context).await;
        assert!(run.as_ref().unwrap().first_error().is_none(), "{run:?}");
        let found = observer.found.lock().unwrap();
        assert!(found[0].goes.is_empty(), "{found:?}");
        assert!(why(&found[0], 1).contains("may read it"), "{found:?}");
        assert_eq!(days(&fixture), [1, 2, 9]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restore_that_cannot_be_seen_may_read_stays() {
    let fixture = keeping("keep: 1d", "0 23 * * *");
    backups(&fixture, [1, 2, 3, 9]).await;
    // Staging's records cannot be read from here: its run of this morning took the third.
    fixture.write("stores/staging", "no folder");
    fixture.clock.set("2026-11-09T12:30:00Z");
    let pruned = prune(&fixture, true).await;
    assert_eq!(days(&fixture), [3, 9]);
    assert!(
        why(&pruned, 3).contains("not readable from here"),
        "{pruned:?}"
    );
}

/// Two prunes at once remove each backup once, and neither fails but for the other's lease.
#[tokio::test(flavor = "multi_thread")]
async fn two_prunes_at_once_are_one() {
    let fixture = keeping("keep: 3d", "0 23 * * *");
    backups(&fixture, 1..=8).await;
    let (one, other) = tokio::join!(attempt(&fixture, true), attempt(&fixture, true));
    let reports = [one.unwrap(), other.unwrap()];
    for report in &reports {
        let kind = report.run.first_error().map(Error::kind);
        assert!(kind.is_none_or(|kind| kind == Kind::Locked), "{report:?}");
    }
    assert!(
        reports
            .iter()
            .any(|report| report.run.first_error().is_none())
    );
    assert_eq!(days(&fixture), [5, 6, 7, 8]);
}

/// Stops a prune after its first removal.
struct StopAfterOne(Cancel);

impl Observer for StopAfterOne {
    fn event(&self, event: &Event) {
        if matches!(event, Event::Note { message } if message.starts_with("removed production:")) {
            self.0.cancel();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prune_that_is_stopped_says_what_is_gone() {
    let fixture = keeping("keep: 3d", "0 23 * * *");
    backups(&fixture, 1..=8).await;
    let cancel = Cancel::default();
    let observer = Arc::new(StopAfterOne(cancel.clone()));
    let context = Context::new(observer).with_cancel(cancel);
    let weir = fixture.weir();
    let report = weir_pipeline::prune::prune(&weir, "production", None, true, &context).await;
    let report = report.unwrap();
    assert_eq!(
        report.run.first_error().map(Error::kind),
        Some(Kind::Interrupted)
    );
    let removed: Vec<bool> = report.databases[0]
        .goes
        .iter()
        .map(|verdict| verdict.removed)
        .collect();
    assert_eq!(removed, [true, false, false, false]);
    assert_eq!(days(&fixture), [2, 3, 4, 5, 6, 7, 8]);
}
