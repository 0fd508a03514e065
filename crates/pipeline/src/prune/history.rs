//! Pruning the history: records of runs, claims of due times and holds that are over for longer
//! than they are kept for.

use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Failure, Status};
use weir_store::{KeptHold, Store, StoredRun};

/// What is younger is asked for by other verbs: unfinished runs are looked for as far back.
const LEAST: Duration = Duration::from_secs(8 * 86_400);
/// How many runs may continue each other. More is a fault in the records.
const LONGEST_CHAIN: usize = 100;

/// What a prune of the history would remove, or has removed.
#[derive(Debug, Serialize)]
pub struct HistoryReport {
    /// The environment.
    pub environment: String,
    /// What was before this may go.
    pub before: Timestamp,
    /// Whether anything was to be removed, or only looked at.
    pub applied: bool,
    /// Runs.
    pub runs: u64,
    /// Claims of due times.
    pub claims: u64,
    /// Holds.
    pub holds: u64,
    /// Runs that stay although they are older.
    pub stays: HistoryStays,
    /// Why the rest stays, where the store did not let it be removed.
    pub stopped: Option<Failure>,
}

/// Runs that stay although they are older.
#[derive(Debug, Default, Serialize)]
pub struct HistoryStays {
    /// Without an end.
    pub unfinished: u64,
    /// The newest of a job, what the status refers to, or what a run continues.
    pub referred: u64,
    /// Of which nobody can say what they were.
    pub unreadable: u64,
}

/// Removes what of an environment's history was over more than `keep` ago. Never goes: a run
/// without an end, the newest of a job, what the status refers to and what such a run continues.
/// A store that does not let records be removed is told in the report.
///
/// # Errors
/// `usage`, also for a `keep` so short that other verbs would miss what goes; `store` and `corrupt`
/// when it cannot be told what is needed.
pub async fn prune_history(
    weir: &Weir,
    environment: &str,
    keep: Duration,
    dry_run: bool,
    context: &Context,
) -> Result<HistoryReport> {
    let environment = &weir.environment(environment)?.name;
    let before = limit(weir, keep)?;
    let state = weir.stores(environment, context).await?.state;
    let mut pruning = Pruning {
        needed: needed(&state, environment).await?,
        unfinished: BTreeSet::new(),
        dry_run,
        state,
        report: HistoryReport {
            environment: environment.clone(),
            before,
            applied: !dry_run,
            runs: 0,
            claims: 0,
            holds: 0,
            stays: HistoryStays::default(),
            stopped: None,
        },
    };
    match pruning.all(context).await {
        Err(error) if pruning.report.stopped.is_none() => return Err(error),
        _ => {}
    }
    Ok(pruning.report)
}

fn limit(weir: &Weir, keep: Duration) -> Result<Timestamp> {
    if keep < LEAST {
        let cause =
            "what is younger than 8 days is still looked at by `weir status` and `weir heal`";
        return Err(Error::new(Kind::Usage, "prune the history", cause).hint("keep it for longer"));
    }
    let keep = SignedDuration::try_from(keep).unwrap_or(SignedDuration::MAX);
    Ok(weir.now().saturating_sub(keep).unwrap_or(Timestamp::MIN))
}

/// The runs that something refers to, and the jobs of which the newest old run was met.
#[derive(Default)]
struct Needed {
    runs: BTreeSet<String>,
    jobs: BTreeSet<(String, String)>,
}

async fn needed(state: &Store, environment: &str) -> Result<Needed> {
    let mut needed = Needed::default();
    for status in weir_store::statuses_of(state, environment).await? {
        needed.add(&status);
        for newest in status.newest_runs.values() {
            needed.add_chain(state, newest.clone()).await?;
        }
    }
    Ok(needed)
}

impl Needed {
    fn add(&mut self, status: &Status) {
        for entry in &status.entries {
            let steps = [Some(&entry.last), entry.last_success.as_ref()];
            let steps = steps.into_iter().chain([entry.success_before.as_ref()]);
            let done_by = steps.flatten().filter_map(|step| step.done_by.clone());
            self.runs.extend(done_by);
            self.runs.insert(entry.run.clone());
        }
    }

