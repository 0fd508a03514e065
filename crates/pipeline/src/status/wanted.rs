//! When jobs should have run, and from when the data should be.

use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use weir_config::{Job, OperationKind, Reads, Source};

/// From when the data should be: `max_age` ago, else from when the first environment upstream was
/// last due in time for this job, hop by hop.
pub(super) fn wanted_since(weir: &Weir, job: &Job) -> Option<Timestamp> {
    if let Some(age) = &job.max_age {
        return weir.now().checked_sub(age.value.duration()).ok();
    }
    let source = job.source.as_ref()?;
    data_due(weir, source, last_due(weir, job)?)
}

/// How old the data may be: what a recovery is measured against, else `max_age`.
pub(super) fn objective(job: &Job) -> Option<SignedDuration> {
    let wanted = job.objectives.recovery_point.as_ref();
    let wanted = wanted.or(job.max_age.as_ref())?;
    SignedDuration::try_from(wanted.value.duration()).ok()
}

/// When data that a job copies from `source` at `moment` should have been true. A copy is as old
/// as what it was copied from, however late at night it was made.
fn data_due(weir: &Weir, source: &Source, moment: Timestamp) -> Option<Timestamp> {
    let upstream = || weir.fleet().jobs_of(&source.environment, &source.app);
    let due = match source.reads.value {
        Reads::Backups => due_before(
            upstream().filter(|job| job.does(OperationKind::Backup)),
            moment,
        )?,
        Reads::Published => published_due(upstream, moment)?,
    };
    match upstream().find_map(|job| job.source.as_ref()) {
        Some(further) => data_due(weir, further, due),
        None => Some(due),
    }
}

/// When what was published by `moment` should have been true: what is published is as old as the
/// backup it was made from.
fn published_due<'a, I: Iterator<Item = &'a Job>>(
    upstream: impl Fn() -> I,
    moment: Timestamp,
) -> Option<Timestamp> {
    let publishing = due_before(upstream().filter(|job| job.publishes()), moment)?;
    let at_once = |job: &Job| {
        job.publishes() && (job.does(OperationKind::PublishLive) || job.does(OperationKind::Backup))
    };
    if upstream().any(at_once) {
        return Some(publishing);
    }
    let backups = upstream().filter(|job| job.does(OperationKind::Backup));
    due_before(backups, publishing)
}

/// When one of the jobs was last due before `moment`.
fn due_before<'a>(jobs: impl Iterator<Item = &'a Job>, moment: Timestamp) -> Option<Timestamp> {
    jobs.filter_map(|job| job.schedule.value.previous_before(moment))
        .max()
}

/// When a job should last have begun, with an hour's grace to begin late.
pub(super) fn last_due(weir: &Weir, job: &Job) -> Option<Timestamp> {
    const GRACE: SignedDuration = SignedDuration::from_hours(1);
    let begun_by = weir.now().checked_sub(GRACE).ok()?;
    job.schedule.value.previous_before(begun_by)
}
