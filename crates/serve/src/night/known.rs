//! What need not be read again: since when a job is known, and the due times that are over.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use weir_model::run::{Failure, Outcome};
use weir_pipeline::schedule::HandledDueTime;

/// Of jobs, by address. Nothing in it decides anything that the records do not say.
#[derive(Default)]
pub(crate) struct Known {
    jobs: Mutex<BTreeMap<String, KnownJob>>,
    ended: Mutex<BTreeMap<String, HowItEnded>>,
}

/// How a run of this process ended, for the case that its record could not tell.
#[derive(Debug, Clone)]
pub(crate) struct HowItEnded {
    pub(crate) at: Timestamp,
    pub(crate) outcome: Outcome,
    pub(crate) failure: Option<Failure>,
}

/// How many ends are remembered: more than runs are at work between two reads.
const MOST_ENDS: usize = 1_000;

#[derive(Default)]
struct KnownJob {
    first_seen: Option<Timestamp>,
    newest: Option<HandledDueTime>,
}

impl Known {
    pub(crate) fn first_seen(&self, job: &str) -> Option<Timestamp> {
        self.jobs().get(job)?.first_seen
    }

    pub(crate) fn note_first_seen(&self, job: &str, at: Timestamp) {
        self.jobs().entry(job.to_owned()).or_default().first_seen = Some(at);
    }

    /// What came of the due time, where nothing can come of it any more.
    pub(crate) fn done(&self, job: &str, due: Option<Timestamp>) -> Option<HandledDueTime> {
        let jobs = self.jobs();
        let newest = jobs.get(job)?.newest.as_ref()?;
        let is_over = matches!(newest.outcome, Some(Outcome::Succeeded | Outcome::Skipped));
        (is_over && Some(newest.due) == due).then(|| newest.clone())
    }

    /// What came of the newest due time, as it was read last.
    pub(crate) fn newest(&self, job: &str) -> Option<HandledDueTime> {
        self.jobs().get(job)?.newest.clone()
    }

    pub(crate) fn note(&self, job: &str, newest: Option<&HandledDueTime>) {
        self.jobs().entry(job.to_owned()).or_default().newest = newest.cloned();
    }

    pub(crate) fn note_end(&self, run: String, how: HowItEnded) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.insert(run, how);
        // Their names begin with when they started.
        if ended.len() > MOST_ENDS {
            ended.pop_first();
        }
    }

    /// What came of a due time, by what this process knows of its run where the record does not say:
    /// a store that was away took no end.
    pub(crate) fn ended(&self, mut newest: HandledDueTime) -> HandledDueTime {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let how = newest.run.as_ref().and_then(|run| ended.get(run));
        if let Some(how) = how.filter(|_| newest.outcome.is_none()) {
            newest.outcome = Some(how.outcome);
            newest.ended = Some(how.at);
            newest.failure.clone_from(&how.failure);
            newest.failures += u32::from(how.outcome == Outcome::Failed);
        }
        newest
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeMap<String, KnownJob>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
