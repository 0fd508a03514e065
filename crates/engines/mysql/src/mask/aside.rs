//! Masking beside what waits for networks and servers: a program of the operator's may be asked,
//! and takes its time.

use super::{Inflow, Statement};
use crate::dump::ended;
use bytes::Bytes;
use weir_engine::Context;
use weir_model::error::Result;

/// Takes the next bytes of a part, on a thread that may wait; gives the statements that are whole.
/// A run that is stopped does not wait for it.
pub(crate) async fn push_aside(
    mut inflow: Inflow,
    content: Bytes,
    (doing, context): (&str, &Context),
) -> Result<(Inflow, Vec<Statement>)> {
    if !inflow.is_masked() {
        let statements = inflow.push(&content)?;
        return Ok((inflow, statements));
    }
    let masking = tokio::task::spawn_blocking(move || {
        let statements = inflow.push(&content)?;
        Ok((inflow, statements))
    });
    let masked = async { masking.await.map_err(ended)? };
    context.unless_stopped(doing, masked).await
}
