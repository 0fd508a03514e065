//! `weir restore`: upstream's backup → this environment.

use super::choice::ChosenBackup;
use super::despite::Despite;
use super::report;
use super::target::Target;
use crate::session::Session;
use weir_config::OperationKind;
use weir_model::error::Result;
use weir_pipeline::RunOptions;

/// Restore upstream's backup into an environment, with its rules and scripts.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    chosen: ChosenBackup,

    #[command(flatten)]
    despite: Despite,
}

/// Restores. The live copy is untouched until the new one is proven.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let options = RunOptions {
        database: arguments.target.database.clone(),
        operations: Some(vec![OperationKind::Restore, OperationKind::Transform]),
        choice: arguments.chosen.choice(),
        ..session.asked(&arguments.despite.holds)
    };
    let selection = arguments.target.selection();
    report::run(session, "restore", &selection, &options).await
}
