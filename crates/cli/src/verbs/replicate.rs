//! `weir replicate`: upstream's store → this environment's replica.

use super::choice::ChosenBackup;
use super::despite::Despite;
use super::report;
use super::target::Target;
use crate::session::Session;
use weir_config::OperationKind;
use weir_model::error::Result;
use weir_pipeline::{RunOptions, Selection};

/// Copy a backup of upstream into this environment's replica, proven, continuing what was begun.
///
/// The job must have `replicate` among its operations. The copy counts once all of it is there:
/// parts first, each against its digest, then the manifest, then the pointer. Nothing is deleted.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    chosen: ChosenBackup,

    #[command(flatten)]
    despite: Despite,
}

/// Copies.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let options = RunOptions {
        database: arguments.target.database.clone(),
        operations: Some(vec![OperationKind::Replicate]),
        choice: arguments.chosen.choice(),
        ..session.asked(&arguments.despite.holds)
    };
    let selection = Selection::Job(arguments.target.job.clone());
    report::run(session, "replicate", &selection, &options).await
}
