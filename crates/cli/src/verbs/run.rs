//! `weir run`: jobs in dependency order.

use super::report;
use super::selection::Selected;
use crate::session::Session;
use weir_model::error::Result;
use weir_pipeline::RunOptions;

/// Run a job, an environment, or everything downstream, in the order the data flows.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selected: Selected,
}

/// Runs, and reports each operation.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let selection = arguments.selected.selection("run")?;
    report::run(session, "run", &selection, &RunOptions::default()).await
}
