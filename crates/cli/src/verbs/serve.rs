//! `weir serve`: runs the fleet by itself.

use crate::session::Session;
use std::sync::Arc;
use weir_config::Listen;
use weir_model::error::Result;
use weir_model::run::Outcome;
use weir_pipeline::words::printable;
use weir_serve::{ServeOptions, Told};

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

    /// Where the page is, instead of where the configuration says; port 0 takes any that is free
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "no_page")]
    listen: Option<Listen>,

    /// Serve no page
    #[arg(long)]
    no_page: bool,
}

/// Serves, and prints a line for what happens.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = Arc::new(session.weir()?);
    let configured = &weir.fleet().serve.listen.value;
    let page = match arguments.no_page {
        true => None,
        false => Some(arguments.listen.as_ref().unwrap_or(configured).clone()),
    };
    let options = ServeOptions {
        environment: arguments.environment.clone(),
        page,
    };
    let output = Arc::clone(&session.output);
    let tell = move |told: &Told| {
        let line = match output.is_json() {
            true => serde_json::to_string(told).unwrap_or_default(),
            false => format!("{} {}", jiff::Timestamp::now(), printable(&words(told))),
        };
        output.line(line);
    };
    weir_serve::serve(weir, &options, Arc::new(tell), &session.context()).await?;
    Ok(0)
}

fn words(told: &Told) -> String {
    match told {
        Told::Serving { address } => format!("the page is at http://{address}/"),
        Told::Asked { what } => what.clone(),
        Told::Started {
            job,
            due,
            attempt,
            run,
            late,
        } => {
            let late = late
                .as_ref()
                .map_or(String::new(), |why| format!("; {why}"));
            format!("started {job} {run}, due {due}, attempt {attempt}{late}")
        }
        Told::Warned { job, run, message } => format!("{job} {run}: {message}"),
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
        Told::ClockMoved { seconds } => {
            format!("the clock moved by {seconds} s, or this machine slept")
        }
        Told::Pruned { environment, runs } => {
            format!("{environment}: the records of {runs} old runs were removed")
        }
        Told::HeartbeatFailed { environment, why } => {
            format!("the heartbeat of {environment} was not given, trying on: {why}")
        }
        Told::Stopping { at_work, until } => {
            format!("stopping: nothing more starts, runs at work ({at_work}) have until {until}")
        }
    }
}
