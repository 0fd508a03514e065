//! The live copy is in use the whole time.

use super::{Findings, Target};
use crate::conformance::{Harness, Plan, Seed, Setting};
use crate::observe::Probe;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use weir_engine::Endpoint;
use weir_model::event::Checkpoint;

/// How often readers and writers come.
const PACE: Duration = Duration::from_millis(2);

/// Does something again and again on a thread of its own, until it is dropped.
struct Again {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<u32>>,
}

impl Again {
    fn new(mut work: impl FnMut() + Send + 'static) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut times = 0;
            while stopped.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
                work();
                times += 1;
            }
            times
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Stops; says how often it was done.
    fn stop(mut self) -> u32 {
        drop(self.stop.take());
        let thread = self.thread.take().expect("it runs until it is stopped");
        thread.join().expect("the thread must not panic")
    }
}

fn reader(harness: Arc<dyn Harness>, endpoint: Endpoint, findings: Findings) -> Again {
    let mut seen_new = false;
    Again::new(move || match harness.read_generation(&endpoint) {
        Ok(Target::NEW) => seen_new = true,
        Ok(Target::OLD) if !seen_new => {}
        Ok(other) => findings.add(format!("a reader saw generation {other} (new: {seen_new})")),
        Err(error) => findings.add(format!("a reader failed: {error}")),
    })
}

fn writer(harness: Arc<dyn Harness>, endpoint: Endpoint) -> Again {
    Again::new(move || {
        // An application that finds the database busy comes again.
        let _ = harness.write(&endpoint);
    })
}

/// While a restore runs, readers see the whole old copy and then the whole new one, never an
/// error, never a mixture; writers go on.
pub async fn a_reader_and_a_writer_on_the_live_copy_are_not_disturbed(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let findings = Findings::default();
    let (harness, endpoint) = (setting.shared_harness(), target.endpoint.clone());
    let reading = reader(harness.clone(), endpoint.clone(), findings.clone());
    let writing = writer(harness, endpoint);

    let probe = Arc::new(watch_each_state(&setting, &target, &findings));
    let context = setting.watched(&probe);
    for token in 1..=3 {
        let plan = Plan::with_token(token);
        setting
            .restore(&manifest, &target.endpoint, &plan, &context)
            .await
            .unwrap();
    }
    let (reads, writes) = (reading.stop(), writing.stop());
    findings.assert_none();
    assert!(reads > 0 && writes > 0, "{reads} reads, {writes} writes");
    setting
        .harness()
        .write(&target.endpoint)
        .expect("the new copy takes writes");
    assert_eq!(
        setting.harness().read_generation(&target.endpoint),
        Ok(Target::NEW)
    );
    setting
        .engine()
        .verify_live(&target.endpoint, &setting.context())
        .await
        .unwrap();
    setting
        .assert_nothing_left(&target.endpoint, "a restore under use")
        .await;
}

/// Reads the live copy at every state before the first swap: it is the old one.
fn watch_each_state(setting: &Setting, target: &Target, findings: &Findings) -> Probe {
    let mut probe = Probe::default();
    let swapped = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = swapped.clone();
    probe = probe.at(Checkpoint::Swapped, move || {
        flag.store(true, std::sync::atomic::Ordering::SeqCst);
    });
    let (harness, endpoint, findings) = (
        setting.shared_harness(),
        target.endpoint.clone(),
        findings.clone(),
    );
    probe.at_each(move || {
        let swapped = swapped.load(std::sync::atomic::Ordering::SeqCst);
        let expected = if swapped { Target::NEW } else { Target::OLD };
        let found = harness.read_generation(&endpoint);
        if found != Ok(expected) {
            findings.add(format!(
                "at a state of the run: {found:?}, expected {expected}"
            ));
        }
    })
}

/// A backup of a database that is written all the time is the database at one moment.
pub async fn a_backup_of_a_database_in_use_is_one_moment(setting: Setting) {
    let context = setting.context();
    let source = setting.seeded("source", Seed::Generation(Target::NEW));
    let writing = writer(setting.shared_harness(), source.clone());
    for token in 1..=3 {
        let manifest = setting.backup(&source, &context).await.unwrap();
        let target = setting.endpoint("target");
        setting
            .restore(&manifest, &target, &Plan::with_token(token), &context)
            .await
            .unwrap();
        assert_eq!(setting.harness().read_generation(&target), Ok(Target::NEW));
    }
    assert!(writing.stop() > 0, "the source must have been written");
    assert_eq!(setting.harness().read_generation(&source), Ok(Target::NEW));
}
