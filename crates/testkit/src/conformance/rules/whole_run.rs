//! Whole runs, with a lease, as the pipeline makes them.

use super::{Target, refused};
use crate::conformance::victim::{Work, kill_at};
use crate::conformance::{Seed, Setting};
use crate::observe::Probe;
use std::sync::{Arc, Mutex};
use weir_model::error::Kind;
use weir_model::event::Checkpoint;

/// Whoever comes after a dead run takes its lease over at once, gets a higher token, heals what
/// it left and finishes.
pub async fn a_dead_run_is_taken_over(setting: Setting) {
    setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let first = setting
        .run(&target.endpoint, "source", &setting.context())
        .await
        .unwrap();
    setting
        .harness()
        .seed(&target.endpoint, Seed::Generation(Target::OLD));
    let mut last = first.stamp.token;
    for checkpoint in [
        Checkpoint::Leased,
        Checkpoint::RowsLoaded,
        Checkpoint::Swapping,
    ] {
        let work = Work::Run {
            source: "source".to_owned(),
            target: "target".to_owned(),
        };
        kill_at(&setting, work, checkpoint).await;
        assert_eq!(
            setting.harness().read_generation(&target.endpoint),
            Ok(Target::OLD)
        );
        let context = setting.context();
        let live = setting
            .run(&target.endpoint, "source", &context)
            .await
            .unwrap();
        assert!(live.stamp.token > last, "tokens rise");
        last = live.stamp.token;
        let after = format!("taking over from a death at {checkpoint:?}");
        assert_eq!(
            setting.harness().read_generation(&target.endpoint),
            Ok(Target::NEW),
            "{after}"
        );
        setting.assert_nothing_left(&target.endpoint, &after).await;
        setting
            .harness()
            .seed(&target.endpoint, Seed::Generation(Target::OLD));
    }
}

/// While a run works, another one at the same target is told that it does, and changes nothing.
pub async fn two_runs_at_once_are_one(setting: Setting) {
    setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let setting = Arc::new(setting);
    let intruders = Arc::new(Mutex::new(Vec::new()));
    let (other, endpoint, outcomes) = (setting.clone(), target.endpoint.clone(), intruders.clone());
    let probe = Probe::default().at(Checkpoint::ReadBack, move || {
        let (other, endpoint) = (other.clone(), endpoint.clone());
        let outcome =
            elsewhere(async move || other.run(&endpoint, "source", &other.context()).await);
        outcomes.lock().unwrap().push(outcome);
    });
    let context = setting.watched(&Arc::new(probe));
    setting
        .run(&target.endpoint, "source", &context)
        .await
        .unwrap();
    let outcome = intruders
        .lock()
        .unwrap()
        .pop()
        .expect("the other run must have ended");
    refused(outcome, &[Kind::Locked], "a run beside another");
    assert_eq!(
        setting.harness().read_generation(&target.endpoint),
        Ok(Target::NEW)
    );
    setting
        .assert_nothing_left(&target.endpoint, "two runs at once")
        .await;
}

/// Runs a future to its end on another thread with a runtime of its own, so that an observer,
/// which is not asynchronous, can wait for it.
fn elsewhere<T, W, F>(work: W) -> T
where
    T: Send + 'static,
    W: FnOnce() -> F + Send + 'static,
    F: Future<Output = T>,
{
    let worker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("start a runtime").block_on(work())
    });
    worker.join().expect("the other run must not panic")
}
