//! What was done last, whoever asked for it.

use crate::weir::Weir;
use jiff::Timestamp;
use weir_engine::Context;
use weir_model::error::Result;

/// Since when all that a job does has been done well: the oldest beginning of the newest success
/// of each of its steps. `None` while one of them has never succeeded.
///
/// # Errors
/// `usage` for a job that is not there; `secret`, `store`, `corrupt`.
pub async fn done_since(
    weir: &Weir,
    address: &str,
    context: &Context,
) -> Result<Option<Timestamp>> {
    let job = weir.fleet().job(address)?;
    let state = weir.stores(&job.environment, context).await?.state;
    let status = weir_store::read_status(&state, &job.environment, &job.app).await?;
    let began = job.databases.iter().flat_map(|database| {
        database.operations.iter().map(|operation| {
            let entry = status.entries.iter().find(|entry| {
                entry.job == job.name
                    && entry.last.database == database.name
                    && entry.last.operation == operation.name()
            });
            entry
                .and_then(|entry| entry.last_success.as_ref())
                .map(|step| step.began)
        })
    });
    // Nothing is `None`, and less than any moment.
    Ok(began.min().flatten())
}
