//! The configuration expanded: every environment and every job with all its values.

mod channel;
mod clean;
mod environment;
mod hooks;
mod job;
mod replica;
mod secrets;
mod serve;
mod target_policy;

pub use channel::{Channel, Email, SignedWebhook, Way};
pub use clean::Clean;
pub(crate) use clean::resolve as resolve_clean;
pub use environment::{Environment, StoreAccess};
pub use hooks::{Around, Hook, HookAction, Hooks};
pub use job::{DatabaseJob, Job, Objectives, Source};
pub use replica::Replica;
pub(crate) use replica::resolve as resolve_replicas;
pub use secrets::SecretNeed;
pub use serve::{Serve, SignOn};
pub use target_policy::TargetPolicy;

use std::path::PathBuf;

use weir_model::error::{Error, Kind, Result};

use crate::yaml::nearest;

/// Everything a configuration says, expanded.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// Name of the configuration file, as it was given.
    pub file: String,
    /// The folder that relative paths in the configuration start at.
    pub base: PathBuf,
    /// The environments, each after its upstream.
    pub environments: Vec<Environment>,
    /// The jobs by environment (each after its upstream), app and name.
    pub jobs: Vec<Job>,
    /// How `weir serve` runs.
    pub serve: Serve,
    /// Whom Weir tells what happened.
    pub notify: Vec<Channel>,
}

impl Fleet {
    /// The environment called `name`.
    ///
    /// # Errors
    /// `Usage` when there is none, with those there are.
    pub fn environment(&self, name: &str) -> Result<&Environment> {
        self.environments
            .iter()
            .find(|environment| environment.name == name)
            .ok_or_else(|| {
                let names = self.environments.iter().map(|known| known.name.as_str());
                missing("environment", name, &names.collect::<Vec<_>>())
            })
    }

    /// The environments whose upstream is `name`.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Environment> {
        self.environments.iter().filter(move |environment| {
            environment
                .upstream
                .as_ref()
                .is_some_and(|upstream| upstream.value == name)
        })
    }

    /// The jobs of an environment.
    pub fn jobs_in<'a>(&'a self, environment: &'a str) -> impl Iterator<Item = &'a Job> {
        self.jobs
            .iter()
            .filter(move |job| job.environment == environment)
    }

    /// The jobs of one app in one environment.
    pub fn jobs_of<'a>(
        &'a self,
        environment: &'a str,
        app: &'a str,
    ) -> impl Iterator<Item = &'a Job> {
        self.jobs_in(environment).filter(move |job| job.app == app)
    }

    /// The job at `ENVIRONMENT/APP` or `ENVIRONMENT/APP/JOB`.
    ///
    /// # Errors
    /// `Usage` when there is none, or when the app has several and none is named; the hint has the
    /// addresses that come near.
    pub fn job(&self, address: &str) -> Result<&Job> {
        let exact = |job: &&Job| {
            job.address == address
                || address
                    .strip_prefix(&format!("{}/{}/", job.environment, job.app))
                    .is_some_and(|name| name == job.name)
        };
        if let Some(job) = self.jobs.iter().find(exact) {
            return Ok(job);
        }
        let within = format!("{address}/");
        let several: Vec<&str> = self
            .jobs
            .iter()
            .map(|job| job.address.as_str())
            .filter(|known| known.starts_with(&within))
            .collect();
        if several.is_empty() {
            let addresses = self.jobs.iter().map(|job| job.address.as_str());
            return Err(missing("job", address, &addresses.collect::<Vec<_>>()));
        }
        Err(Error::new(
            Kind::Usage,
            format!("find the job {address}"),
            "this is more than one job",
        )
        .hint(format!("name one of {}", several.join(", "))))
    }

    /// The jobs that restore what `app` of `environment` is, directly or through others, each after
    /// those it gets its data from.
    #[must_use]
    pub fn downstream_of(&self, environment: &str, app: &str) -> Vec<&Job> {
        let mut reached = vec![(environment, app)];
        let mut found = Vec::new();
        // Jobs stand in the order of the tree, so that one pass sees each after its source.
        for job in &self.jobs {
            let Some(source) = &job.source else { continue };
            let from = (source.environment.as_str(), source.app.as_str());
            if reached.contains(&from) {
                found.push(job);
                reached.push((&job.environment, &job.app));
            }
        }
        found
    }
}

/// The error for a name that is not there, with the names that come near.
fn missing(what: &str, name: &str, known: &[&str]) -> Error {
    const MOST: usize = 12;
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("the configuration has no {what}"),
        None if known.len() > MOST => "`weir config check` lists the jobs there are".to_owned(),
        None => format!("there are: {}", known.join(", ")),
    };
    Error::new(
        Kind::Usage,
        format!("find the {what} {name}"),
        format!("the configuration has no {what} of this name"),
    )
    .hint(hint)
}
