//! Killed anywhere, healed by whoever comes next.

use super::{Target, failure::restore_checkpoints, refused};
use crate::conformance::victim::{Work, kill_at};
use crate::conformance::{Plan, Seed, Setting};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_engine::{Endpoint, PartSource};
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_model::stamp::Token;

/// SIGKILL of the real process at each state of a restore: the live copy is all old before the
/// swap and all new after it, `heal` leaves nothing lying around, and the next restore succeeds.
pub async fn killed_at_each_state_and_healed_by_whoever_comes_next(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let keeps_previous = setting.engine().capabilities().keeps_previous;
    let states =
        restore_checkpoints().filter(|state| keeps_previous || *state != Checkpoint::PreviousKept);
    for (number, checkpoint) in states.enumerate() {
        let name = format!("target-{number}");
        let target = Target::new(&setting, &name);
        let work = Work::Restore {
            source: "source".to_owned(),
            target: name,
        };
        kill_at(&setting, work, checkpoint).await;
        let expected = if checkpoint == Checkpoint::Swapped {
            Target::NEW
        } else {
            Target::OLD
        };
        assert_live(
            &setting,
            &target,
            expected,
            &format!("death at {checkpoint:?}"),
        );
        heal(&setting, &target, expected, checkpoint).await;

        let context = setting.context();
        if checkpoint == Checkpoint::Swapped && keeps_previous {
            let engine = setting.engine();
            engine
                .rollback(&target.endpoint, Token(15), &context)
                .await
                .unwrap();
            assert_live(
                &setting,
                &target,
                Target::OLD,
                "a rollback of a dead run's swap",
            );
        }
        let plan = Plan::with_token(20);
        setting
            .restore(&manifest, &target.endpoint, &plan, &context)
            .await
            .unwrap();
        assert_live(&setting, &target, Target::NEW, "the next restore");
        setting
            .assert_nothing_left(&target.endpoint, "the next restore")
            .await;
    }
}

fn assert_live(setting: &Setting, target: &Target, expected: u32, after: &str) {
    let generation = setting.harness().read_generation(&target.endpoint);
    assert_eq!(generation, Ok(expected), "the live copy after {after}");
}

async fn heal(setting: &Setting, target: &Target, expected: u32, checkpoint: Checkpoint) {
    let (engine, context) = (setting.engine(), setting.context());
    let found = leftovers(setting, target, checkpoint).await;
    let healed = engine.heal(&target.endpoint, &context).await.unwrap();
    assert_eq!(
        found.is_empty(),
        healed.actions.is_empty(),
        "what `leftovers` finds is what `heal` mends: {found:?}, {healed:?}"
    );
    if checkpoint < Checkpoint::Swapped {
        assert!(
            !healed.actions.is_empty(),
            "a death at {checkpoint:?} leaves something"
        );
    }
    let after = format!("healing a death at {checkpoint:?}");
    assert_live(setting, target, expected, &after);
    engine
        .verify_live(&target.endpoint, &context)
        .await
        .unwrap();
    setting.assert_nothing_left(&target.endpoint, &after).await;
    let again = engine.heal(&target.endpoint, &context).await.unwrap();
    assert_eq!(
        again.actions,
        Vec::<String>::new(),
        "a healed target needs no more"
    );
}

/// What the dead run left. A server may take a moment to see that a client is gone, and what
/// somebody works on is no leftover.
async fn leftovers(setting: &Setting, target: &Target, checkpoint: Checkpoint) -> Vec<String> {
    const PATIENCE: Duration = Duration::from_secs(30);
    let (engine, context) = (setting.engine(), setting.context());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = engine.leftovers(&target.endpoint, &context).await.unwrap();
        let awaited = checkpoint < Checkpoint::Swapped && found.is_empty();
        if !awaited || Instant::now() > deadline {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// SIGKILL at each state of a backup: before its manifest there is no backup, after it there is
/// a whole one; the source is as it was, and the next backup succeeds.
pub async fn killed_during_a_backup_leaves_a_whole_one_or_none(setting: Setting) {
    let states = Checkpoint::ALL
        .into_iter()
        .filter(|checkpoint| *checkpoint <= Checkpoint::ManifestStored);
    for (number, checkpoint) in states.enumerate() {
        let name = format!("source-{number}");
        let source = setting.seeded(&name, Seed::Generation(Target::NEW));
        let before = setting.harness().fingerprint(&source);
        let work = Work::Backup {
            source: name.clone(),
        };
        kill_at(&setting, work, checkpoint).await;
        assert_eq!(setting.harness().fingerprint(&source), before);
        let chosen = setting.choose(&name).await;
        if checkpoint == Checkpoint::ManifestStored {
            let target = setting.endpoint(&format!("target-of-{number}"));
            assert_restorable(&setting, chosen.unwrap(), &target).await;
        } else {
            let what = format!("a choice after death at {checkpoint:?}");
            refused(chosen.map(drop), &[Kind::NoBackup], &what);
        }
        assert_next_backup_succeeds(&setting, &source).await;
    }
}

async fn assert_next_backup_succeeds(setting: &Setting, source: &Endpoint) {
    let written = setting.harness().write(source);
    written.expect("a dead backup must not hold its source");
    let context = setting.context();
    setting.engine().heal(source, &context).await.unwrap();
    setting.assert_nothing_left(source, "a dead backup").await;
    let manifest = setting.backup(source, &context).await.unwrap();
    let target = setting.endpoint(&format!("copy-of-{}", source.database));
    assert_restorable(setting, setting.parts(&manifest).await.unwrap(), &target).await;
}

async fn assert_restorable(setting: &Setting, parts: Arc<dyn PartSource>, target: &Endpoint) {
    let (plan, context) = (Plan::with_token(1), setting.context());
    setting
        .restore_parts(parts, target, &plan, &context)
        .await
        .unwrap();
    assert_eq!(setting.harness().read_generation(target), Ok(Target::NEW));
}
