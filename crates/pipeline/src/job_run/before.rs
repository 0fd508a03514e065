//! Why nothing of a job starts: its due time is somebody else's, what it copies failed, all of it
//! is held.

use super::JobRequest;
use super::execution::Execution;
use crate::holds::Holds;
use crate::job_report::JobReport;
use crate::run_book::RunBook;
use crate::schedule;
use crate::weir::Weir;
use weir_config::{DatabaseJob, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Outcome, Started};
use weir_store::Claimed;

/// What is reported of a job that does not start; `None` when it does.
pub(super) async fn nothing_to_start(
    weir: &Weir,
    request: &JobRequest<'_>,
    started: &Started,
    context: &Context,
) -> Option<JobReport> {
    let job = request.job;
    let reasons: Option<Vec<Error>> = request
        .databases()
        .map(|database| request.why_left_out(database))
        .collect();
    let left_out = reasons.into_iter().flatten().next();
    let holds = Holds::read(weir, &job.environment, context).await;
    if left_out.is_none()
        && request.options.names_operations()
        // A store that does not answer is told by whoever needs it next.
        && holds.were_read()
        && let Some(refused) = first_obstacle(weir, request, &holds)
    {
        return Some(JobReport::new(job, String::new()).failed(refused));
    }
    match claim(weir, request, started, context).await {
        Ok(Claimed::Ours) => {}
        Ok(Claimed::Theirs(theirs)) => {
            let who = theirs.run.clone().unwrap_or_else(|| theirs.by.to_string());
            context.note(format!("{}: that due time is {who}'s already", job.address));
            return Some(JobReport::new(job, String::new()).not_ours());
        }
        Err(error) => return Some(JobReport::new(job, String::new()).failed(error)),
    }
    match left_out {
        Some(reason) => Some(leave_out(weir, request, started, reason, context).await),
        None if is_all_held(weir, request, &holds) => {
            hold_back(weir, request, started, &holds, context).await
        }
        None => None,
    }
}

/// A group has claimed the due times of its jobs before it runs them.
async fn claim(
    weir: &Weir,
    request: &JobRequest<'_>,
    started: &Started,
    context: &Context,
) -> Result<Claimed> {
    match request.member {
        Some(_) => Ok(Claimed::Ours),
        None => schedule::claim(weir, request.job, started, context).await,
    }
}

fn obstacles(
    weir: &Weir,
    request: &JobRequest<'_>,
    database: &DatabaseJob,
    holds: &Holds,
) -> Vec<(OperationKind, Option<Error>)> {
    let JobRequest { job, options, .. } = request;
    let operations = weir.operations(job, &database.name, options).into_iter();
    operations
        .map(|operation| (operation, request.obstacle(holds, operation)))
        .collect()
}

fn first_obstacle(weir: &Weir, request: &JobRequest<'_>, holds: &Holds) -> Option<Error> {
    request
        .databases()
        .flat_map(|database| obstacles(weir, request, database, holds))
        .find_map(|(_, obstacle)| obstacle)
}

fn is_all_held(weir: &Weir, request: &JobRequest<'_>, holds: &Holds) -> bool {
    let mut operations = request
        .databases()
        .flat_map(|database| obstacles(weir, request, database, holds))
        .peekable();
    let held = |obstacle: &Option<Error>| {
        obstacle
            .as_ref()
            .is_some_and(|error| error.kind() == Kind::Held)
    };
    operations.peek().is_some() && operations.all(|(_, obstacle)| held(&obstacle))
}

/// Records that nothing of the job was run, and why.
async fn leave_out(
    weir: &Weir,
    request: &JobRequest<'_>,
    started: &Started,
    reason: Error,
    context: &Context,
) -> JobReport {
    let job = request.job;
    let (book, context) = match RunBook::begin(weir, job, started.clone(), context).await {
        Ok(begun) => begun,
        Err(error) => {
            context.warn(format!("that a job was left out is not recorded: {error}"));
            return JobReport::new(job, String::new()).left_out(reason);
        }
    };
    let execution = Execution {
        weir,
        request,
        book,
    };
    for database in request.databases() {
        if let Some(reason) = request.why_left_out(database) {
            execution
                .skip(database, Outcome::Skipped, &reason, &context)
                .await;
        }
    }
    // What is held upstream is wanted so, and no failure here either.
    if reason.kind() != Kind::Held {
        execution.book.leave_out(reason);
    }
    execution.book.finish(&context).await
}

/// Records that all of the job is held. No database is asked and no secret read.
async fn hold_back(
    weir: &Weir,
    request: &JobRequest<'_>,
    started: &Started,
    holds: &Holds,
    context: &Context,
) -> Option<JobReport> {
    let job = request.job;
    let (book, context) = match RunBook::begin(weir, job, started.clone(), context).await {
        Ok(begun) => begun,
        Err(error) => return Some(JobReport::new(job, String::new()).failed(error)),
    };
    let execution = Execution {
        weir,
        request,
        book,
    };
    for database in request.databases() {
        for (operation, obstacle) in obstacles(weir, request, database, holds) {
            if let Some(held) = obstacle {
                let step = execution.leave_held(operation, &database.name, held, &context);
                execution.book.record(step, &context).await;
            }
        }
    }
    Some(execution.book.finish(&context).await)
}
