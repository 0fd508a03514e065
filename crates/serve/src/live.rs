//! The runs of this process, as they work: what a page shows without asking a store.

use crate::told::{Teller, Told};
use crate::views::{LogLine, Progress, Working};
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use weir_engine::Observer;
use weir_model::event::{Event, Unit};
use weir_model::run::RunProgress;
use weir_pipeline::Weir;

/// Lines kept of each run; the whole log lies in the records.
const MOST_LINES: usize = 1_000;

/// What this process works on. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Live(Arc<Mutex<BTreeMap<String, Run>>>);

#[derive(Debug)]
struct Run {
    job: String,
    since: Timestamp,
    lines: VecDeque<LogLine>,
    standing: Option<RunProgress>,
    began_to_count: Option<(Instant, u64)>,
    waits_for: Option<String>,
}

impl Live {
    /// The runs at work, the oldest first.
    #[must_use]
    pub fn working(&self) -> Vec<Working> {
        let runs = self.runs();
        let working = |(id, run): (&String, &Run)| Working {
            run: id.clone(),
            job: run.job.clone(),
            since: run.since,
            progress: run.standing.clone().map(Progress::from),
            waits_for: run.waits_for.clone(),
        };
        runs.iter().map(working).collect()
    }

    /// The newest lines of a run's log, if it is at work here.
    #[must_use]
    pub fn log(&self, run: &str) -> Option<Vec<LogLine>> {
        let runs = self.runs();
        runs.get(run).map(|run| run.lines.iter().cloned().collect())
    }

    /// How far a run is, if it is at work here and tells.
    #[must_use]
    pub fn progress(&self, run: &str) -> Option<Progress> {
        let standing = self.runs().get(run)?.standing.clone();
        standing.map(Progress::from)
    }

    /// Follows a run until what is returned is dropped; its warnings are told.
    #[must_use]
    pub fn follow(&self, weir: &Arc<Weir>, run: &str, job: &str, tell: &Teller) -> Followed {
        let begun = Run {
            job: job.to_owned(),
            since: weir.now(),
            lines: VecDeque::new(),
            standing: None,
            began_to_count: None,
            waits_for: None,
        };
        self.runs().insert(run.to_owned(), begun);
        Followed(Arc::new(Follower {
            live: self.clone(),
            weir: Arc::clone(weir),
            run: run.to_owned(),
            job: job.to_owned(),
            tell: Arc::clone(tell),
        }))
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<String, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run that is followed.
pub struct Followed(Arc<Follower>);

impl Followed {
    /// What the run is to be observed by.
    #[must_use]
    pub fn observer(&self) -> Arc<dyn Observer> {
        Arc::clone(&self.0) as Arc<dyn Observer>
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.0.live.runs().remove(&self.0.run);
    }
}

struct Follower {
    live: Live,
    weir: Arc<Weir>,
    run: String,
    job: String,
    tell: Teller,
}

impl Observer for Follower {
    fn event(&self, event: &Event) {
        let now = self.weir.now();
        if let Some(run) = self.live.runs().get_mut(&self.run) {
            run.take(now, event);
        }
        if let Event::Warning { message } = event {
            (self.tell)(&Told::Warned {
                job: self.job.clone(),
                run: self.run.clone(),
                message: message.clone(),
            });
        }
    }
}

impl Run {
    fn take(&mut self, now: Timestamp, event: &Event) {
        match event {
            Event::Step {
                number,
                total,
                name,
            } => {
                self.waits_for = None;
                self.began_to_count = None;
                self.standing = Some(RunProgress {
                    at: now,
                    step: *number,
                    steps: *total,
                    does: name.clone(),
                    unit: None,
                    done: 0,
                    total: 0,
                    per_second: 0,
                });
            }
            Event::Progress { unit, done, total } => self.count(now, *unit, *done, *total),
            // Some waits are told again and again: the newest says it all.
            Event::Waiting { what, .. } => {
                if self.waits_for.as_ref() == Some(what) {
                    return;
                }
                self.waits_for = Some(what.clone());
            }
            Event::Note { .. } | Event::Warning { .. } | Event::Checkpoint { .. } => {}
        }
        let Some(line) = LogLine::of(now, event) else {
            return;
        };
        if self.lines.len() == MOST_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    fn count(&mut self, at: Timestamp, unit: Unit, done: u64, total: u64) {
        self.waits_for = None;
        let (began, before) = *self
            .began_to_count
            .get_or_insert_with(|| (Instant::now(), done));
        let Some(standing) = &mut self.standing else {
            return;
        };
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let more = done.saturating_sub(before).saturating_mul(1_000);
        *standing = RunProgress {
            at,
            unit: Some(unit),
            done,
            total,
            per_second: more / milliseconds.max(1),
            ..standing.clone()
        };
    }
}
