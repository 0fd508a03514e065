//! What was done last, whoever asked for it.

use crate::weir::Weir;
use jiff::Timestamp;
use std::collections::BTreeSet;
use weir_engine::Context;
use weir_model::error::Result;

/// When all that a job does was last done well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// When the first of its newest successes began.
    pub began: Timestamp,
    /// When the last of them ended.
    pub ended: Timestamp,
    /// The runs that did it.
    pub runs: BTreeSet<String>,
}

/// The newest success of each step of a job together; `None` while one of them has never succeeded.
///
/// # Errors
/// `usage` for a job that is not there; `secret`, `store`, `corrupt`.
pub async fn done(weir: &Weir, address: &str, context: &Context) -> Result<Option<Done>> {
    let job = weir.fleet().job(address)?;
    let state = weir.stores(&job.environment, context).await?.state;
    let status = weir_store::read_status(&state, &job.environment, &job.app).await?;
    let mut steps = Vec::new();
    for database in &job.databases {
        for operation in &database.operations {
            let entry = status.entries.iter().find(|entry| {
                entry.job == job.name
                    && entry.last.database == database.name
                    && entry.last.operation == operation.name()
            });
            let success = entry.and_then(|entry| Some((entry, entry.last_success.as_ref()?)));
            match success {
                Some(success) => steps.push(success),
                None => return Ok(None),
            }
        }
    }
    let began = steps.iter().map(|(_, step)| step.began).min();
    let ended = steps.iter().map(|(_, step)| step.ended).max();
    let runs = steps.iter().map(|(entry, _)| entry.run.clone()).collect();
    Ok(began
        .zip(ended)
        .map(|(began, ended)| Done { began, ended, runs }))
}
