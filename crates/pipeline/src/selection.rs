//! Which jobs a verb works on, in dependency order.

use weir_config::{Fleet, Job};
use weir_model::error::Result;

/// What an operator names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// One job: `ENVIRONMENT/APP` or `ENVIRONMENT/APP/JOB`.
    Job(String),
    /// Every scheduled job of an environment.
    Environment(String),
    /// A job or an environment, and everything that copies from it.
    Downstream(String),
    /// Every scheduled job.
    All,
}

impl Selection {
    /// Reads what was typed: a name with a slash is a job, one without an environment.
    #[must_use]
    pub fn parse(text: &str, downstream: bool) -> Self {
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

fn scheduled(fleet: &Fleet) -> impl Iterator<Item = &Job> {
    fleet
        .jobs
        .iter()
        .filter(|job| !job.schedule.value.is_by_hand())
}

/// The named jobs and all that copy from them, directly or through others.
fn downstream<'a>(fleet: &'a Fleet, name: &str) -> Result<Vec<&'a Job>> {
    let mut selected: Vec<&Job> = if name.contains('/') {
        vec![fleet.job(name)?]
    } else {
        select(fleet, &Selection::Environment(name.to_owned()))?
    };
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
