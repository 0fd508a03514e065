//! One run of one job: what is asked, what is left out, what an earlier run has done.

mod before;
mod execution;

use crate::drill;
use crate::group::Member;
use crate::holds::Holds;
use crate::job_report::JobReport;
use crate::resume::{self, Earlier, Heritage};
use crate::run::RunOptions;
use crate::run_book::RunBook;
use crate::site::Site;
use crate::upstream::Upstream;
use crate::weir::Weir;
use execution::Execution;
use futures::future::join_all;
use weir_config::{DatabaseJob, Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Started, Step};

/// What is asked of one job.
pub(crate) struct JobRequest<'a> {
    pub(crate) verb: &'a str,
    pub(crate) job: &'a Job,
    pub(crate) options: &'a RunOptions,
    /// What this invocation has run before.
    pub(crate) upstream: Upstream<'a>,
    /// Its part in the run of its group, where the group runs.
    pub(crate) member: Option<&'a Member>,
}

impl JobRequest<'_> {
    /// The databases that are asked for.
    fn databases(&self) -> impl Iterator<Item = &DatabaseJob> {
        let wanted = self.options.database.as_deref();
        let databases = self.job.databases.iter();
        databases.filter(move |database| wanted.is_none_or(|name| database.name == name))
    }

    fn why_left_out(&self, database: &DatabaseJob) -> Option<Error> {
        let own = self.upstream.why_left_out(self.job, database);
        own.or_else(|| self.member?.why_left_out(self.job))
    }

    /// Why an operation does not start now, by the holds on the job or on its group.
    fn obstacle(&self, holds: &Holds, operation: OperationKind) -> Option<Error> {
        let despite = &self.options.despite_holds;
        let own = holds.obstacle(self.job, operation.name(), despite);
        own.or_else(|| self.member?.why_held(self.job, operation))
    }
}

/// Runs the job. Everything that goes wrong ends up in the report and in the records.
pub(crate) async fn execute(weir: &Weir, request: &JobRequest<'_>, context: &Context) -> JobReport {
    let job = request.job;
    let mut started = match request.member {
        Some(member) => member.started.clone(),
        None => match started(weir, request.verb, job) {
            Ok(started) => asked_for(started, request.options),
            Err(error) => return JobReport::new(job, String::new()).failed(error),
        },
    };
    if let Some(report) = before::nothing_to_start(weir, request, &started, context).await {
        return report;
    }
    let sites = match prepare(weir, request.verb, job, request.options, context).await {
        // A slip of the one who typed it is no run.
        Err(error) if error.kind() == Kind::Usage => {
            return JobReport::new(job, String::new()).failed(error);
        }
        sites => sites,
    };
    let earlier = match &sites {
        Ok(sites) => continued(weir, request, sites, &mut started, context).await,
        Err(_) => None,
    };
    let (book, context) = match RunBook::begin(weir, job, started, context).await {
        Ok(begun) => begun,
        Err(error) => {
            return JobReport::new(job, String::new()).failed(sites.err().unwrap_or(error));
        }
    };
    let execution = Execution {
        weir,
        request,
        book,
    };
    match sites {
        Ok(sites) => {
            if resume::is_whole_job(request.verb, request.options) {
                execution.book.note_newest(&context).await;
            }
            match execution.before_job(&context).await {
                Ok(()) => databases(&execution, &sites, earlier.as_ref(), &context).await,
                Err(error) => execution.could_not_begin(error, &context).await,
            }
            execution.after_job(&context).await;
        }
        Err(error) => execution.could_not_begin(error, &context).await,
    }
    execution.book.finish(&context).await
}

/// One database after the other; those of a group side by side, for they wait for each other.
async fn databases(
    execution: &Execution<'_>,
    sites: &[Site],
    earlier: Option<&Earlier>,
    context: &Context,
) {
    let all = sites
        .iter()
        .map(|site| execution.database(site, earlier.map(Heritage::of), context));
    if execution.request.member.is_some() {
        join_all(all).await;
        return;
    }
    for database in all {
        database.await;
    }
}

