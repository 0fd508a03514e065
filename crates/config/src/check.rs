//! What is wrong only when several parts of a configuration are seen together.

mod backups;
mod targets;

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
        let same = |other: &&&Environment| {
            other.store.value.location == environment.store.value.location
                && other.store.value.endpoint == environment.store.value.endpoint
        };
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

/// Jobs that would disturb each other, or cannot do what they are for. Apps in `broken` have jobs
/// that are not among `jobs`.
pub(crate) fn jobs(report: &Report, jobs: &[Job], broken: &BTreeSet<String>) {
    targets::check(report, jobs);
    backups::kept_long_enough(report, jobs);
    backups::exist_at_source(report, jobs, broken);
}
