//! Taking up where an earlier run stopped. Records say which runs a new one continues; what they
//! had done is read from the target and from the store, so that a run killed between a deed and
//! its record has done it no less.

mod definition;
mod done;
mod take_over;

pub(crate) use definition::definition;
pub(crate) use done::{Done, Heritage};
pub(crate) use take_over::{in_words, take_over};

use crate::run::RunOptions;
use crate::weir::Weir;
use jiff::Timestamp;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::{Ended, Outcome, Started, Step};
use weir_store::Choice;

/// How many runs may continue each other. More is a fault in the records.
const LONGEST: usize = 100;

/// One run that is continued.
pub(crate) struct EarlierRun {
    pub(crate) started: Started,
    pub(crate) steps: Vec<Step>,
}

/// The runs that a new one continues, newest first; never none.
pub(crate) struct Earlier {
    runs: Vec<EarlierRun>,
}

/// Whether a run by these options is a job's whole work, which the next one may continue.
pub(crate) fn is_whole_job(verb: &str, options: &RunOptions) -> bool {
    verb == "run" && options.operations.is_none() && options.choice == Choice::Newest
}

/// The runs that a new one of the job continues. Records that cannot be read are told: the run
/// then starts at the beginning, which is always right.
pub(crate) async fn find(
    weir: &Weir,
    verb: &str,
    job: &Job,
    options: &RunOptions,
    definition: &str,
    context: &Context,
) -> Option<Earlier> {
    if options.from_start || !is_whole_job(verb, options) {
        return None;
    }
    match try_find(weir, job, definition, context).await {
        Ok(found) => found,
        Err(error) => {
            context.warn(format!(
                "starts at the beginning, for what an earlier run did cannot be read: {error}"
            ));
            None
        }
    }
}

async fn try_find(
    weir: &Weir,
    job: &Job,
    definition: &str,
    context: &Context,
) -> Result<Option<Earlier>> {
    let state = &weir.stores(&job.environment, context).await?.state;
    let status = weir_store::read_status(state, &job.environment, &job.app).await?;
    let mut next = status.newest_runs.get(&job.name).cloned();
    let mut runs: Vec<EarlierRun> = Vec::new();
    while let Some(run) = next.take().filter(|_| runs.len() < LONGEST) {
        let Some(record) = weir_store::read_run(state, &run).await? else {
            break;
        };
        let Some(started) = record.started else { break };
        if !may_be_continued(weir, job, definition, &started, record.ended.as_ref()) {
            break;
        }
        next.clone_from(&started.continues);
        runs.push(EarlierRun {
            started,
            steps: record.steps,
        });
    }
    Ok((!runs.is_empty()).then_some(Earlier { runs }))
}

/// A run is continued when it was this job as it is now, came to no good end, and its time is
/// not over: neither its deadline has passed nor has the job come due again.
fn may_be_continued(
    weir: &Weir,
    job: &Job,
    definition: &str,
    started: &Started,
    ended: Option<&Ended>,
) -> bool {
    let now = weir.now();
    let same = started.environment == job.environment
        && started.app == job.app
        && started.job == job.name
        && started.definition.as_deref() == Some(definition);
    // One without an end, whose process is not seen to live, is gone or works where nobody here
    // can see it: what it has done is done in either case.
    let stopped = match ended {
        Some(ended) => ended.outcome != Outcome::Succeeded,
        None => !weir_store::is_alive(&started.by),
    };
    let in_time = started.deadline.is_some_and(|deadline| now < deadline);
    let due_again = job
        .schedule
        .value
        .previous_before(now)
        .is_some_and(|due| due > started.at);
    same && stopped && in_time && !due_again
}

/// Until when a run that came to no good end would be continued; `None` when it would not be.
pub(crate) fn continued_until(weir: &Weir, started: &Started) -> Option<Timestamp> {
    started.definition.as_ref()?;
    let mut jobs = weir.fleet().jobs_of(&started.environment, &started.app);
    let job = jobs.find(|job| job.name == started.job)?;
    let due = job.schedule.value.next_after(started.at);
    let until = due.into_iter().chain(started.deadline).min()?;
    (weir.now() < until).then_some(until)
}

impl Earlier {
    /// The run that is continued.
    pub(crate) fn newest(&self) -> Option<&EarlierRun> {
        self.runs.first()
    }
}
