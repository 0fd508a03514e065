//! Restore tests: the records of everything that brought a backup back.

use super::{Inner, away, uses};
use crate::views::{DrillPoint, DrillRow, Drills};
use std::time::Duration;
use weir_config::{Job, Located, OperationKind, Period, Reads};
use weir_model::run::{Outcome, PastStep, StatusEntry};
use weir_pipeline::status::{MeasuredDatabase, StatusReport};

/// The tests out of a report. While an environment is away, who knows what it would tell: what was
/// `known` stays.
pub(super) fn of(source: &Inner, report: &StatusReport, known: &Drills) -> Drills {
    let backed_up = report
        .measured
        .databases
        .iter()
        .filter(|database| !jobs(source, database, OperationKind::Backup).is_empty());
    let rows = backed_up.map(|database| {
        let same = |old: &&DrillRow| {
            (&old.environment, &old.app, &old.database)
                == (&database.environment, &database.app, &database.database)
        };
        let before = known.rows.iter().find(same);
        let before = before.filter(|_| !report.unreadable.is_empty());
        row(source, report, database, before)
    });
    Drills {
        at: report.as_of,
        rows: rows.collect(),
        unreadable: away(report),
    }
}

/// The jobs that do `kind` to a database.
fn jobs<'a>(source: &'a Inner, of: &'a MeasuredDatabase, kind: OperationKind) -> Vec<&'a Job> {
    let jobs = source.weir.fleet().jobs_of(&of.environment, &of.app);
    jobs.filter(|job| {
        let mut operations = job.operations();
        operations.any(|(found, database)| found == kind && database.name == of.database)
    })
    .collect()
}

fn row(
    source: &Inner,
    report: &StatusReport,
    database: &MeasuredDatabase,
    before: Option<&DrillRow>,
) -> DrillRow {
    let mut points: Vec<DrillPoint> = entries(source, report, database)
        .iter()
        .flat_map(|entry| uses::tests(entry).map(|step| point(&entry.last.operation, step)))
        .collect();
    let known = before
        .iter()
        .flat_map(|row| row.history.iter().chain(&row.last));
    points.extend(known.cloned());
    points.sort_by(|one, other| (one.at, &one.run).cmp(&(other.at, &other.run)));
    points.dedup_by(|one, other| (one.at, &one.run, &one.by) == (other.at, &other.run, &other.by));
    let last = points.pop();
    let jobs = jobs(source, database, OperationKind::Backup);
    let time = shortest(jobs.iter().map(|job| &job.objectives.recovery_time));
    let point = shortest(jobs.iter().map(|job| &job.objectives.recovery_point));
    DrillRow {
        environment: database.environment.clone(),
        app: database.app.clone(),
        database: database.database.clone(),
        met: last.as_ref().and_then(|last| met(last, time, point)),
        last,
        recovery_time_objective: time,
        recovery_point_objective: point,
        history: points,
    }
}

/// What the records say of drills and recoveries of a database, and of the restores of whoever
/// takes its backups.
fn entries<'a>(
    source: &Inner,
    report: &'a StatusReport,
    database: &MeasuredDatabase,
) -> Vec<&'a StatusEntry> {
    let of_app = |environment: &str, app: &str| {
        let found = report
            .measured
            .summaries
            .iter()
            .find(|found| found.environment == environment && found.app == app);
        found.map_or(&[][..], |found| found.status.entries.as_slice())
    };
    let own = of_app(&database.environment, &database.app).iter();
    let mut found: Vec<&StatusEntry> = own
        .filter(|entry| entry.last.database == database.database)
        .filter(|entry| matches!(entry.last.operation.as_str(), "drill" | "recover"))
        .collect();
    for job in &source.weir.fleet().jobs {
        let takes = job.source.as_ref().is_some_and(|from| {
            from.environment == database.environment
                && from.app == database.app
                && from.reads.value == Reads::Backups
        });
        if !takes {
            continue;
        }
        let taken = job
            .databases
            .iter()
            .filter(|here| here.source_name.as_deref().unwrap_or(&here.name) == database.database);
        for here in taken {
            let entries = of_app(&job.environment, &job.app).iter();
            found.extend(entries.filter(|entry| {
                entry.job == job.name
                    && entry.last.operation == "restore"
                    && entry.last.database == here.name
            }));
        }
    }
    found
}

fn point(operation: &str, step: PastStep) -> DrillPoint {
    DrillPoint {
        at: step.ended,
        by: operation.to_owned(),
        recovery_seconds: step.ended.duration_since(step.began).as_secs(),
        point_seconds: step
            .data_as_of
            .map(|as_of| step.ended.duration_since(as_of).as_secs()),
        rows: step.rows,
        held: step.outcome == Outcome::Succeeded,
        backup: step.backup,
        run: step.run,
    }
}

fn shortest<'a>(periods: impl Iterator<Item = &'a Option<Located<Period>>>) -> Option<i64> {
    let lengths = periods.flatten().map(|found| found.value.duration());
    lengths.min().map(seconds)
}

fn seconds(length: Duration) -> i64 {
    i64::try_from(length.as_secs()).unwrap_or(i64::MAX)
}

fn met(last: &DrillPoint, time: Option<i64>, point: Option<i64>) -> Option<bool> {
    if time.is_none() && point.is_none() {
        return None;
    }
    let in_time = time.is_none_or(|most| last.recovery_seconds <= most);
    // How old the data was is not told of a test that failed.
    let young = point.is_none_or(|most| last.point_seconds.is_some_and(|age| age <= most));
    Some(last.held && in_time && young)
}
