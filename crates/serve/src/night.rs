//! The loop: facts, decisions, runs.

pub(crate) mod facts;
pub(crate) mod known;
mod runs;
mod ticks;

use crate::heartbeat::Hearts;
use crate::live::Live;
use crate::told::{Teller, Told};
use facts::{Purpose, Reader};
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use known::{HowItEnded, Known};
use runs::{Over, Runs};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use ticks::Ticks;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Failure, Outcome};
use weir_pipeline::{Selection, Weir, heal, schedule};
use weir_scheduler::{Clock, Handled, LeaveOut, LeftOut, Limits, Rules, decide};

/// How often the records are looked at, at least.
const ROUND: Duration = Duration::from_secs(15);

/// How long a job is left alone whose run could not be recorded.
const REST: SignedDuration = SignedDuration::from_secs(60);
/// How long mending may take before it is told.
const MENDING: SignedDuration = SignedDuration::from_secs(60);

/// What is wrong with the records of an environment.
struct Trouble {
    /// Found in writing: that they can be read does not end it.
    in_writing: bool,
}

/// Decides what starts, and when, until it is told to stop.
pub(crate) struct Night {
    weir: Arc<Weir>,
    rules: Rules,
    environments: BTreeSet<String>,
    tell: Teller,
    /// Who wants to know that something has changed.
    changed: Arc<dyn Fn() + Send + Sync>,
    since: Timestamp,
    ticks: Ticks,
    troubles: BTreeMap<String, Trouble>,
    /// Environments in which what dead runs have left is mended.
    mended: BTreeSet<String>,
    mending: JoinSet<(String, Result<()>)>,
    /// Jobs whose run could not even be recorded, and until when they are left alone.
    resting: BTreeMap<String, Timestamp>,
    known: Known,
    hearts: Hearts,
    runs: Runs,
}

impl Night {
    pub(crate) fn new(
        weir: &Arc<Weir>,
        environments: BTreeSet<String>,
        live: &Live,
        tell: &Teller,
        changed: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        Self {
            rules: Rules::of(weir.fleet()),
            hearts: Hearts::new(weir, &environments, tell),
            since: weir.now(),
            ticks: Ticks::new(weir.now()),
            troubles: BTreeMap::new(),
            mended: BTreeSet::new(),
            mending: JoinSet::new(),
            resting: BTreeMap::new(),
            known: Known::default(),
            runs: Runs::new(Arc::clone(weir), live.clone(), Arc::clone(tell)),
            weir: Arc::clone(weir),
            tell: Arc::clone(tell),
            environments,
            changed,
        }
    }

