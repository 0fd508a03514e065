//! The loop: facts, decisions, runs.

mod facts;
mod known;

use crate::news::News;
use crate::told::{Teller, Told};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::{JobReport, RunOptions, Selection, Weir, heal, run, schedule};
use weir_scheduler::{Clock, Handled, LeaveOut, LeftOut, Limits, Rules, Start, decide};

/// How often the records are looked at, at least.
const ROUND: Duration = Duration::from_secs(15);

/// Runs what is due in all environments, or in one, until `context` is told to stop; then it
/// starts nothing more, and lets the runs at work end within `grace`.
///
/// # Errors
/// `usage` for an environment that is not there. What fails while it works is told.
pub async fn serve(
    weir: Arc<Weir>,
    environment: Option<&str>,
    tell: &Teller<'_>,
    context: &Context,
) -> Result<()> {
    let environments = match environment {
        Some(name) => BTreeSet::from([weir.fleet().environment(name)?.name.clone()]),
        None => weir
            .fleet()
            .environments
            .iter()
            .map(|environment| environment.name.clone())
            .collect(),
    };
    let news = News::start(&weir, &environments, context);
    let tell = |told: &Told| {
        news.tell(told);
        tell(told);
    };
    let mut night = Night {
        rules: Rules::of(weir.fleet()),
        since: weir.now(),
        stop_runs: Cancel::default(),
        at_work: BTreeSet::new(),
        troubles: BTreeMap::new(),
        known: known::Known::default(),
        runs: JoinSet::new(),
        weir,
        environments,
        tell: &tell,
    };
    night.mend(context).await;
    while !context.cancel.is_cancelled() {
        let next = night.round(context).await;
        let pause = next.map_or(ROUND, |next| until(night.weir.now(), next).min(ROUND));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = context.cancel.cancelled() => {}
            Some(ended) = night.runs.join_next() => night.ended(ended),
        }
    }
    night.stop().await;
    drop(night);
    news.finish().await;
    Ok(())
}

struct Night<'a> {
    weir: Arc<Weir>,
    rules: Rules,
    environments: BTreeSet<String>,
    tell: &'a Teller<'a>,
    since: Timestamp,
    stop_runs: Cancel,
    at_work: BTreeSet<String>,
    troubles: BTreeMap<String, String>,
    known: known::Known,
    runs: JoinSet<(String, Result<Vec<JobReport>>)>,
}

impl Night<'_> {
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
        let reader = facts::Reader {
            weir: &self.weir,
            rules: &self.rules,
            at_work: &self.at_work,
            known: &self.known,
        };
        let found = reader.read(&self.environments, context).await;
        if context.cancel.is_cancelled() {
            return None;
        }
        self.note_troubles(found.troubles);
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
        for start in decisions.starts().flatten() {
            self.start(start, context);
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
            Ok(true) => (self.tell)(&Told::LeftOut {
                job: left_out.job.clone(),
                due: left_out.due,
                count: left_out.count,
                why: left_out.why.clone(),
                held: left_out.how == LeftOut::Held,
            }),
            // Somebody else has decided it.
            Ok(false) => {}
            Err(error) => {
                if let Some(rule) = self.rules.get(&left_out.job) {
                    let environment = rule.environment.clone();
                    self.trouble(&environment, error.to_string());
                }
            }
        }
    }

    fn start(&mut self, start: &Start, context: &Context) {
        let job = start.job.clone();
        self.at_work.insert(job.clone());
        (self.tell)(&Told::Started {
            job: job.clone(),
            due: start.due,
            attempt: start.attempt,
            late: start.late.clone(),
        });
        let options = RunOptions {
            due: Some(start.due),
            attempt: start.attempt,
            ..RunOptions::default()
        };
        let context = context.clone().with_cancel(self.stop_runs.clone());
        let weir = Arc::clone(&self.weir);
        self.runs.spawn(async move {
            let selection = Selection::Job(job.clone());
            let report = run::run(&weir, "run", &selection, &options, &context).await;
            (job, report.map(|report| report.jobs))
        });
    }

    /// Tells how a run ended; one that was somebody else's is none of ours.
    fn ended(
        &mut self,
        ended: std::result::Result<(String, Result<Vec<JobReport>>), tokio::task::JoinError>,
    ) {
        let Ok((job, reports)) = ended else {
            // It broke down: which job it was, its record says.
            return;
        };
        self.at_work.remove(&job);
        let reports = match reports {
            Ok(reports) => reports,
            Err(error) => {
                if let Some(rule) = self.rules.get(&job) {
                    let environment = rule.environment.clone();
                    self.trouble(&environment, error.to_string());
                }
                return;
            }
        };
        for report in reports {
            if report.run.is_empty() && report.error.is_none() {
                continue;
            }
            (self.tell)(&Told::Ended {
                job: job.clone(),
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
        while !self.runs.is_empty() {
            tokio::select! {
                Some(ended) = self.runs.join_next() => self.ended(ended),
                () = &mut patience, if !self.stop_runs.is_cancelled() => self.stop_runs.cancel(),
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
