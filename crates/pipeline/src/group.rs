//! Groups: the jobs of one environment that back up at one moment and swap together.

mod member;
mod mend;
mod opening;
mod swapping;

pub(crate) use member::{Member, Place, Seats};
pub(crate) use mend::{Mended, mend};
pub(crate) use opening::{Held, Opening, open};
pub(crate) use swapping::Swapping;

use crate::holds::Holds;
use crate::job_report::JobReport;
use crate::job_run::{self, JobRequest, asked_for, started};
use crate::run::RunOptions;
use crate::schedule;
use crate::upstream::Upstream;
use crate::weir::Weir;
use futures::future::join_all;
use member::Table;
use std::collections::BTreeMap;
use weir_config::{Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Failure, Started};
use weir_store::Claimed;

/// The operations that the jobs of a group do together.
const TOGETHER: [OperationKind; 3] = [
    OperationKind::Restore,
    OperationKind::Backup,
    OperationKind::PublishLive,
];

/// What is asked of one job of a group.
pub(crate) struct Asked<'a> {
    pub(crate) job: &'a Job,
    pub(crate) options: &'a RunOptions,
    /// What this invocation has run before.
    pub(crate) upstream: Upstream<'a>,
    /// Its own: whoever follows several runs tells them apart by who observes.
    pub(crate) context: &'a Context,
}

