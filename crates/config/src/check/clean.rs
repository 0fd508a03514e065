//! Clean stores: apart from everything raw, and filled before they are read.

use std::collections::BTreeSet;

use crate::fleet::{Environment, Job, StoreAccess};
use crate::report::Report;
use crate::value::{OperationKind, Reads};

/// Clean stores in which something else lies, or that lie in something else.
pub(crate) fn stores<'a>(
    report: &Report,
    environments: &(impl Iterator<Item = &'a Environment> + Clone),
) {
    for environment in environments.clone() {
        let Some(clean) = &environment.clean else {
            continue;
        };
        let others = environments.clone().flat_map(|other| {
            let own = std::iter::once((&other.name, "store", &other.store.value));
            let published = other
                .clean
                .iter()
                .filter(|_| other.name != environment.name);
            let published = published.map(|found| (&other.name, "clean store", &found.value.store));
            own.chain(published)
        });
        let mixed = |(_, _, store): &(_, _, &StoreAccess)| overlap(&clean.value.store, store);
        if let Some((name, what, store)) = others.into_iter().find(mixed) {
            report.problem(
                clean.origin.span().unwrap_or_default(),
                format!(
                    "the clean store of {} and the {what} of {name} overlap",
                    environment.name
                ),
                "only sanitised backups may lie there",
                format!(
                    "{} is the other one: give the clean store a place of its own, best a bucket \
                     of its own, so that whoever reads it need not be let in elsewhere",
                    store.location
                ),
            );
        }
    }
}

/// Whether one of the places is the other, or within it.
fn overlap(one: &StoreAccess, other: &StoreAccess) -> bool {
    let folder = |store: &StoreAccess| {
        let location = store.location.to_string();
        format!("{}/", location.trim_end_matches('/'))
    };
    let (one_folder, other_folder) = (folder(one), folder(other));
    one.endpoint == other.endpoint
        && (one_folder.starts_with(&other_folder) || other_folder.starts_with(&one_folder))
}

/// Who reads what is published needs a source that publishes.
pub(super) fn published_at_source(
    report: &Report,
    environments: &[Option<Environment>],
    jobs: &[Job],
) {
    for job in jobs {
        let Some(source) = &job.source else { continue };
        let span = source.reads.origin.span().unwrap_or_default();
        if source.reads.value != Reads::Published || report.is_known_at(span) {
            continue;
        }
        let mut known = environments.iter().flatten();
        let Some(from) = known.find(|known| known.name == source.environment) else {
            continue;
        };
        let name = &from.name;
        if from.clean.is_none() {
            report.problem(
                span,
                format!(
                    "{} reads what {name} publishes, and {name} has no `clean` store",
                    job.address
                ),
                "",
                format!(
                    "add `clean: {{store: …}}` to {name} and `publish` to the operations there, or \
                     read its backups with `reads: backups`"
                ),
            );
        } else if reads_raw_backups(from, job) {
            report.problem(
                span,
                format!("the replica of {} is the store of {name}'s raw backups", job.environment),
                "not what it publishes",
                format!("leave `replica` out, or name a place that the clean store of {name} is copied to"),
            );
        }
    }
}

fn reads_raw_backups(from: &Environment, job: &Job) -> bool {
    let source = job.source.as_ref();
    let replica = source.and_then(|source| source.replica.as_ref());
    replica.is_some_and(|replica| from.store.value.is_same_place(&replica.value.store))
}

/// What publishes the newest backup needs a job that makes backups.
pub(super) fn something_to_publish(report: &Report, jobs: &[Job], broken: &BTreeSet<String>) {
    for job in jobs {
        let lacking = job.operations().find(|(kind, database)| {
            let backed_up = |other: &Job| {
                let mut operations = other.operations();
                operations.any(|(kind, known)| {
                    kind == OperationKind::Backup && known.name == database.name
                })
            };
            *kind == OperationKind::Publish
                && !jobs.iter().any(|other| {
                    (&other.environment, &other.app) == (&job.environment, &job.app)
                        && backed_up(other)
                })
        });
        let Some((_, database)) = lacking.filter(|_| !broken.contains(&job.app)) else {
            continue;
        };
        report.problem(
            job.chain.origin.span().unwrap_or_default(),
            format!(
                "{} publishes `{}`, which no job backs up",
                job.address, database.name
            ),
            "",
            "add `backup` before it, or publish from the database with `publish-live`",
        );
    }
}
