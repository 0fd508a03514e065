//! What is kept in order beside the runs: records that nobody needs any more.

use crate::told::{Teller, Told};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use weir_engine::Context;
use weir_pipeline::{Weir, prune};

/// How often records are pruned.
const EVERY: Duration = Duration::from_secs(24 * 3600);
/// How long after a start they are first: what is due comes before.
const FIRST: Duration = Duration::from_secs(600);

/// Prunes the history as `keep_runs` says, once a day, until it is told to stop.
pub(crate) async fn prune_daily(
    weir: Arc<Weir>,
    environments: BTreeSet<String>,
    tell: Teller,
    context: Context,
) {
    let mut pause = FIRST;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = context.cancel.cancelled() => return,
        }
        for environment in &environments {
            prune(&weir, environment, &tell, &context).await;
        }
        pause = EVERY;
    }
}

async fn prune(weir: &Weir, environment: &str, tell: &Teller, context: &Context) {
    let keep = weir.fleet().serve.keep_runs.value.duration();
    match prune::prune_history(weir, environment, keep, false, context).await {
        Ok(report) if report.runs > 0 => tell(&Told::Pruned {
            environment: environment.to_owned(),
            runs: report.runs,
        }),
        Ok(_) => {}
        Err(error) => context.warn(format!(
            "the history of {environment} was not pruned: {error}"
        )),
    }
}
