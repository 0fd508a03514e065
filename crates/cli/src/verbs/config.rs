//! `weir config`: what the configuration says, and the language itself.

mod check;
mod show;

use crate::session::Session;
use weir_model::error::Result;

/// Show and check the configuration.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print one job fully expanded, each value with where it comes from, or list the jobs
    Show {
        /// The job: ENVIRONMENT/APP or ENVIRONMENT/APP/JOB [default: a list of them]
        #[arg(value_name = "ENV/APP")]
        job: Option<String>,
    },
    /// Check the file and the secrets of the environments at hand
    Check {
        /// Check the secrets of these environments [default: of none]
        #[arg(value_name = "ENV")]
        environments: Vec<String>,
    },
    /// Print the JSON Schema of the language, for editors
    Schema,
    /// Print the reference of the language in Markdown
    Reference,
}

/// Shows, checks or explains.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    match &arguments.action {
        Action::Show { job: Some(job) } => show::run(session, job).await,
        Action::Show { job: None } => show::list(session),
        Action::Check { environments } => check::run(session, environments).await,
        Action::Schema => {
            session.output.json(&weir_config::schema())?;
            Ok(0)
        }
        Action::Reference => {
            session.output.write(&weir_config::reference());
            Ok(0)
        }
    }
}