/// What runs at one time.
pub(crate) enum Unit<'a> {
    Alone(&'a Job),
    /// All jobs of a group.
    Group(Vec<&'a Job>),
}

/// What runs one after the other. A group runs where its first job would, and only as a whole: its
/// jobs otherwise run alone.
pub(crate) fn units<'a>(weir: &'a Weir, jobs: &[&'a Job]) -> Vec<Unit<'a>> {
    let selected = |job: &Job| jobs.iter().any(|known| known.address == job.address);
    let mut units: Vec<Unit<'a>> = Vec::new();
    for job in jobs.iter().copied() {
        let members: Vec<&Job> = jobs_of(weir, job).collect();
        let is_whole = !members.is_empty() && members.iter().all(|member| selected(member));
        let is_first = members
            .first()
            .is_some_and(|first| first.address == job.address);
        match (is_whole, is_first) {
            (false, _) => units.push(Unit::Alone(job)),
            (true, true) => units.push(Unit::Group(members)),
            (true, false) => {}
        }
    }
    units
}

/// What a plan says of the groups of jobs, by address.
pub(crate) fn told<'a>(weir: &'a Weir, jobs: &[&'a Job]) -> BTreeMap<&'a str, String> {
    let mut told = BTreeMap::new();
    for unit in units(weir, jobs) {
        match unit {
            Unit::Alone(job) => {
                if let Some(name) = name_of(job) {
                    let words = format!(
                        "its group {name} does not run with it, so that its data need not fit: `weir \
                         run {}/@{name}` runs the group",
                        job.environment
                    );
                    told.insert(job.address.as_str(), words);
                }
            }
            Unit::Group(members) => {
                for job in &members {
                    let others = members.iter().filter(|other| other.address != job.address);
                    let others: Vec<&str> = others.map(|other| other.address.as_str()).collect();
                    let name = name_of(job).unwrap_or_default();
                    let words = match others.is_empty() {
                        true => format!("it is the whole group {name}"),
                        false => format!("with its group {name}: {}", others.join(", ")),
                    };
                    told.insert(job.address.as_str(), words);
                }
            }
        }
    }
    told
}

/// Whether all are of one group.
pub(crate) fn are_one(asked: &[Asked<'_>]) -> bool {
    let place = |asked: &Asked<'_>| {
        let environment = asked.job.environment.clone();
        Some((environment, name_of(asked.job)?.to_owned()))
    };
    let first = asked.first().and_then(place);
    first.is_some() && asked.iter().all(|asked| place(asked) == first)
}

/// All jobs of the group that `job` is of.
pub(crate) fn jobs_of<'a>(weir: &'a Weir, job: &'a Job) -> impl Iterator<Item = &'a Job> {
    let jobs = weir.fleet().jobs_in(&job.environment);
    jobs.filter(|other| name_of(job).is_some() && name_of(other) == name_of(job))
}

/// The group of a job.
pub(crate) fn name_of(job: &Job) -> Option<&str> {
    job.group.as_ref().map(|group| group.value.as_str())
}

/// Runs jobs of one group together. Everything that goes wrong is in the reports, which are in the
/// order of `asked`.
pub(crate) async fn run(weir: &Weir, verb: &str, asked: Vec<Asked<'_>>) -> Vec<JobReport> {
    let Some(first) = asked.first() else {
        return Vec::new();
    };
    let context = first.context;
    for mended in mend(weir, first.job, false, context).await {
        match mended.action {
            Ok(action) => context.note(action),
            Err(error) => context.warn(error.to_string()),
        }
    }
    let members = convene(weir, verb, &asked, context).await;
    let runs = asked.into_iter().zip(members);
    let runs = runs.map(|(asked, member)| async move {
        let member = match member {
            Ok(member) => member,
            Err(report) => return report,
        };
        let request = JobRequest {
            verb,
            job: asked.job,
            options: asked.options,
            upstream: asked.upstream,
            member: Some(&member),
        };
        let report = Box::pin(job_run::execute(weir, &request, asked.context)).await;
        member.end(report.error.as_ref());
        report
    });
    join_all(runs).await
}

/// Begins the run of each job, claiming its due time, and gives out the seats. A job that does not
/// begin has its report instead, and its seats are given up.
async fn convene(
    weir: &Weir,
    verb: &str,
    asked: &[Asked<'_>],
    context: &Context,
) -> Vec<Result<Member, JobReport>> {
    let mut begun: Vec<Result<Started, JobReport>> = Vec::new();
    for asked in asked {
        // Whoever has the first runs them all.
        let first_is_ours = begun.first().is_none_or(Result::is_ok);
        begun.push(match first_is_ours {
            true => begin(weir, verb, asked, asked.context).await,
            false => Err(JobReport::new(asked.job, String::new()).not_ours()),
        });
    }
    let Some(first) = asked.first() else {
        return Vec::new();
    };
    let holds = Holds::read(weir, &first.job.environment, context).await;
    let moment = match begun.first() {
        Some(Ok(first)) => first.run.clone(),
        _ => String::new(),
    };
    let mut table = Table::lay(weir, asked, &holds, moment);
    let mut members = Vec::new();
    for (begun, asked) in begun.into_iter().zip(asked) {
        let seats = table.seats_of(asked.job);
        members.push(match begun {
            Ok(started) => Ok(table.member(started, seats)),
            Err(report) => {
                give_up(seats, asked.job, &report);
                Err(report)
            }
        });
    }
    members
}

/// The first record of the run of one job, whose due time is claimed; or why there is none.
async fn begin(
    weir: &Weir,
    verb: &str,
    asked: &Asked<'_>,
    context: &Context,
) -> Result<Started, JobReport> {
    let report = || JobReport::new(asked.job, String::new());
    let started = started(weir, verb, asked.job).map_err(|error| report().failed(error))?;
    let started = asked_for(started, asked.options);
    match schedule::claim(weir, asked.job, &started, context).await {
        Ok(Claimed::Ours) => Ok(started),
        Ok(Claimed::Theirs(_)) => Err(report().not_ours()),
        Err(error) => Err(report().failed(error)),
    }
}

/// The others learn that a job does not come.
fn give_up(seats: BTreeMap<String, Seats>, job: &Job, report: &JobReport) {
    let taken = || {
        let doing = format!("run {}", job.address);
        Error::new(Kind::Locked, doing, "another run has its due time").transient()
    };
    let failure = match &report.error {
        Some(error) => Failure::from(error),
        None => Failure::from(&taken()),
    };
    for (_, mut seats) in seats {
        seats.leave_all(Some(&failure));
    }
}
