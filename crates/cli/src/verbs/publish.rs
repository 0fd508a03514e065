//! `weir publish`: backup → clean store, sanitised.

use super::choice::ChosenBackup;
use super::despite::Despite;
use super::target::Target;
use super::{plan, report};
use crate::session::Session;
use weir_config::OperationKind;
use weir_model::error::Result;
use weir_pipeline::{RunOptions, Selection};

/// Publish a backup of an environment into its clean store, sanitised. No database is asked.
///
/// The job must have `publish` among its operations, or `publish-live` for --live. What the same rules
/// and key have published already is not published again.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    chosen: ChosenBackup,

    #[command(flatten)]
    despite: Despite,

    /// Publish what the database holds now, without a raw backup
    #[arg(long, conflicts_with_all = ["backup", "at"])]
    live: bool,

    /// Print what would be read, by which rules it would go and where to; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Publishes.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let operation = if arguments.live {
        OperationKind::PublishLive
    } else {
        OperationKind::Publish
    };
    let options = RunOptions {
        database: arguments.target.database.clone(),
        operations: Some(vec![operation]),
        choice: arguments.chosen.choice(),
        ..session.asked(&arguments.despite.holds)
    };
    let selection = Selection::Job(arguments.target.job.clone());
    if arguments.dry_run {
        return plan::run_for(session, "weir publish", &selection, &options).await;
    }
    report::run(session, "publish", &selection, &options).await
}
