//! `weir serve`: runs the fleet by itself.

use crate::session::Session;
use std::sync::Arc;
use weir_model::error::Result;
use weir_model::run::Outcome;
use weir_serve::Told;

/// Run every job when it is due, until told to stop.
///
/// What was due while nobody served is caught up within `start_within`. The first Ctrl-C or
/// SIGTERM starts nothing more and lets the runs at work end within `grace`; the second ends at
/// once, and the next `weir serve` or `weir heal` mends what was left.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only this environment; only its secrets are needed
    #[arg(long, value_name = "ENVIRONMENT")]
    environment: Option<String>,
}

/// Serves, and prints a line for what happens.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = Arc::new(session.weir()?);
    let tell = |told: &Told| {
        let line = match session.output.is_json() {
            true => serde_json::to_string(told).unwrap_or_default(),
            false => format!("{} {}", jiff::Timestamp::now(), words(told)),
        };
        session.output.line(line);
    };
    let environment = arguments.environment.as_deref();
    weir_serve::serve(weir, environment, &tell, &session.context()).await?;
    Ok(0)
}

fn words(told: &Told) -> String {
    match told {
        Told::Started {
            job,
            due,
            attempt,
            late,
        } => {
            let late = late
                .as_ref()
                .map_or(String::new(), |why| format!("; {why}"));
            format!("started {job}, due {due}, attempt {attempt}{late}")
        }
        Told::Ended {
            job,
            run,
            outcome,
            failure,
        } => {
            let how = match outcome {
                Outcome::Succeeded => "succeeded",
                Outcome::Failed => "failed",
                Outcome::Interrupted => "interrupted",
                Outcome::Skipped => "left out",
            };
            let why = failure.as_ref().map_or(String::new(), |failure| {
                format!(": {}: {}", failure.doing, failure.cause)
            });
            format!("{how} {job} {run}{why}")
        }
        Told::LeftOut {
            job,
            due,
            count,
            why,
            ..
        } => match count {
            1 => format!("left out {job}, due {due}: {why}"),
            _ => format!("left out {job}, {count} due times up to {due}: {why}"),
        },
        Told::Trouble { environment, why } => {
            format!("the records of {environment} cannot be used, trying on: {why}")
        }
        Told::Recovered { environment } => {
            format!("the records of {environment} can be used again")
        }
        Told::Stopping { at_work, until } => {
            format!("stopping: nothing more starts, runs at work ({at_work}) have until {until}")
        }
    }
}
