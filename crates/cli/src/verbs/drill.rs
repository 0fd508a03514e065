//! `weir drill`: proves that an environment's own backup brings its database back.

use super::choice::ChosenBackup;
use super::report;
use super::target::Target;
use crate::session::Session;
use crate::units;
use weir_model::error::Result;
use weir_pipeline::drill::{self, Drill};

/// Recover an environment's own backup into a scratch copy, prove it, and drop it.
///
/// The live database is neither read nor locked. What is told and recorded is the recovery time
/// (from choosing the backup to a proven copy) and the recovery point (when its data was true).
/// The scratch copy needs room for the whole database in the folder for temporary files (TMPDIR).
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    chosen: ChosenBackup,
}

/// Drills.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let target = &arguments.target;
    let choice = arguments.chosen.choice();
    let database = target.database.as_deref();
    let context = session.context();
    let drilled = drill::drill(&weir, &target.job, database, &choice, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&drilled)?;
    } else {
        report::print(&drilled.run, session);
        for drill in &drilled.drills {
            session.output.line(in_words(drill));
        }
    }
    report::report_failures(&drilled.run, session);
    Ok(report::exit_code(&drilled.run))
}

fn in_words(drill: &Drill) -> String {
    format!(
        "{}/{} {}: recovered and proven in {:.1} s, data as of {}",
        drill.environment,
        drill.app,
        drill.database,
        drill.recovery_seconds,
        units::time(drill.data_as_of)
    )
}
