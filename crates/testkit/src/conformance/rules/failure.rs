//! Whatever fails before the swap leaves the live copy as it was, and no shadow.

use super::{Target, refused};
use crate::conformance::part_wrappers::{FailingSink, FailingSource};
use crate::conformance::{Plan, Seed, Setting};
use crate::observe::Probe;
use std::sync::Arc;
use std::time::Instant;
use weir_engine::Cancel;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;

/// A stop asked for at any state ends the run soon: with an error and the old copy, or, where
/// the swap was already under way, with the new one.
pub async fn a_cancel_at_any_state_leaves_all_old_or_all_new(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    for (number, checkpoint) in restore_checkpoints().enumerate() {
        let target = Target::new(&setting, &format!("target-{number}"));
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let probe = Arc::new(Probe::default().at(checkpoint, move || stop.cancel()));
        let context = setting.watched(&probe).with_cancel(cancel);
        let after = format!("a stop at {checkpoint:?}");
        let plan = Plan::with_token(1);
        match setting
            .restore(&manifest, &target.endpoint, &plan, &context)
            .await
        {
            Ok(_) => {
                assert!(
                    checkpoint >= Checkpoint::PreviousKept,
                    "{after} must be heard"
                );
                let generation = setting.harness().read_generation(&target.endpoint);
                assert_eq!(generation, Ok(Target::NEW), "{after}");
                setting.assert_nothing_left(&target.endpoint, &after).await;
            }
            Err(error) => {
                assert_eq!(error.kind(), Kind::Interrupted, "{after}: {error:?}");
                assert!(
                    checkpoint < Checkpoint::Swapped,
                    "{after} comes too late to be heard"
                );
                // What was kept of a live copy that was not replaced is for `heal`.
                let quiet = setting.context();
                setting
                    .engine()
                    .heal(&target.endpoint, &quiet)
                    .await
                    .unwrap();
                target.assert_untouched(&setting, &after).await;
            }
        }
    }
}

/// A stop asked for while a backup runs leaves no backup and a source as it was.
pub async fn a_cancelled_backup_is_none(setting: Setting) {
    let source = setting.seeded("source", Seed::Generation(1));
    let before = setting.harness().fingerprint(&source);
    for checkpoint in [Checkpoint::Claimed, Checkpoint::SnapshotOpened] {
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let probe = Arc::new(Probe::default().at(checkpoint, move || stop.cancel()));
        let context = setting.watched(&probe).with_cancel(cancel);
        let what = format!("a backup stopped at {checkpoint:?}");
        refused(
            setting.backup(&source, &context).await,
            &[Kind::Interrupted],
            &what,
        );
        refused(
            setting.choose("source").await.map(drop),
            &[Kind::NoBackup],
            &what,
        );
        assert_eq!(setting.harness().fingerprint(&source), before);
        setting.assert_nothing_left(&source, &what).await;
    }
}

/// The states of a restore inside an engine.
pub(super) fn restore_checkpoints() -> impl Iterator<Item = Checkpoint> {
    Checkpoint::ALL
        .into_iter()
        .filter(|checkpoint| *checkpoint >= Checkpoint::ShadowCreated)
}

/// No verb works on after the deadline.
pub async fn a_deadline_that_has_passed_stops_every_verb(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let source = setting.endpoint("source");
    let target = Target::new(&setting, "target");
    let late = setting.context().with_deadline(Some(Instant::now()));
    let kinds = [Kind::Deadline];
    refused(
        setting.backup(&source, &late).await.map(drop),
        &kinds,
        "a late backup",
    );
    let plan = Plan::with_token(1);
    let restored = setting
        .restore(&manifest, &target.endpoint, &plan, &late)
        .await;
    refused(restored, &kinds, "a late restore");
    target.assert_untouched(&setting, "a late restore").await;

    let context = setting.context();
    let ready = setting
        .prepare(
            setting.parts(&manifest).await.unwrap(),
            &target.endpoint,
            &plan,
            &context,
        )
        .await
        .unwrap();
    refused(ready.swap(&late).await, &kinds, "a late swap");
    target.assert_untouched(&setting, "a late swap").await;
}

