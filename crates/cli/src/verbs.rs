//! The table of verbs: one file each.

mod adopt;
mod backup;
mod backups;
mod choice;
mod compare;
mod completions;
mod config;
mod demo;
mod despite;
mod doctor;
mod drill;
mod heal;
mod hold;
mod holds;
mod init;
pub(crate) mod keys;
mod logs;
mod notify;
mod plan;
mod prune;
mod publish;
mod recover;
mod release;
mod render;
mod replicate;
pub(crate) mod report;
mod restore;
mod rollback;
mod run;
mod runs;
mod sanitise;
mod scan;
mod selection;
mod serve;
pub(crate) mod status;
mod target;
mod verify;

use crate::session::Session;
use weir_model::error::Result;

/// What Weir can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    Demo(demo::Arguments),
    Init(init::Arguments),
    Config(config::Arguments),
    Keys(keys::Arguments),
    Doctor(doctor::Arguments),
    Plan(plan::Arguments),
    Run(run::Arguments),
    Serve(serve::Arguments),
    Backup(backup::Arguments),
    Replicate(replicate::Arguments),
    Publish(publish::Arguments),
    Restore(restore::Arguments),
    Recover(recover::Arguments),
    Drill(drill::Arguments),
    Adopt(adopt::Arguments),
    Scan(scan::Arguments),
    Sanitise(sanitise::Arguments),
    Prune(prune::Arguments),
    Verify(verify::Arguments),
    Compare(compare::Arguments),
    Rollback(rollback::Arguments),
    Heal(heal::Arguments),
    Status(status::Arguments),
    Hold(hold::Arguments),
    Release(release::Arguments),
    Holds(holds::Arguments),
    Runs(runs::Arguments),
    Render(render::Arguments),
    Notify(notify::Arguments),
    Logs(logs::Arguments),
    Backups(backups::Arguments),
    Completions(completions::Arguments),
}

impl Verb {
    /// Runs the verb and returns the exit code.
    #[allow(clippy::cognitive_complexity, reason = "a table: a line for each verb")]
    pub(crate) async fn run(&self, session: &Session) -> Result<u8> {
        match self {
            Self::Demo(arguments) => demo::run(arguments, session).await,
            Self::Init(_) => init::run(session),
            Self::Config(arguments) => config::run(arguments, session).await,
            Self::Keys(arguments) => keys::run(arguments, session),
            Self::Doctor(arguments) => doctor::run(arguments, session).await,
            Self::Plan(arguments) => plan::run(arguments, session).await,
            Self::Run(arguments) => run::run(arguments, session).await,
            Self::Serve(arguments) => serve::run(arguments, session).await,
            Self::Backup(arguments) => backup::run(arguments, session).await,
            Self::Publish(arguments) => publish::run(arguments, session).await,
            Self::Replicate(arguments) => replicate::run(arguments, session).await,
            Self::Restore(arguments) => restore::run(arguments, session).await,
            Self::Recover(arguments) => recover::run(arguments, session).await,
            Self::Drill(arguments) => drill::run(arguments, session).await,
            Self::Adopt(arguments) => adopt::run(arguments, session).await,
            Self::Scan(arguments) => scan::run(arguments, session).await,
            Self::Sanitise(arguments) => sanitise::run(arguments, session).await,
            Self::Prune(arguments) => prune::run(arguments, session).await,
            Self::Verify(arguments) => verify::run(arguments, session).await,
            Self::Compare(arguments) => compare::run(arguments, session).await,
            Self::Rollback(arguments) => rollback::run(arguments, session).await,
            Self::Heal(arguments) => heal::run(arguments, session).await,
            Self::Status(arguments) => status::run(arguments, session).await,
            Self::Hold(arguments) => hold::run(arguments, session).await,
            Self::Release(arguments) => release::run(arguments, session).await,
            Self::Holds(arguments) => holds::run(arguments, session).await,
            Self::Render(arguments) => render::run(arguments, session),
            Self::Notify(arguments) => notify::run(arguments, session).await,
            Self::Runs(arguments) => runs::run(arguments, session).await,
            Self::Logs(arguments) => logs::run(arguments, session).await,
            Self::Backups(arguments) => backups::run(arguments, session).await,
            Self::Completions(arguments) => completions::run(arguments, session),
        }
    }
}
