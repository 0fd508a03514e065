//! Doctor: what would stop a run, found before the night.
//!
//! Every check is a small file of its own, has a deadline of its own, and changes nothing that
//! lasts: the state store is written one small object, which is removed again. What another host
//! is for is not looked at from here, and that is no fault.

mod backup;
mod bucket;
mod check;
mod clean;
mod clones;
mod database;
mod expiry;
mod published;
mod rounds;
mod runs;
mod secrets;
mod serving;
mod state;
mod store;
mod vouchers;

use crate::weir::Weir;
use jiff::Timestamp;
use rounds::Rounds;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

pub use check::{Check, Verdict};

/// How long one check may take, unless told otherwise.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// What was looked at.
#[derive(Debug, Serialize)]
pub struct DoctorReport {
    /// When.
    pub at: Timestamp,
    /// The checks, in the order they were made.
    pub checks: Vec<Check>,
}

impl DoctorReport {
    /// The exit code: 0 when nothing failed, else the lowest of those that failed, which is what
    /// would stop a run first.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let codes = self.checks.iter().filter_map(Check::exit_code);
        codes.min().unwrap_or(0)
    }
}

/// Looks at an environment, at one app in it (`ENVIRONMENT/APP`), or at everything. A check that
/// takes longer than `deadline` has failed; the others go on.
///
/// # Errors
/// `usage` for a name that is not there, `interrupted`.
pub async fn doctor(
    weir: &Weir,
    what: Option<&str>,
    deadline: Duration,
    context: &Context,
) -> Result<DoctorReport> {
    let jobs = selected(weir, what)?;
    let environments: BTreeSet<&str> = jobs.iter().map(|job| job.environment.as_str()).collect();
    let in_order = weir.fleet().environments.iter();
    let in_order = in_order.filter(|known| environments.contains(known.name.as_str()));
    let mut rounds = Rounds::new(weir, deadline, what.is_some(), context, environments.len());
    for environment in in_order {
        let of_environment = jobs
            .iter()
            .filter(|job| job.environment == environment.name);
        let of_environment: Vec<&Job> = of_environment.copied().collect();
        rounds.environment(environment, &of_environment).await?;
    }
    // Who asks about one app does not ask who is told.
    if what.is_none_or(|what| !what.contains('/')) {
        let environments: Vec<&str> = environments.iter().copied().collect();
        serving::look(&mut rounds, &environments).await?;
    }
    clones::look(&mut rounds, &jobs).await?;
    Ok(DoctorReport {
        at: weir.now(),
        checks: rounds.into_checks(),
    })
}

/// Every job that was named, those run by hand too.
fn selected<'a>(weir: &'a Weir, what: Option<&'a str>) -> Result<Vec<&'a Job>> {
    let fleet = weir.fleet();
    let Some(what) = what else {
        return Ok(fleet.jobs.iter().collect());
    };
    let Some((environment, app)) = what.split_once('/') else {
        fleet.environment(what)?;
        return Ok(fleet.jobs_in(what).collect());
    };
    let of_app: Vec<&Job> = fleet.jobs_of(environment, app).collect();
    if of_app.is_empty() {
        return fleet.job(what).map(|job| vec![job]);
    }
    Ok(of_app)
}

/// A check that did not end in time.
fn hung(doing: &str, deadline: Duration) -> Error {
    Error::new(
        Kind::Deadline,
        doing,
        format!("there was no answer within {} s", deadline.as_secs()),
    )
    .hint("see whether it answers at all, or give it longer with --timeout")
}
