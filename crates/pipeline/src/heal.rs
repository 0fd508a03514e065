//! Heal: derives from each target alone what a dead run left, and drops or finishes it.

use crate::selection::{Selection, select};
use crate::weir::Weir;
use serde::Serialize;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::Failure;

/// What was found at one target.
#[derive(Debug, Serialize)]
pub struct HealReport {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// What was dropped, finished or found wrong; empty for a healthy target.
    pub actions: Vec<String>,
    /// Why the target could not be healed.
    pub failure: Option<Failure>,
}

/// Heals every target of the selection, and closes the records of runs found dead. With
/// `dry_run` it only says what it would do.
///
/// # Errors
/// `usage`, `store`. A target that cannot be healed is in the report.
pub async fn heal(
    weir: &Weir,
    selection: &Selection,
    dry_run: bool,
    context: &Context,
) -> Result<Vec<HealReport>> {
    let mut reports = Vec::new();
    let jobs = select(weir.fleet(), selection)?;
    let mut environments: Vec<&str> = jobs.iter().map(|job| job.environment.as_str()).collect();
    environments.dedup();
    for job in jobs {
        for site in weir.sites_of(job, None)? {
            let found = if dry_run {
                site.engine.leftovers(&site.endpoint, context).await
            } else {
                let healed = site.engine.heal(&site.endpoint, context).await;
                healed.map(|healed| healed.actions)
            };
            let (actions, failure) = match found {
                Ok(actions) => (actions, None),
                Err(error) => (Vec::new(), Some(Failure::from(&error))),
            };
            reports.push(HealReport {
                environment: site.environment.clone(),
                app: site.app.clone(),
                database: site.endpoint.database.clone(),
                actions,
                failure,
            });
        }
    }
    if !dry_run {
        for environment in environments {
            weir.close_dead_runs(environment).await?;
        }
    }
    Ok(reports)
}
