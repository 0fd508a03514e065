//! The loop: facts, decisions, runs.

pub(crate) mod facts;
pub(crate) mod known;
mod runs;
mod ticks;

use crate::heartbeat::Hearts;
use crate::live::Live;
use crate::told::{Teller, Told};
use facts::{Purpose, Reader};
use jiff::{SignedDuration, Timestamp};
use known::Known;
use runs::{Over, Runs};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use ticks::Ticks;
use tokio::sync::Notify;
use weir_engine::Context;
use weir_model::error::{Error, Kind};
use weir_pipeline::{Selection, Weir, heal, schedule};
use weir_scheduler::{Clock, Handled, LeaveOut, LeftOut, Limits, Rules, decide};

/// How often the records are looked at, at least.
const ROUND: Duration = Duration::from_secs(15);

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
    troubles: BTreeMap<String, String>,
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
        self.mend(context).await;
        while !context.cancel.is_cancelled() {
            let next = self.round(context).await;
            let pause = next.map_or(ROUND, |next| until(self.weir.now(), next).min(ROUND));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = look.notified() => {}
                () = context.cancel.cancelled() => {}
                Some(over) = self.runs.next() => self.ended(over),
            }
        }
        self.stop().await;
    }

    /// Mends what dead runs have left, so that their jobs can be tried again.
    async fn mend(&mut self, context: &Context) {
        for environment in self.environments.clone() {
            let selection = Selection::Environment(environment.clone());
            if let Err(error) = heal::heal(&self.weir, &selection, false, context).await
                && error.kind() != Kind::Interrupted
            {
                self.trouble(&environment, error.to_string());
            }
        }
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
        let found = reader.read(&self.environments, context).await;
        if context.cancel.is_cancelled() {
            return None;
        }
        self.note_troubles(found.troubles);
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
                (self.changed)();
            }
            // Somebody else has decided it.
            Ok(false) => {}
            Err(error) => self.trouble_of(&left_out.job, error.to_string()),
        }
    }

    /// Tells how a run ended; one that was somebody else's is none of ours.
    fn ended(&mut self, over: Over) {
        (self.changed)();
        let reports = match over.result {
            Ok(reports) => reports,
            Err(error) => {
                for job in &over.jobs {
                    self.trouble_of(job, error.to_string());
                }
                return;
            }
        };
        for (job, report) in over.jobs.into_iter().zip(reports) {
            if report.run.is_empty() && report.error.is_none() {
                continue;
            }
            (self.tell)(&Told::Ended {
                job,
                run: report.run,
                outcome: report.outcome,
                failure: report.error.as_ref().map(Into::into),
            });
        }
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
        let over = self.troubles.keys().filter(|name| !now.contains_key(*name));
        for environment in over.cloned().collect::<Vec<_>>() {
            self.troubles.remove(&environment);
            (self.tell)(&Told::Recovered { environment });
        }
        for (environment, why) in now {
            self.trouble(&environment, why);
        }
    }

    fn trouble_of(&mut self, job: &str, why: String) {
        if let Some(rule) = self.rules.get(job) {
            let environment = rule.environment.clone();
            self.trouble(&environment, why);
        }
    }

    fn trouble(&mut self, environment: &str, why: String) {
        let known = self.troubles.insert(environment.to_owned(), why.clone());
        if known.is_none() {
            (self.tell)(&Told::Trouble {
                environment: environment.to_owned(),
                why,
            });
        }
    }
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}
