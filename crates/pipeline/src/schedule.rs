//! Due times: who runs a job at one, and what came of the newest.

mod done;
mod taken;

pub use done::{Done, done};
pub use taken::{UpstreamBackups, upstream_backups};

use crate::closing::is_over;
use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Result};
use weir_model::run::{Failure, Outcome, Started};
use weir_store::{
    Claimed, ClaimedDueTime, DueTime, JobName, ScheduleClaim, Store, claim_due_time, newest_claims,
};

/// How far back the newest claim of a job is looked for: longer than any schedule's pause.
const DAYS_OF_CLAIMS: i64 = 400;

/// What came of a due time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandledDueTime {
    /// When the job was due.
    pub due: Timestamp,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// How many attempts failed, this one included.
    pub failures: u32,
    /// The run, where one was started.
    pub run: Option<String>,
    /// How it ended; `None` while it works.
    pub outcome: Option<Outcome>,
    /// When it ended, or when it was decided that nothing starts.
    pub ended: Option<Timestamp>,
    /// What failed, or why nothing was started.
    pub failure: Option<Failure>,
}

/// Claims the due time of a run that the schedule starts.
///
/// # Errors
/// `store`; `corrupt` when somebody else's claim cannot be read.
pub(crate) async fn claim(
    weir: &Weir,
    job: &Job,
    started: &Started,
    context: &Context,
) -> Result<Claimed> {
    let Some(due) = started.due else {
        return Ok(Claimed::Ours);
    };
    let due = DueTime {
        due,
        attempt: started.attempt,
    };
    let state = weir.stores(&job.environment, context).await?.state;
    let claim = ScheduleClaim::to_run(&started.run, weir.process(), weir.now())?;
    claim_due_time(&state, &name(job), due, &claim).await
}

/// Decides that nothing is started at a due time, and why; false when somebody else was earlier
/// to decide it.
///
/// # Errors
/// `usage` for a job that is not there; `store`, `corrupt`.
pub async fn settle(
    weir: &Weir,
    address: &str,
    (due, attempt): (Timestamp, u32),
    why: &Error,
    context: &Context,
) -> Result<bool> {
    let job = weir.fleet().job(address)?;
    let state = weir.stores(&job.environment, context).await?.state;
    let claim = ScheduleClaim::to_leave_out(Failure::from(why), weir.process(), weir.now())?;
    let due = DueTime { due, attempt };
    let claimed = claim_due_time(&state, &name(job), due, &claim).await?;
    Ok(claimed == Claimed::Ours)
}

/// Since when a job is known with its schedule and its group: earlier due times are not its own.
/// Whoever asks first decides it.
///
/// # Errors
/// `usage` for a job that is not there; `store`, `corrupt`.
pub async fn first_seen(weir: &Weir, address: &str, context: &Context) -> Result<Timestamp> {
    let job = weir.fleet().job(address)?;
    let state = weir.stores(&job.environment, context).await?.state;
    weir_store::first_seen(&state, &name(job), &timetable(job), weir.now()).await
}

/// The same for whoever only looks: now, if nobody has asked before.
///
/// # Errors
/// `usage` for a job that is not there; `store`, `corrupt`.
pub async fn seen_since(weir: &Weir, address: &str, context: &Context) -> Result<Timestamp> {
    let job = weir.fleet().job(address)?;
    let state = weir.stores(&job.environment, context).await?.state;
    let seen = weir_store::seen_since(&state, &name(job), &timetable(job)).await?;
    Ok(seen.unwrap_or_else(|| weir.now()))
}

fn timetable(job: &Job) -> String {
    let group = job.group.as_ref().map_or("", |group| group.value.as_str());
    format!("{}\n{group}", job.schedule.value)
}

/// The newest due time of a job that was handled; `None` when none was.
///
/// # Errors
/// `usage` for a job that is not there; `store`.
pub async fn newest(
    weir: &Weir,
    address: &str,
    context: &Context,
) -> Result<Option<HandledDueTime>> {
    let job = weir.fleet().job(address)?;
    let state = weir.stores(&job.environment, context).await?.state;
    let span = SignedDuration::from_hours(24 * DAYS_OF_CLAIMS);
    let now = weir.now();
    let since = now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    // One after now, made by a clock that was ahead, counts when its time has come.
    let newest = newest_claims(&state, &name(job), since..=now, 1).await?;
    let Some(claimed) = newest.into_iter().next() else {
        return Ok(None);
    };
    let (due, attempt) = (claimed.due.due, claimed.due.attempt);
    let mut newest = handled(weir, &state, job, claimed).await?;
    newest.failures = u32::from(newest.outcome == Some(Outcome::Failed));
    if attempt > 1 && newest.outcome != Some(Outcome::Succeeded) {
        newest.failures += failures_before(weir, &state, job, (due, attempt)).await?;
    }
    Ok(Some(newest))
}

/// How many of the attempts before this one failed, and were not cut off.
async fn failures_before(
    weir: &Weir,
    state: &Store,
    job: &Job,
    (due, attempt): (Timestamp, u32),
) -> Result<u32> {
    let attempts = usize::try_from(attempt).unwrap_or(usize::MAX);
    let mut failures = 0;
    for claimed in newest_claims(state, &name(job), due..=due, attempts).await? {
        if claimed.due.attempt < attempt {
            let before = handled(weir, state, job, claimed).await?;
            failures += u32::from(before.outcome == Some(Outcome::Failed));
        }
    }
    Ok(failures)
}

async fn handled(
    weir: &Weir,
    state: &Store,
    job: &Job,
    claimed: ClaimedDueTime,
) -> Result<HandledDueTime> {
    let mut handled = HandledDueTime {
        due: claimed.due.due,
        attempt: claimed.due.attempt,
        failures: 0,
        run: None,
        outcome: None,
        ended: None,
        failure: None,
    };
    let Some(claim) = claimed.claim else {
        // Somebody had it: what came of it nobody can say.
        handled.outcome = Some(Outcome::Interrupted);
        handled.ended = Some(handled.due);
        return Ok(handled);
    };
    let Some(run) = claim.run else {
        handled.outcome = Some(Outcome::Skipped);
        handled.ended = Some(claim.at);
        handled.failure = claim.left_out;
        return Ok(handled);
    };
    let record = weir_store::read_run(state, &run).await?;
    let (started, ended) = record.map_or((None, None), |record| (record.started, record.ended));
    let dead = match started {
        Some(started) => is_over(&started, weir.now()),
        // It was claimed, and its run has left no word: it could not be recorded.
        None => weir_store::is_dead(&claim.by) || deadline_is_over(job, claim.at, weir.now()),
    };
    handled.run = Some(run);
    match ended {
        Some(ended) => {
            handled.outcome = Some(ended.outcome);
            handled.ended = Some(ended.at);
            handled.failure = ended.failure;
        }
        None if dead => {
            handled.outcome = Some(Outcome::Interrupted);
            handled.ended = Some(claim.at);
        }
        None => {}
    }
    Ok(handled)
}

fn deadline_is_over(job: &Job, since: Timestamp, now: Timestamp) -> bool {
    let end = since.checked_add(job.deadline.value.duration());
    end.is_ok_and(|end| end < now)
}

fn name(job: &Job) -> JobName {
    JobName {
        environment: job.environment.clone(),
        app: job.app.clone(),
        job: job.name.clone(),
    }
}
