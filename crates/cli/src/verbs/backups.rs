//! `weir backups`: what the stores hold.

mod list;
mod pull;
mod show;

use crate::session::Session;
use std::path::PathBuf;
use weir_model::error::Result;

/// List, show and fetch backups.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the backups of an environment or an app in it, newest first
    List {
        /// The environment, or ENVIRONMENT/APP
        #[arg(value_name = "ENV[/APP]")]
        what: String,
        /// The copies of upstream's backups that have arrived for it instead
        #[arg(long)]
        copies: bool,
        /// What it has published instead, from its clean store
        #[arg(long, conflicts_with = "copies")]
        published: bool,
    },
    /// Show what a backup is: its manifest
    Show {
        /// The backup, as `weir backups list` prints it
        #[arg(value_name = "BACKUP")]
        backup: String,
    },
    /// Copy a backup as it is stored into a new folder, proving every byte
    Pull {
        /// The backup, as `weir backups list` prints it
        #[arg(value_name = "BACKUP")]
        backup: String,
        /// The folder to make
        folder: PathBuf,
    },
}

/// Lists, shows or fetches.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    match &arguments.action {
        Action::List {
            what,
            copies,
            published,
        } => {
            let which = match (copies, published) {
                (true, _) => list::Which::Copies,
                (false, true) => list::Which::Published,
                (false, false) => list::Which::Own,
            };
            list::run(session, what, which).await
        }
        Action::Show { backup } => show::run(session, backup).await,
        Action::Pull { backup, folder } => pull::run(session, backup, folder).await,
    }
}
