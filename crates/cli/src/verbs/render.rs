//! `weir render`: files for other programs, from the configuration.

use crate::session::Session;
use weir_model::error::Result;

/// Print files for other programs, made from the configuration.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print the Prometheus rules that watch an environment
    Alerts {
        /// The environment whose Prometheus it is
        #[arg(value_name = "ENV")]
        environment: String,
    },
    /// Print a Grafana dashboard of what `weir serve` tells at /metrics
    Dashboard,
}

/// Renders, and prints.
pub(crate) fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let rendered = match &arguments.action {
        Action::Alerts { environment } => weir_metrics::alerts(&session.fleet()?, environment)?,
        Action::Dashboard => weir_metrics::dashboard(),
    };
    session.output.json(&rendered)?;
    Ok(0)
}