/// Who asked for the run, and for which due time.
pub(crate) fn asked_for(started: Started, options: &RunOptions) -> Started {
    Started {
        run: options.run.clone().unwrap_or(started.run),
        due: options.due,
        attempt: options.attempt.max(1),
        requested_by: options.requested_by.clone(),
        despite_holds: options.despite_holds.clone(),
        ..started
    }
}

/// The runs that this one continues, noted in its first record.
async fn continued(
    weir: &Weir,
    request: &JobRequest<'_>,
    sites: &[Site],
    started: &mut Started,
    context: &Context,
) -> Option<Earlier> {
    let JobRequest {
        verb, job, options, ..
    } = request;
    // What cannot be read now is told by the restore that needs it.
    let definition = resume::definition(job, sites).ok()?;
    if request.member.is_some() {
        // What one job of a group had done alone says nothing of what fits together now.
        started.definition = resume::is_whole_job(verb, options).then_some(definition);
        return None;
    }
    let earlier = resume::find(weir, verb, job, options, &definition, context).await;
    if resume::is_whole_job(verb, options) {
        started.definition = Some(definition);
    }
    let newest = earlier.as_ref().and_then(Earlier::newest);
    started.continues = newest.map(|run| run.started.run.clone());
    earlier
}

/// The first record of a run, with a new id.
///
/// # Errors
/// `internal` when the system has no randomness to give.
pub(crate) fn started(weir: &Weir, verb: &str, job: &Job) -> Result<Started> {
    let now = weir.now();
    Ok(Started {
        run: weir_store::new_run_id(now)?,
        at: now,
        verb: verb.to_owned(),
        environment: job.environment.clone(),
        app: job.app.clone(),
        job: job.name.clone(),
        by: weir.process(),
        weir: env!("CARGO_PKG_VERSION").to_owned(),
        deadline: now.checked_add(job.deadline.value.duration()).ok(),
        continues: None,
        definition: None,
        due: None,
        attempt: 1,
        requested_by: None,
        despite_holds: Vec::new(),
        group: None,
    })
}

/// A step that begins now, after `done` others.
pub(crate) fn new_step(weir: &Weir, done: usize, operation: &str, database: &str) -> Step {
    let number = u32::try_from(done).unwrap_or(u32::MAX).saturating_add(1);
    Step::begun(number, operation, database, weir.now())
}

/// Finds what the job works on, and reads the secrets it needs.
///
/// # Errors
/// `usage` where there is nothing to do, `config`, `secret`.
pub(crate) async fn prepare(
    weir: &Weir,
    verb: &str,
    job: &Job,
    options: &RunOptions,
    context: &Context,
) -> Result<Vec<Site>> {
    refuse_nothing_to_do(weir, verb, job, options)?;
    let database = options.database.as_deref();
    // A drill is a job of its own.
    if job.does(OperationKind::Drill) {
        return drill::sites(weir, job, database, context).await;
    }
    weir.sites_of(job, database, context).await
}

/// A job asked for what none of its databases has among its operations would end well without
/// having done anything.
fn refuse_nothing_to_do(weir: &Weir, verb: &str, job: &Job, options: &RunOptions) -> Result<()> {
    let wanted = options.database.as_deref();
    // A database that is not there is told by whoever looks for it.
    let mut chosen = job
        .databases
        .iter()
        .filter(|database| wanted.is_none_or(|name| database.name == name))
        .peekable();
    let busy = |name: &str| !weir.operations(job, name, options).is_empty();
    if chosen.peek().is_none() || chosen.any(|database| busy(&database.name)) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Usage,
        format!("{verb} {}", job.address),
        "the job has no such operation",
    )
    .hint(format!(
        "`weir config show {}` prints its operations",
        job.address
    )))
}
