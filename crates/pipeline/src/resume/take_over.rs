//! Taking a step over: the run goes on as if it had done what an earlier one did.

use super::{Done, Heritage};
use crate::heal;
use crate::site::Site;
use crate::steps::Steps;
use crate::weir::Weir;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::Result;

/// Takes the operation over when an earlier run has done it. The copy that run put live is healed
/// first, as the only writer: it may have died before it had put everything away.
///
/// # Errors
/// `locked` while another run works on the target, `target`, `source`, `store`.
pub(crate) async fn take_over(
    weir: &Weir,
    site: &Site,
    operation: OperationKind,
    heritage: &mut Heritage<'_>,
    run: &str,
    context: &Context,
) -> Result<Option<Done>> {
    let found = heritage.look(weir, site, operation, context).await?;
    if found.is_none() || operation != OperationKind::Restore {
        return Ok(found);
    }
    let mut steps = Steps::new(context, 1);
    steps.next(&format!(
        "take over the restore of {} from an earlier run",
        site.describe()
    ))?;
    for action in heal::as_only_writer(weir, site, run, context).await? {
        context.note(action);
    }
    // Another run may have written the target before this one held the lease.
    heritage.look(weir, site, operation, context).await
}

/// The step in words, with the way not to take it over.
pub(crate) fn in_words(done: &Done, address: &str) -> String {
    let Done { by, step } = done;
    let is = |operation: OperationKind| step.operation == operation.name();
    let did = if is(OperationKind::Restore) {
        "restored"
    } else if is(OperationKind::Replicate) {
        "copied the backup of"
    } else if is(OperationKind::Publish) || is(OperationKind::PublishLive) {
        "published"
    } else if is(OperationKind::Drill) {
        "drilled"
    } else {
        "backed up"
    };
    format!(
        "run {by} {did} {} at {}: not repeated (`weir run {address} --from-start` repeats it)",
        step.database, step.ended
    )
}
