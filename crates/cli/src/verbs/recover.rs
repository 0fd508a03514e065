//! `weir recover`: an environment's own backup → its own database.

use super::choice::ChosenBackup;
use super::despite::Despite;
use super::target::Target;
use super::{plan, report};
use crate::session::Session;
use weir_config::OperationKind;
use weir_model::error::Result;
use weir_pipeline::{RunOptions, Selection};

/// Put an environment's own backup back onto its own database, after a disaster.
///
/// Name the target with --onto, exactly as `weir config show` prints its url: this replaces
/// what the environment has. The copy it replaces is kept for `weir rollback`. With --dry-run, see
/// before what would be lost: all that was written since the backup, table by table.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    /// The database to replace, by its url
    #[arg(long, value_name = "URL")]
    onto: Option<String>,

    #[command(flatten)]
    chosen: ChosenBackup,

    #[command(flatten)]
    despite: Despite,

    /// Print which backup would be taken and what would be lost since; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Recovers.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let options = RunOptions {
        database: arguments.target.database.clone(),
        operations: Some(vec![OperationKind::Recover]),
        choice: arguments.chosen.choice(),
        recover_onto: arguments.onto.clone(),
        ..session.asked(&arguments.despite.holds)
    };
    let selection = Selection::Job(arguments.target.job.clone());
    if arguments.dry_run {
        return plan::run_for(session, "weir recover", &selection, &options).await;
    }
    report::run(session, "recover", &selection, &options).await
}
