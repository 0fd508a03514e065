//! Two jobs must not write one database.

use std::collections::BTreeMap;

use crate::fleet::{DatabaseJob, Job};
use crate::located::Origin;
use crate::problem::Span;
use crate::report::Report;

pub(super) fn check(report: &Report, jobs: &[Job]) {
    let mut by_name: BTreeMap<(&str, &str, &str), &Job> = BTreeMap::new();
    let mut by_url: BTreeMap<&str, Vec<(&Job, &DatabaseJob)>> = BTreeMap::new();
    for job in jobs {
        for database in &job.databases {
            let name = (
                job.environment.as_str(),
                job.instance.value.as_str(),
                database.name.as_str(),
            );
            let first = by_name.entry(name).or_insert(job);
            if first.app != job.app {
                shared_name(report, first, job, database);
                continue;
            }
            let others = by_url.entry(database.url.value.as_str()).or_default();
            if let Some((other, _)) = others.iter().find(|(other, _)| clash(other, job)) {
                shared_target(report, other, job, database);
            }
            others.push((job, database));
        }
    }
}

/// Whether two jobs with one address disturb each other: both write it by themselves, or one of
/// them writes what is another environment's or another app's.
fn clash(first: &Job, second: &Job) -> bool {
    if (&first.environment, &first.app) == (&second.environment, &second.app) {
        let writes = |job: &Job| job.writes_target() && !job.schedule.value.is_by_hand();
        return first.name != second.name && writes(first) && writes(second);
    }
    first.writes_target() || second.writes_target()
}

fn at(job: &Job) -> Span {
    job.defined.span().unwrap_or_default()
}

fn shared_name(report: &Report, first: &Job, second: &Job, database: &DatabaseJob) {
    report.problem(
        at(second),
        format!(
            "`{}` and `{}` are both the database `{}` on the instance `{}`",
            first.app, second.app, database.name, second.instance.value
        ),
        "",
        format!(
            "`{}` is on line {}: keep one of the two, or give one its own `instance` or `database`",
            first.app,
            report.line(at(first))
        ),
    );
}

fn shared_target(report: &Report, first: &Job, second: &Job, database: &DatabaseJob) {
    let same_app = (&first.environment, &first.app) == (&second.environment, &second.app);
    let help = if same_app {
        "let one of them run by hand (`schedule: by-hand`), or give each its own `databases`"
    } else {
        "give each its own address: put `{environment}` or `{app}` into the `url`"
    };
    let message = format!(
        "`{}` and `{}` write one target: the database `{}`",
        first.address, second.address, database.name
    );
    let of_app =
        matches!(&database.url.origin, Origin::File { path, .. } if path.starts_with("apps."));
    let written = database.url.origin.span().filter(|_| of_app && !same_app);
    let span = written.unwrap_or_else(|| at(second));
    // One address written once is one mistake, in however many environments it shows.
    if !report.is_known_at(span) {
        report.problem(span, message, "", help);
    }
}