/// A store that goes away while a backup is read.
pub async fn a_source_that_fails_leaves_the_live_copy(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let mut calls = 0;
    loop {
        let parts = setting.parts(&manifest).await.unwrap();
        let failing = Arc::new(FailingSource::after(calls, parts));
        let plan = Plan::with_token(u64::try_from(calls).unwrap() + 1);
        let context = setting.context();
        let restored = setting
            .restore_parts(failing, &target.endpoint, &plan, &context)
            .await;
        if restored.is_ok() {
            break;
        }
        let what = format!("a restore whose store goes away after {calls} calls");
        refused(restored, &[Kind::Store], &what);
        target.assert_untouched(&setting, &what).await;
        calls += 1;
    }
    assert!(calls > 1, "a restore opens its parts and reads them");
    assert_eq!(
        setting.harness().read_generation(&target.endpoint),
        Ok(Target::NEW)
    );
}

/// A store that goes away while a backup is written: the dump says so.
pub async fn a_store_that_fails_leaves_no_backup(setting: Setting) {
    let source = setting.seeded("source", Seed::Generation(1));
    let before = setting.harness().fingerprint(&source);
    let context = setting.context();
    let all = FailingSink::after(usize::MAX);
    let opened = setting.engine().open(&source, &context).await.unwrap();
    opened.dump(&all, None, &context).await.unwrap();
    for calls in 0..all.calls() {
        let opened = setting.engine().open(&source, &context).await.unwrap();
        let dumped = opened
            .dump(&FailingSink::after(calls), None, &context)
            .await;
        refused(
            dumped,
            &[Kind::Store],
            &format!("a dump whose store goes away after {calls} calls"),
        );
    }
    assert_eq!(setting.harness().fingerprint(&source), before);
    setting.assert_nothing_left(&source, "failed dumps").await;
    refused(
        setting.choose("source").await.map(drop),
        &[Kind::NoBackup],
        "a choice of nothing",
    );
}

/// A run that gives up removes its shadow.
pub async fn a_shadow_given_up_leaves_nothing(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let context = setting.context();
    let plan = Plan::with_token(1);
    let parts = setting.parts(&manifest).await.unwrap();
    let loaded = setting
        .load(parts.clone(), &target.endpoint, &plan, &context)
        .await
        .unwrap();
    loaded.discard().await.unwrap();
    target
        .assert_untouched(&setting, "giving up a loaded shadow")
        .await;
    let ready = setting
        .prepare(parts, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    ready.discard().await.unwrap();
    target
        .assert_untouched(&setting, "giving up a proven shadow")
        .await;
}

/// A script that fails, or tries to get out of its transaction.
pub async fn a_failing_script_leaves_the_live_copy(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let context = setting.context();
    for script in setting.harness().failing_scripts() {
        let plan = Plan::with_token(1).script(script);
        let restored = setting
            .restore(&manifest, &target.endpoint, &plan, &context)
            .await;
        let error = refused(restored, &[Kind::Script], "a failing script");
        let text = format!("{error:?}");
        assert!(
            text.contains("script"),
            "the error must name the script: {text}"
        );
        assert!(
            !text.contains("@generation-"),
            "the error must not hold a value: {text}"
        );
        target.assert_untouched(&setting, "a failing script").await;
    }
}

/// Row counts out of bounds stop a restore; row counts within do not, and effects are told.
pub async fn row_bounds_are_kept(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let context = setting.context();
    let mut plan = Plan::with_token(1).script(setting.harness().deleting_script());
    plan.bounds.insert("notes".to_owned(), (Some(1), None));
    let restored = setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await;
    refused(
        restored,
        &[Kind::Verify],
        "a table emptied against its bounds",
    );
    target
        .assert_untouched(&setting, "rows out of bounds")
        .await;

    plan.bounds.insert("notes".to_owned(), (None, Some(0)));
    let parts = setting.parts(&manifest).await.unwrap();
    let ready = setting
        .prepare(parts, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    let effects = ready.effects();
    assert_eq!(effects.len(), 1, "{effects:?}");
    assert_eq!(effects[0].table, "notes");
    assert!(
        effects[0].before > Some(0) && effects[0].after == Some(0),
        "{effects:?}"
    );
    let notes = ready
        .tables()
        .iter()
        .find(|table| table.table == "notes")
        .unwrap();
    assert_eq!(notes.rows, 0);
    ready.swap(&context).await.unwrap();
}
