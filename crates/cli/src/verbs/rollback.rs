//! `weir rollback`: puts the replaced copy back.

use super::despite::Despite;
use super::target::Target;
use crate::session::Session;
use crate::units;
use weir_model::error::Result;
use weir_pipeline::RunOptions;
use weir_pipeline::rollback::{self, RollbackReport};

/// Put the copy that the last restore replaced back live.
///
/// A second rollback undoes the first.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    despite: Despite,
}

/// Rolls back.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let target = &arguments.target;
    let options = RunOptions {
        database: target.database.clone(),
        ..session.asked(&arguments.despite.holds)
    };
    let context = session.context();
    let reports = rollback::rollback(&weir, &target.job, &options, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session
            .output
            .json(&serde_json::json!({"rolled_back": reports}))?;
        return Ok(0);
    }
    for report in &reports {
        session.output.line(in_words(report));
    }
    session
        .output
        .line("To undo this: the same command once more.");
    Ok(0)
}

fn in_words(report: &RollbackReport) -> String {
    let name = format!("{}/{} {}", report.environment, report.app, report.database);
    match &report.stamp {
        Some(stamp) => format!(
            "{name}: live again is the copy of run {}, data as of {}, {}",
            stamp.run,
            units::time(stamp.data_as_of),
            stamp.sanitising.state
        ),
        None => format!("{name}: live again is a copy that Weir did not restore"),
    }
}
