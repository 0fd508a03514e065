//! Which jobs a verb works on, in dependency order.

use std::collections::BTreeSet;
use weir_config::{Fleet, Job};
use weir_model::error::{Error, Kind, Result};

/// What an operator names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// One job: `ENVIRONMENT/APP` or `ENVIRONMENT/APP/JOB`.
    Job(String),
    /// Every job of a group: `ENVIRONMENT/@GROUP`.
    Group {
        /// The environment.
        environment: String,
        /// The group.
        group: String,
    },
    /// Every scheduled job of an environment.
    Environment(String),
    /// A job or an environment, and everything that copies from it.
    Downstream(String),
    /// Every scheduled job.
    All,
}

impl Selection {
    /// Reads what was typed: a name with a slash is a job, or with `/@` a group, one without an
    /// environment.
    #[must_use]
    pub fn parse(text: &str, downstream: bool) -> Self {
        if let Some((environment, group)) = text.split_once("/@")
            && !downstream
        {
            return Self::Group {
                environment: environment.to_owned(),
                group: group.to_owned(),
            };
        }
        match (downstream, text.contains('/')) {
            (true, _) => Self::Downstream(text.to_owned()),
            (false, true) => Self::Job(text.to_owned()),
            (false, false) => Self::Environment(text.to_owned()),
        }
    }
}

/// The jobs of a selection. The fleet's order has every upstream before its downstream.
///
/// # Errors
/// `usage`, with the names there are.
pub fn select<'a>(fleet: &'a Fleet, selection: &Selection) -> Result<Vec<&'a Job>> {
    match selection {
        Selection::Job(address) => fleet.job(address).map(|job| vec![job]),
        Selection::Group { environment, group } => of_group(fleet, environment, group),
        Selection::Environment(name) => {
            fleet.environment(name)?;
            Ok(scheduled(fleet)
                .filter(|job| &job.environment == name)
                .collect())
        }
        Selection::Downstream(name) => downstream(fleet, name),
        Selection::All => Ok(scheduled(fleet).collect()),
    }
}

fn of_group<'a>(fleet: &'a Fleet, environment: &str, group: &str) -> Result<Vec<&'a Job>> {
    fleet.environment(environment)?;
    let named = |job: &&Job| {
        let own = job.group.as_ref();
        job.environment == environment && own.is_some_and(|own| own.value == group)
    };
    let jobs: Vec<&Job> = fleet.jobs.iter().filter(named).collect();
    if !jobs.is_empty() {
        return Ok(jobs);
    }
    let groups = fleet.jobs_in(environment);
    let groups = groups.filter_map(|job| job.group.as_ref().map(|group| group.value.as_str()));
    let groups: BTreeSet<&str> = groups.collect();
    let hint = match groups.is_empty() {
        true => format!("no job of {environment} has a `group`"),
        false => {
            let groups: Vec<&str> = groups.into_iter().collect();
            format!("its groups are {}", groups.join(", "))
        }
    };
    let doing = format!("find the group {environment}/@{group}");
    Err(Error::new(Kind::Usage, doing, "there is none of this name").hint(hint))
}

fn scheduled(fleet: &Fleet) -> impl Iterator<Item = &Job> {
    fleet
        .jobs
        .iter()
        .filter(|job| !job.schedule.value.is_by_hand())
}

/// The named jobs and all that copy from them, directly or through others.
fn downstream<'a>(fleet: &'a Fleet, name: &str) -> Result<Vec<&'a Job>> {
    let mut selected: Vec<&Job> = select(fleet, &Selection::parse(name, false))?;
    for candidate in scheduled(fleet) {
        let copies = candidate.source.as_ref().is_some_and(|source| {
            selected
                .iter()
                .any(|job| job.environment == source.environment && job.app == source.app)
        });
        let known = selected.iter().any(|job| std::ptr::eq(*job, candidate));
        if copies && !known {
            selected.push(candidate);
        }
    }
    Ok(selected)
}
