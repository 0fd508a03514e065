//! What jobs wait for: from the names that `after` gives to the jobs they mean.

use super::Context;
use crate::fleet::Job;
use crate::located::Located;
use crate::problem::Span;
use crate::value::OperationKind;
use crate::yaml::unknown_help;

/// Replaces what `after` says by the addresses of jobs.
pub(super) fn resolve(context: &Context<'_>, jobs: &mut [Job]) {
    let resolved: Vec<Vec<Located<String>>> = jobs
        .iter()
        .map(|job| {
            let named = job.after.iter();
            let meant = named.flat_map(|name| meant(context, jobs, job, name));
            each_once(meant)
        })
        .collect();
    for (job, after) in jobs.iter_mut().zip(resolved) {
        job.after = after;
    }
}

fn each_once(addresses: impl Iterator<Item = Located<String>>) -> Vec<Located<String>> {
    let mut once: Vec<Located<String>> = Vec::new();
    for address in addresses {
        if !once.iter().any(|known| known.value == address.value) {
            once.push(address);
        }
    }
    once
}

/// The jobs that one name means; a problem if there are none.
fn meant(
    context: &Context<'_>,
    jobs: &[Job],
    waiting: &Job,
    name: &Located<String>,
) -> Vec<Located<String>> {
    let span = name.origin.span().unwrap_or_default();
    let mut parts = name.value.splitn(3, '/');
    let (first, second, third) = (parts.next(), parts.next(), parts.next());
    let (environment, app) = match (first, second) {
        (Some(environment), Some(app)) => (environment, app),
        _ => (waiting.environment.as_str(), name.value.as_str()),
    };
    if !exists(context, environment, app, span) {
        return Vec::new();
    }
    let of_app = |job: &&Job| job.environment == environment && job.app == app;
    let chosen: Vec<&Job> = match third {
        Some(job) => jobs
            .iter()
            .filter(of_app)
            .filter(|known| known.name == job)
            .collect(),
        None => runs_by_itself(jobs.iter().filter(of_app), waiting),
    };
    // Jobs that could not be expanded have their own problems.
    if chosen.is_empty() && !context.broken.apps.contains(app) {
        nothing_to_wait_for(context, jobs, (environment, app, third), (waiting, span));
    }
    let itself = chosen.iter().any(|job| job.address == waiting.address);
    if itself {
        context.report.problem(
            span,
            format!("{} waits for itself", waiting.address),
            "",
            "name the jobs that must have ended before it",
        );
        return Vec::new();
    }
    chosen
        .into_iter()
        .map(|job| name.origin.clone().with(job.address.clone()))
        .collect()
}

/// The jobs an app stands for: those that run by themselves and change or save its data, and
/// where the one that waits runs by hand, all that do.
fn runs_by_itself<'a>(of_app: impl Iterator<Item = &'a Job>, waiting: &Job) -> Vec<&'a Job> {
    let by_hand = waiting.schedule.value.is_by_hand();
    let all: Vec<&Job> = of_app
        .filter(|job| !job.does(OperationKind::Drill) && !job.does(OperationKind::Recover))
        .filter(|job| by_hand || !job.schedule.value.is_by_hand())
        .collect();
    let others: Vec<&Job> = all
        .iter()
        .copied()
        .filter(|job| job.address != waiting.address)
        .collect();
    // An app that names itself alone means itself.
    if others.is_empty() { all } else { others }
}

fn exists(context: &Context<'_>, environment: &str, app: &str, span: Span) -> bool {
    let environments: Vec<&str> = context.tree.order().collect();
    if !environments.contains(&environment) {
        context.report.problem(
            span,
            format!("unknown environment `{environment}`"),
            "not an environment",
            unknown_help(environment, &environments, "environments"),
        );
        return false;
    }
    let known = context.config.apps.contains_key(app) || context.broken.apps.contains(app);
    if !known {
        let apps: Vec<&str> = context
            .config
            .apps
            .keys()
            .map(|name| name.value.as_str())
            .collect();
        context.report.problem(
            span,
            format!("unknown app `{app}`"),
            "not an app",
            unknown_help(app, &apps, "apps"),
        );
    }
    known
}

fn nothing_to_wait_for(
    context: &Context<'_>,
    jobs: &[Job],
    (environment, app, job): (&str, &str, Option<&str>),
    (waiting, span): (&Job, Span),
) {
    let there: Vec<&str> = jobs
        .iter()
        .filter(|known| known.environment == environment && known.app == app)
        .map(|known| known.name.as_str())
        .collect();
    let (message, help) = match job {
        _ if there.is_empty() => (
            format!(
                "the app `{app}` is not in {environment}, so {} cannot wait for it",
                waiting.address
            ),
            "set `after` under `in:` for the environments the app is in".to_owned(),
        ),
        Some(job) => (
            format!("`{app}` has no job `{job}` in {environment}"),
            unknown_help(job, &there, "jobs"),
        ),
        None => (
            format!(
                "no job of `{app}` in {environment} runs by itself, so {} would never start",
                waiting.address
            ),
            format!("give it a schedule, or name the job: `{environment}/{app}/JOB`"),
        ),
    };
    context.report.problem(span, message, "", help);
}
