//! What upstream has for a job, as the picture shows it: no store is asked once more.

use super::super::Inner;
use jiff::Timestamp;
use weir_config::{DatabaseJob, Job, OperationKind, Reads};
use weir_model::run::Step;
use weir_pipeline::status::{MeasuredDatabase, StatusReport};
use weir_scheduler::{Rule, Taken, Upstream, judge};

/// The worst of its upstreams. What the picture does not show is expected to be well.
pub(super) fn of(source: &Inner, report: &StatusReport, rule: &Rule) -> Upstream {
    let fleet = source.weir.fleet();
    let Ok(job) = fleet.job(&rule.address) else {
        return Upstream::NotNeeded;
    };
    let published = |job: &Job| {
        let from = job.source.as_ref();
        from.is_some_and(|from| from.reads.value == Reads::Published)
    };
    if published(job) {
        return Upstream::NotNeeded;
    }
    let mut all = Upstream::NotNeeded;
    for upstream in &rule.upstream {
        let from = fleet.job(upstream).ok();
        let Some(backups) = from.and_then(|from| backups(report, job, from)) else {
            continue;
        };
        match judge(&source.rules, rule, upstream, backups, report.at) {
            Upstream::Fresh => all = Upstream::Fresh,
            Upstream::NotNeeded => {}
            worse => return worse,
        }
    }
    all
}

/// Of several databases, the oldest counts, as it does for the run itself.
fn backups(report: &StatusReport, job: &Job, from: &Job) -> Option<Taken> {
    let mut newest: Option<Option<Timestamp>> = None;
    let mut taken: Option<Option<Timestamp>> = None;
    for database in &job.databases {
        let name = database.source_name.as_ref().unwrap_or(&database.name);
        if from.databases.iter().all(|made| made.name != *name) {
            continue;
        }
        let found = report.measured.databases.iter().find(|found| {
            (&found.environment, &found.app, &found.database)
                == (&from.environment, &from.app, name)
        })?;
        let (here, had) = of_database(report, found, (job, database))?;
        // Nothing is `None`, and less than any moment.
        newest = Some(newest.map_or(here, |other| other.min(here)));
        taken = Some(taken.map_or(had, |other| other.min(had)));
    }
    Some(Taken {
        newest: newest?,
        taken: taken.flatten(),
    })
}

fn of_database(
    report: &StatusReport,
    found: &MeasuredDatabase,
    taker: (&Job, &DatabaseJob),
) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let backups = found.backups.as_ref().ok()?;
    let whole = backups.iter().filter(|backup| backup.whole);
    let last = last_taken(report, taker).and_then(|step| step.backup.as_deref());
    let key = last.and_then(|reference| reference.rsplit_once(':'));
    let mut same = whole.clone().filter(|backup| {
        let other = backup.reference.rsplit_once(':');
        key.is_some_and(|(_, key)| other.is_some_and(|(_, other)| other == key))
    });
    Some((
        whole.clone().map(|backup| backup.time).max(),
        same.next().map(|backup| backup.time),
    ))
}

/// The newest success of what takes upstream's backups: the replication, or else the restore.
fn last_taken<'a>(
    report: &'a StatusReport,
    (job, database): (&Job, &DatabaseJob),
) -> Option<&'a Step> {
    let takes = match database.operations.contains(&OperationKind::Replicate) {
        true => OperationKind::Replicate,
        false => OperationKind::Restore,
    };
    let mut operations = report.measured.operations.iter();
    let found = operations.find(|found| {
        found.address == job.address
            && found.database == database.name
            && found.operation == takes.name()
    });
    found?.entry.as_ref()?.last_success.as_ref()
}
