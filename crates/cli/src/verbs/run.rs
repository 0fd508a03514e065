//! `weir run`: jobs in dependency order.

use super::despite::Despite;
use super::report;
use super::selection::Selected;
use crate::session::Session;
use weir_model::error::Result;
use weir_pipeline::RunOptions;

/// Run a job, an environment, or everything downstream, in the order the data flows.
///
/// Before its deadline, a job that was interrupted or failed is taken up where it stopped: what
/// the earlier run has done, by the evidence in the target and the store, is not repeated.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selected: Selected,

    #[command(flatten)]
    despite: Despite,

    /// Repeat what an earlier run that was interrupted or failed has done already
    #[arg(long)]
    from_start: bool,
}

/// Runs, and reports each operation.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let selection = arguments.selected.selection("run")?;
    let options = RunOptions {
        from_start: arguments.from_start,
        ..session.asked(&arguments.despite.holds)
    };
    report::run(session, "run", &selection, &options).await
}
