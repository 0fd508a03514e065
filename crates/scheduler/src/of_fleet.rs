//! Rules out of a configuration.

use crate::decide::Limits;
use crate::rule::Rule;
use crate::rules::Rules;
use crate::timetable::Timetable;
use std::collections::BTreeSet;
use weir_config::{Fleet, Job, Reads, Serve, Source};

impl Rules {
    /// The rules of every job of `fleet`.
    #[must_use]
    pub fn of(fleet: &Fleet) -> Self {
        let rules = fleet.jobs.iter().map(|job| of_job(job, &fleet.jobs));
        Self::new(rules.collect())
    }
}

impl Limits {
    /// How much `weir serve` does at once.
    #[must_use]
    pub fn of(serve: &Serve) -> Self {
        let number = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            jobs: number(serve.jobs.value),
            jobs_per_server: number(serve.jobs_per_server.value),
        }
    }
}

fn of_job(job: &Job, jobs: &[Job]) -> Rule {
    let kinds: BTreeSet<_> = job.operations().map(|(kind, _)| kind).collect();
    let chain = job.chain.value.iter().copied();
    let servers: BTreeSet<String> = job
        .databases
        .iter()
        .map(|database| server(&database.url.value).unwrap_or(&job.instance.value))
        .map(str::to_owned)
        .collect();
    let targets = job.databases.iter().map(|database| {
        let place = place(&database.url.value);
        format!("{place} ({})", database.name)
    });
    Rule {
        address: job.address.clone(),
        environment: job.environment.clone(),
        timetable: Timetable::new(job.schedule.value.clone()),
        operations: chain.filter(|kind| kinds.contains(kind)).collect(),
        deadline: job.deadline.value.duration(),
        start_within: job.start_within.value.duration(),
        jitter: job.jitter.value.duration(),
        retry: job.retry.value,
        wait: job.wait.value.duration(),
        stale: job.stale.value,
        after: job.after.iter().map(|after| after.value.clone()).collect(),
        group: job.group.as_ref().map(|group| group.value.clone()),
        upstream: job
            .source
            .as_ref()
            .map_or_else(Vec::new, |source| upstream(job, source, jobs)),
        max_age: job.max_age.as_ref().map(|age| age.value.duration()),
        keep: job.keep.as_ref().map(|keep| keep.value.duration()),
        servers: servers.into_iter().collect(),
        targets: targets.collect(),
    }
}

/// The jobs that make the backups `job` takes.
fn upstream(job: &Job, source: &Source, jobs: &[Job]) -> Vec<String> {
    let makes = |other: &&Job| {
        other.environment == source.environment
            && other.app == source.app
            && other.operations().any(|(kind, there)| {
                let made = match source.reads.value {
                    Reads::Backups => kind == weir_config::OperationKind::Backup,
                    Reads::Published => kind.publishes(),
                };
                let taken = |here: &weir_config::DatabaseJob| {
                    here.source_name.as_ref() == Some(&there.name)
                };
                made && job.databases.iter().any(taken)
            })
    };
    jobs.iter()
        .filter(makes)
        .map(|other| other.address.clone())
        .collect()
}

/// An address without its scheme, user and parameters.
fn place(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    rest.rsplit_once('@').map_or(rest, |(_, rest)| rest)
}

/// The server of an address; a file has none.
fn server(url: &str) -> Option<&str> {
    let server = place(url).split('/').next();
    server.filter(|server| !server.is_empty() && url.contains("://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLEET: &str = r#"
weir: 1
environments:
  production: {store: /backups/production, schedule: "0 1 * * *", keep: 9d}
  staging: {store: /backups/staging, schedule: "0 2 * * *", keep: 9d, upstream: production, wait: 30m, stale: run}
defaults:
  postgres: {url: "postgres://weir@{instance}.{environment}.internal:5432/{database}?sslmode=require"}
apps:
  forms: {engine: postgres, databases: [forms, forms_audit], group: publishing}
  whitehall: {engine: postgres, database: whitehall, after: [forms]}
"#;

    #[test]
    fn rules_are_what_the_configuration_says() {
        let fleet = weir_config::parse(FLEET, "weir.yaml", "/").unwrap();
        let rules = Rules::of(&fleet);
        let staging = rules.get("staging/forms").unwrap();
        assert_eq!(staging.upstream, ["production/forms"]);
        assert_eq!(staging.servers, ["forms-postgres.staging.internal:5432"]);
        assert_eq!(
            staging.targets,
            [
                "forms-postgres.staging.internal:5432/forms (forms)",
                "forms-postgres.staging.internal:5432/forms_audit (forms_audit)",
            ]
        );
        assert_eq!(staging.group.as_deref(), Some("publishing"));
        assert_eq!((staging.wait.as_secs(), staging.retry), (1_800, 2));
        assert!(Rule::takes(&staging.operations));
        let after = &rules.get("staging/whitehall").unwrap().after;
        assert_eq!(*after, ["staging/forms"]);
        assert_eq!(Limits::of(&fleet.serve).jobs, 4);
    }
}