    /// Runs what is due until `context` is told to stop; then it starts nothing more, and lets the
    /// runs at work end within `grace`. `look` asks it to look at the records now.
    pub(crate) async fn work(mut self, look: &Notify, context: &Context) {
        self.mend(context);
        while !context.cancel.is_cancelled() {
            let next = self.round(context).await;
            let pause = next.map_or(ROUND, |next| until(self.weir.now(), next).min(ROUND));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = look.notified() => {}
                () = context.cancel.cancelled() => {}
                Some(over) = self.runs.next() => self.ended(over),
                Some(mended) = self.mending.join_next() => self.has_mended(mended),
            }
        }
        self.stop().await;
    }

    /// Mends what dead runs have left, so that their jobs can be tried again: each environment beside
    /// the others, since one store that does not answer must not keep them waiting.
    fn mend(&mut self, context: &Context) {
        for environment in self.environments.clone() {
            let (weir, context) = (Arc::clone(&self.weir), context.clone());
            self.mending.spawn(async move {
                let selection = Selection::Environment(environment.clone());
                let healing = heal::heal(&weir, &selection, false, &context);
                let healed = AssertUnwindSafe(healing).catch_unwind().await;
                let broke =
                    || Error::new(Kind::Internal, "mend what dead runs left", "it broke down");
                let healed = healed.unwrap_or_else(|_| Err(broke()));
                (environment, healed.map(|_| ()))
            });
        }
    }

    fn has_mended(&mut self, mended: std::result::Result<(String, Result<()>), JoinError>) {
        let Ok((environment, healed)) = mended else {
            return;
        };
        if let Err(error) = healed
            && error.kind() != Kind::Interrupted
        {
            self.trouble(&environment, error.to_string(), false);
        }
        self.mended.insert(environment);
    }

    /// Decides once, and carries it out; returns when to decide again.
    async fn round(&mut self, context: &Context) -> Option<Timestamp> {
        if let Some(moved) = self.ticks.moved(self.weir.now()) {
            self.since = self.weir.now();
            (self.tell)(&Told::ClockMoved {
                seconds: moved.as_secs(),
            });
        }
        let reader = Reader {
            weir: &self.weir,
            rules: &self.rules,
            at_work: &self.runs.jobs(),
            known: &self.known,
            purpose: Purpose::Decide,
        };
        let mut found = reader.read(&self.mended, context).await;
        if context.cancel.is_cancelled() {
            return None;
        }
        found.troubles.extend(self.still_mending());
        self.note_troubles(found.troubles);
        let now = self.weir.now();
        self.resting.retain(|_, until| *until > now);
        // A job without facts is not started, and takes no room.
        found.facts.retain(|job, _| !self.resting.contains_key(job));
        self.hearts.beat(&self.rules, &found.facts, context);
        let limits = Limits::of(&self.weir.fleet().serve);
        let clock = Clock {
            now: self.weir.now(),
            since: self.since,
        };
        let decisions = decide(&self.rules, &found.facts, limits, clock);
        for left_out in decisions.left_out() {
            let last = found.facts.get(&left_out.job);
            let last = last.and_then(|facts| facts.last.as_ref());
            self.leave_out(left_out, last, context).await;
        }
        for starts in decisions.starts() {
            if let Err(error) = self.runs.start(starts, context) {
                let job = starts.first().map_or("", |start| &start.job);
                self.trouble_of(job, error.to_string());
            }
        }
        decisions.next
    }

    fn still_mending(&self) -> BTreeMap<String, String> {
        if self.weir.now().duration_since(self.since) < MENDING {
            return BTreeMap::new();
        }
        let why = "what dead runs have left there is still being mended";
        let waits = self.environments.difference(&self.mended);
        waits.map(|name| (name.clone(), why.to_owned())).collect()
    }

    async fn leave_out(&mut self, left_out: &LeaveOut, last: Option<&Handled>, context: &Context) {
        let attempt = last
            .filter(|last| last.due == left_out.due)
            .map_or(1, |last| last.attempt.saturating_add(1));
        let kind = match left_out.how {
            LeftOut::Missed => Kind::Deadline,
            LeftOut::Held => Kind::Held,
            LeftOut::Skipped | LeftOut::Failed => Kind::NoBackup,
        };
        let why = Error::new(kind, format!("run {}", left_out.job), left_out.why.clone());
        let due = (left_out.due, attempt);
        match schedule::settle(&self.weir, &left_out.job, due, &why, context).await {
            Ok(true) => {
                (self.tell)(&Told::LeftOut {
                    job: left_out.job.clone(),
                    due: left_out.due,
                    count: left_out.count,
                    why: left_out.why.clone(),
                    held: left_out.how == LeftOut::Held,
                });
                self.can_write(&left_out.job);
                (self.changed)();
            }
            // Somebody else has decided it.
            Ok(false) => self.can_write(&left_out.job),
            Err(error) => self.trouble_of(&left_out.job, error.to_string()),
        }
    }

    /// Tells how a run ended; one that was somebody else's is none of ours.
    fn ended(&mut self, over: Over) {
        (self.changed)();
        let reports = match over.result {
            Ok(reports) => reports,
            Err(error) => {
                for (job, run) in over.jobs.iter().zip(over.runs) {
                    self.note_end(run, Outcome::Interrupted, None);
                    self.rest(job);
                    self.trouble_of(job, error.to_string());
                }
                return;
            }
        };
        let given = over.jobs.into_iter().zip(over.runs);
        for ((job, run), report) in given.zip(reports) {
            let failure = report.error.as_ref().map(Failure::from);
            match (report.run.is_empty(), &failure) {
                (true, None) => continue,
                // Nothing was begun: it is tried again like what was cut off.
                (true, Some(_)) => {
                    self.note_end(run, Outcome::Interrupted, failure.clone());
                    self.rest(&job);
                }
                (false, _) => {
                    self.note_end(run, report.outcome, failure.clone());
                    self.can_write(&job);
                }
            }
            (self.tell)(&Told::Ended {
                job,
                run: report.run,
                outcome: report.outcome,
                failure,
            });
        }
    }

    fn note_end(&self, run: String, outcome: Outcome, failure: Option<Failure>) {
        let at = self.weir.now();
        let how = HowItEnded {
            at,
            outcome,
            failure,
        };
        self.known.note_end(run, how);
    }

    fn rest(&mut self, job: &str) {
        let until = self.weir.now().saturating_add(REST);
        self.resting
            .insert(job.to_owned(), until.unwrap_or(Timestamp::MAX));
    }

    /// Lets the runs at work end, and asks those that have not within `grace` to stop.
    async fn stop(&mut self) {
        let grace = self.weir.fleet().serve.grace.value.duration();
        let length = SignedDuration::try_from(grace).unwrap_or(SignedDuration::MAX);
        let now = self.weir.now();
        (self.tell)(&Told::Stopping {
            at_work: self.runs.len(),
            until: now.saturating_add(length).unwrap_or(Timestamp::MAX),
        });
        let patience = tokio::time::sleep(grace);
        tokio::pin!(patience);
        let stop = self.runs.stop.clone();
        loop {
            tokio::select! {
                over = self.runs.next() => match over {
                    Some(over) => self.ended(over),
                    None => return,
                },
                () = &mut patience, if !stop.is_cancelled() => stop.cancel(),
            }
        }
    }

    fn note_troubles(&mut self, now: BTreeMap<String, String>) {
        let over = self
            .troubles
            .iter()
            .filter(|(name, trouble)| !trouble.in_writing && !now.contains_key(*name));
        for environment in over.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.recovered(environment);
        }
        for (environment, why) in now {
            self.trouble(&environment, why, false);
        }
    }

    fn trouble_of(&mut self, job: &str, why: String) {
        if let Some(rule) = self.rules.get(job) {
            let environment = rule.environment.clone();
            self.trouble(&environment, why, true);
        }
    }

    /// Something was written for a job.
    fn can_write(&mut self, job: &str) {
        let environment = self.rules.get(job).map(|rule| rule.environment.clone());
        let Some(environment) = environment else {
            return;
        };
        let trouble = self.troubles.get(&environment);
        if trouble.is_some_and(|trouble| trouble.in_writing) {
            self.recovered(environment);
        }
    }

    fn recovered(&mut self, environment: String) {
        self.troubles.remove(&environment);
        (self.tell)(&Told::Recovered { environment });
    }

    fn trouble(&mut self, environment: &str, why: String, in_writing: bool) {
        if let Some(known) = self.troubles.get_mut(environment) {
            known.in_writing |= in_writing;
            return;
        }
        let trouble = Trouble { in_writing };
        self.troubles.insert(environment.to_owned(), trouble);
        (self.tell)(&Told::Trouble {
            environment: environment.to_owned(),
            why,
        });
    }
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}
