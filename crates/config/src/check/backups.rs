//! Backups must be there when they are needed.

use std::collections::BTreeSet;

use crate::fleet::{DatabaseJob, Environment, Job, Source};
use crate::located::Origin;
use crate::problem::Span;
use crate::report::Report;
use crate::value::{OperationKind, Period, Reads};

/// A backup that goes before the next one comes leaves nothing to recover from.
pub(super) fn kept_long_enough(report: &Report, jobs: &[Job]) {
    for job in jobs.iter().filter(|job| job.does(OperationKind::Backup)) {
        let (Some(keep), Some(cadence)) = (&job.keep, job.schedule.value.cadence()) else {
            continue;
        };
        if keep.value.duration() >= cadence {
            continue;
        }
        let (Some(keep_span), schedule) = (keep.origin.span(), job.schedule.origin.span()) else {
            continue;
        };
        let of_app = |origin: &Origin| matches!(origin, Origin::File { path, .. } if path.starts_with("apps."));
        let by_schedule = !of_app(&keep.origin) && of_app(&job.schedule.origin);
        let span: Span = schedule.filter(|_| by_schedule).unwrap_or(keep_span);
        let cadence = Period::from(cadence);
        report.problem(
            span,
            format!(
                "a backup is kept for {}, but the next one comes after up to {cadence}",
                keep.value
            ),
            "",
            format!("keep backups longer than {cadence}, or run the job more often"),
        );
    }
}

/// A restore needs a job that makes the backups it takes.
pub(super) fn exist_at_source(report: &Report, jobs: &[Job], broken: &BTreeSet<String>) {
    for job in jobs {
        let Some(source) = &job.source else { continue };
        let missing = job
            .databases
            .iter()
            .find(|database| !backed_up(jobs, source, database));
        let Some(database) = missing else { continue };
        // A job that could not be expanded may well make the backup.
        if broken.contains(&source.app) || !jobs.iter().any(|job| is_source(job, source)) {
            continue;
        }
        let span = source.origin.span().or_else(|| job.chain.origin.span());
        let published = source.reads.value == Reads::Published;
        report.problem(
            span.or_else(|| job.defined.span()).unwrap_or_default(),
            format!(
                "{} restores `{}` from {}/{}, where no job {} it{}",
                job.address,
                database.source_name.as_deref().unwrap_or(&database.name),
                source.environment,
                source.app,
                if published { "publishes" } else { "backs" },
                if published { "" } else { " up" },
            ),
            "",
            format!(
                "add `{}` to the operations in {}",
                if published { "publish" } else { "backup" },
                source.environment
            ),
        );
    }
}

/// A job that copies backups to where they are already has nothing to do.
pub(super) fn not_copied_onto_themselves(
    report: &Report,
    environments: &[Option<Environment>],
    jobs: &[Job],
) {
    let copying = jobs.iter().filter(|job| job.does(OperationKind::Replicate));
    for job in copying {
        let Some(source) = &job.source else { continue };
        let Some(replica) = &source.replica else {
            continue;
        };
        let onto_itself = environments.iter().flatten().any(|known| {
            let store = match source.reads.value {
                Reads::Backups => Some(&known.store.value),
                Reads::Published => known.clean.as_ref().map(|clean| &clean.value.store),
            };
            known.name == source.environment
                && store.is_some_and(|store| store.is_same_place(&replica.value.store))
        });
        let span = replica.origin.span();
        if let Some(span) = span.filter(|span| onto_itself && !report.is_known_at(*span)) {
            report.problem(
                span,
                format!("{} copies backups onto themselves", job.address),
                "this is the store of their own environment",
                "name another place, or leave `replicate` out of the operations",
            );
        }
    }
}

/// A drill needs a job that makes backups to recover.
pub(super) fn something_to_drill(report: &Report, jobs: &[Job], broken: &BTreeSet<String>) {
    for job in jobs.iter().filter(|job| job.does(OperationKind::Drill)) {
        let same_app =
            |other: &&Job| (&other.environment, &other.app) == (&job.environment, &job.app);
        let backed_up = |database: &DatabaseJob| {
            let mut operations = jobs.iter().filter(same_app).flat_map(Job::operations);
            operations
                .any(|(kind, known)| kind == OperationKind::Backup && known.name == database.name)
        };
        let lacking = job.databases.iter().find(|database| !backed_up(database));
        if let Some(database) = lacking.filter(|_| !broken.contains(&job.app)) {
            report.problem(
                job.chain.origin.span().unwrap_or_default(),
                format!(
                    "{} drills `{}`, which no job backs up",
                    job.address, database.name
                ),
                "",
                "add a job that does: `jobs: {main: {}, drill: {operations: [drill]}}`",
            );
        }
    }
}

fn is_source(job: &Job, source: &Source) -> bool {
    job.environment == source.environment && job.app == source.app
}

fn backed_up(jobs: &[Job], source: &Source, database: &DatabaseJob) -> bool {
    jobs.iter()
        .filter(|job| is_source(job, source))
        .flat_map(Job::operations)
        .any(|(kind, there)| {
            let made = match source.reads.value {
                Reads::Backups => kind == OperationKind::Backup,
                Reads::Published => kind.publishes(),
            };
            made && Some(&there.name) == database.source_name.as_ref()
        })
}
