//! The night, restore tests, sanitising and holds.

use super::fleet::{Fleet, context};
use jiff::SignedDuration;
use weir_pipeline::holds::{self, NewHold};
use weir_pipeline::{Choice, drill};
use weir_serve::views::{EntryState, TonightEntry};

fn entry<'a>(entries: &'a [TonightEntry], job: &str, due: &str) -> &'a TonightEntry {
    let same = |entry: &&TonightEntry| entry.job == job && entry.due == due.parse().unwrap();
    entries
        .iter()
        .find(same)
        .unwrap_or_else(|| panic!("{job} {due}: {entries:#?}"))
}

#[tokio::test]
async fn nothing_is_known_before_anything_was_read() {
    let fleet = Fleet::new();
    let tonight = fleet.source.tonight();
    assert!(tonight.entries.is_empty());
    for unreadable in [
        tonight.unreadable,
        fleet.source.sanitising().unreadable,
        fleet.source.drills().unreadable,
        fleet.source.holds().unreadable,
        fleet.source.overview().unreadable,
    ] {
        assert_eq!(unreadable.len(), 3);
        assert!(unreadable[0].why.contains("not been read yet"));
    }
}

#[tokio::test]
async fn the_night_is_what_ran_and_what_is_expected() {
    let fleet = Fleet::new();
    let first = fleet
        .run("production/people", Some("2026-11-21T23:00:00Z"))
        .await;
    let second = fleet
        .run("staging/people", Some("2026-11-22T01:00:00Z"))
        .await;
    fleet.set("2026-11-22T12:30:00Z");
    let hold = NewHold {
        place: "staging/people".to_owned(),
        operation: None,
        owner: "alice".to_owned(),
        reason: "penetration test".to_owned(),
        until: fleet.weir.now() + SignedDuration::from_hours(48),
    };
    holds::place(&fleet.weir, hold, &context()).await.unwrap();
    fleet.look().await;
    let tonight = fleet.source.tonight();
    assert!(tonight.unreadable.is_empty(), "{:?}", tonight.unreadable);

    let ran = entry(&tonight.entries, "staging/people", "2026-11-22T01:00:00Z");
    assert_eq!(ran.state, EntryState::Succeeded);
    assert_eq!(ran.run.as_deref(), Some(second.as_str()));
    // Its due time lies before the night, its run in it.
    let ran = entry(
        &tonight.entries,
        "production/people",
        "2026-11-21T23:00:00Z",
    );
    assert_eq!(ran.run.as_deref(), Some(first.as_str()));

    let due = "2026-11-22T23:00:00Z";
    let next = entry(&tonight.entries, "production/people", due);
    assert_eq!(next.state, EntryState::Planned);
    assert_eq!(next.starts, due.parse().unwrap());
    // By history, and by nothing else: integration has never run.
    assert!(next.ends.is_some());
    let never = entry(
        &tonight.entries,
        "integration/people",
        "2026-11-23T03:00:00Z",
    );
    assert_eq!((never.state, never.ends), (EntryState::Planned, None));
    let held = entry(&tonight.entries, "staging/people", "2026-11-23T01:00:00Z");
    assert_eq!(held.state, EntryState::Planned);
    let why = held.why.as_deref().unwrap_or_default();
    assert!(why.contains("penetration test"), "{why}");

    let holds = fleet.source.holds();
    assert_eq!(holds.holds[0].place, "staging/people");
    assert_eq!(holds.holds[0].owner, "alice");
}

#[tokio::test]
async fn what_failed_or_was_left_out_is_in_the_night_with_its_reason() {
    let fleet = Fleet::new();
    let why = weir_model::error::Error::new(
        weir_model::error::Kind::Held,
        "run staging/people",
        "held by bob",
    );
    let due = "2026-11-22T01:00:00Z".parse().unwrap();
    let context = context();
    let settle = weir_pipeline::schedule::settle;
    let settled = settle(&fleet.weir, "staging/people", (due, 1), &why, &context).await;
    assert!(settled.unwrap());
    let options = weir_pipeline::RunOptions {
        due: Some("2026-11-22T03:00:00Z".parse().unwrap()),
        ..weir_pipeline::RunOptions::default()
    };
    let selection = weir_pipeline::Selection::parse("integration/people", false);
    // There is no backup to take.
    let report = weir_pipeline::run::run(&fleet.weir, "run", &selection, &options, &context).await;
    assert!(report.unwrap().first_error().is_some());
    fleet.look().await;
    let tonight = fleet.source.tonight();
    let left_out = entry(&tonight.entries, "staging/people", "2026-11-22T01:00:00Z");
    assert_eq!(left_out.state, EntryState::LeftOut);
    assert_eq!(left_out.why.as_deref(), Some("held by bob"));
    let failed = entry(
        &tonight.entries,
        "integration/people",
        "2026-11-22T03:00:00Z",
    );
    assert_eq!(failed.state, EntryState::Failed);
    assert!(failed.why.is_some() && failed.run.is_some());
}

#[tokio::test]
async fn every_restore_and_every_drill_is_a_restore_test() {
    let fleet = Fleet::new();
    fleet.run("production/people", None).await;
    fleet.set("2026-11-22T13:00:00Z");
    let restored = fleet.run("staging/people", None).await;
    fleet.set("2026-11-22T14:00:00Z");
    let context = context();
    let choice = Choice::Newest;
    let drilled = drill::drill(&fleet.weir, "production/people", None, &choice, &context).await;
    assert_eq!(drilled.unwrap().drills.len(), 1);
    fleet.look().await;
    let drills = fleet.source.drills();
    let row = &drills.rows[0];
    assert_eq!(
        (row.environment.as_str(), row.app.as_str()),
        ("production", "people")
    );
    assert_eq!(row.history.len(), 1);
    assert_eq!(
        (row.history[0].by.as_str(), &row.history[0].run),
        ("restore", &restored)
    );
    let last = row.last.as_ref().unwrap();
    assert_eq!((last.by.as_str(), last.held, last.rows), ("drill", true, 2));
    assert_eq!(last.point_seconds, Some(2 * 3_600));
    assert_eq!(
        (row.recovery_time_objective, row.met),
        (Some(7_200), Some(true))
    );
    // Staging's own backup has been restored by nobody.
    let never = drills
        .rows
        .iter()
        .find(|row| row.environment == "staging")
        .unwrap();
    assert_eq!((never.last.is_none(), never.met), (true, None));
}

#[tokio::test]
async fn sanitising_is_what_the_live_copies_say() {
    let fleet = Fleet::new();
    fleet.run("production/people", None).await;
    fleet.run("staging/people", None).await;
    fleet.run("integration/people", None).await;
    fleet.look().await;
    let sanitising = fleet.source.sanitising();
    let of = |environment: &str| {
        let mut rows = sanitising.rows.iter();
        rows.find(|row| row.environment == environment).unwrap()
    };
    assert_eq!(of("production").data.as_deref(), Some("own"));
    assert_eq!(of("staging").data.as_deref(), Some("raw"));
    let masked = of("integration");
    assert_eq!(masked.data.as_deref(), Some("sanitised"));
    assert_eq!(masked.ruleset.as_deref(), Some("rules.yaml"));
    assert_eq!((masked.masked, masked.kept), (Some(1), Some(1)));
    assert!(
        masked
            .gate
            .as_deref()
            .unwrap()
            .contains("none above its threshold")
    );
    assert!(masked.key.is_some());
}
