//! What is wrong only when several parts of a configuration are seen together.

mod backups;
mod clean;
mod order;
mod targets;

pub(crate) use clean::stores as clean_stores;
pub(crate) use order::makes_for;

use std::collections::BTreeSet;

use crate::fleet::{Environment, Job};
use crate::report::Report;

/// Environments that would disturb each other.
pub(crate) fn environments<'a>(
    report: &Report,
    environments: impl Iterator<Item = &'a Environment>,
) {
    let mut seen: Vec<&Environment> = Vec::new();
    for environment in environments {
        let same =
            |other: &&&Environment| other.store.value.is_same_place(&environment.store.value);
        if let (Some(other), Some(span)) = (seen.iter().find(same), environment.store.origin.span())
        {
            report.problem(
                span,
                format!(
                    "`{}` and `{}` have the same store",
                    other.name, environment.name
                ),
                "",
                "give each environment its own: another bucket, prefix or folder",
            );
        }
        seen.push(environment);
    }
}

/// Replicas that would mix with an environment's own backups, or that nobody would read.
pub(crate) fn replicas<'a>(
    report: &Report,
    environments: &(impl Iterator<Item = &'a Environment> + Clone),
) {
    for environment in environments.clone() {
        let Some(replica) = &environment.replica else {
            continue;
        };
        let span = replica.origin.span().unwrap_or_default();
        let Some(upstream) = &environment.upstream else {
            report.problem(
                span,
                format!("a replica in {}, which has no upstream", environment.name),
                "copies of what?",
                "set `replica` for the environments that have an `upstream`",
            );
            continue;
        };
        let mut others = environments
            .clone()
            .filter(|other| other.name != upstream.value && other.name != environment.name);
        let published = |other: &Environment| {
            let clean = other.clean.as_ref();
            clean.is_some_and(|clean| clean.value.store.is_same_place(&replica.value.store))
        };
        let mixed = environment.replica_among_backups()
            || published(environment)
            || others.any(|other| {
                other.store.value.is_same_place(&replica.value.store) || published(other)
            });
        if mixed {
            report.problem(
                span,
                format!("copies of {} among other backups", upstream.value),
                "",
                format!(
                    "give them a place of their own, for example `{}/_from/{}`",
                    environment.store.value.location, upstream.value
                ),
            );
        }
    }
}

/// Jobs that would disturb each other, or cannot do what they are for. Apps in `broken` have jobs
/// that are not among `jobs`.
pub(crate) fn jobs(
    report: &Report,
    environments: &[Option<Environment>],
    jobs: &[Job],
    broken: &BTreeSet<String>,
) {
    targets::check(report, jobs);
    backups::kept_long_enough(report, jobs);
    backups::exist_at_source(report, jobs, broken);
    clean::published_at_source(report, environments, jobs);
    clean::something_to_publish(report, jobs, broken);
    backups::not_copied_onto_themselves(report, environments, jobs);
    backups::something_to_drill(report, jobs, broken);
    order::no_circles(report, jobs);
    order::groups_are_due_together(report, jobs);
}
