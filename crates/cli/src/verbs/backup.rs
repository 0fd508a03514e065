//! `weir backup`: database → store.

use super::despite::Despite;
use super::report;
use super::target::Target;
use crate::session::Session;
use weir_config::OperationKind;
use weir_model::error::Result;
use weir_pipeline::RunOptions;

/// Back up a database into its environment's store.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    despite: Despite,
}

/// Takes the backup.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let options = RunOptions {
        database: arguments.target.database.clone(),
        operations: Some(vec![OperationKind::Backup]),
        ..session.asked(&arguments.despite.holds)
    };
    let selection = arguments.target.selection();
    report::run(session, "backup", &selection, &options).await
}