    /// A run and those that it continues.
    async fn add_chain(&mut self, state: &Store, run: String) -> Result<()> {
        let mut next = Some(run);
        for _ in 0..LONGEST_CHAIN {
            let Some(run) = next.take() else { break };
            let record = weir_store::read_run(state, &run).await?;
            next = record.and_then(|record| record.started?.continues);
            self.runs.insert(run);
        }
        Ok(())
    }
}

/// A prune at work.
struct Pruning {
    state: Store,
    needed: Needed,
    /// Old runs that have no end: their claims stay too.
    unfinished: BTreeSet<String>,
    dry_run: bool,
    report: HistoryReport,
}

impl Pruning {
    async fn all(&mut self, context: &Context) -> Result<()> {
        let before = self.report.before;
        for day in weir_store::days_of_runs(&self.state, before).await? {
            context.check("prune the history")?;
            for run in weir_store::runs_of_day(&self.state, &day).await? {
                if self.goes(&run).await? {
                    let removed = match self.dry_run {
                        true => Ok(()),
                        false => weir_store::remove_run(&self.state, &run).await,
                    };
                    self.count(removed, |report| &mut report.runs)?;
                }
            }
        }
        self.claims(context).await?;
        self.holds(context).await
    }

    /// Whether a run that is old enough goes. Runs come newest first, and the first of a job stays:
    /// there may be no younger one.
    async fn goes(&mut self, run: &StoredRun) -> Result<bool> {
        let Some(started) = &run.started else {
            self.report.stays.unreadable += u64::from(run.unreadable);
            // What is left of a run whose beginning is gone is what a prune has not finished.
            return Ok(!run.unreadable);
        };
        if started.environment != self.report.environment {
            return Ok(false);
        }
        if !run.ended {
            self.report.stays.unfinished += 1;
            self.unfinished.insert(run.run.clone());
            if let Some(earlier) = started.continues.clone() {
                self.needed.add_chain(&self.state, earlier).await?;
            }
            return Ok(false);
        }
        let job = (started.app.clone(), started.job.clone());
        let newest = self.needed.jobs.insert(job);
        if newest || self.needed.runs.contains(&run.run) {
            self.report.stays.referred += 1;
            return Ok(false);
        }
        Ok(true)
    }

    async fn claims(&mut self, context: &Context) -> Result<()> {
        let (environment, before) = (self.report.environment.clone(), self.report.before);
        for claim in weir_store::old_claims(&self.state, &environment, before).await? {
            context.check("prune the history")?;
            if !self.unfinished.is_empty() {
                let run = weir_store::run_of_claim(&self.state, &claim).await?;
                if run.is_some_and(|run| self.unfinished.contains(&run)) {
                    continue;
                }
            }
            let removed = match self.dry_run {
                true => Ok(()),
                false => weir_store::remove_claim(&self.state, &claim).await,
            };
            self.count(removed, |report| &mut report.claims)?;
        }
        Ok(())
    }

    async fn holds(&mut self, context: &Context) -> Result<()> {
        for kept in weir_store::list_holds(&self.state).await? {
            context.check("prune the history")?;
            if !self.is_over(&kept) {
                continue;
            }
            let removed = match self.dry_run {
                true => Ok(()),
                false => weir_store::remove_hold(&self.state, &kept.id).await,
            };
            self.count(removed, |report| &mut report.holds)?;
        }
        Ok(())
    }

    /// Whether a hold's own time was over long ago, however early it was released.
    fn is_over(&self, kept: &KeptHold) -> bool {
        kept.hold.as_ref().is_ok_and(|hold| {
            hold.environment == self.report.environment && hold.until < self.report.before
        })
    }

    /// Counts what is gone. What the store does not let go ends the prune, and is told.
    fn count(&mut self, removed: Result<()>, of: fn(&mut HistoryReport) -> &mut u64) -> Result<()> {
        if let Err(error) = &removed
            && error.kind() == Kind::Store
        {
            self.report.stopped = Some(Failure::from(error));
        }
        removed?;
        *of(&mut self.report) += 1;
        Ok(())
    }
}
