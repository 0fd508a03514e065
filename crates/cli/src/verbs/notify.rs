//! `weir notify`: whom Weir tells what happened.

use crate::session::Session;
use crate::style::Tone;
use serde_json::json;
use weir_model::error::Result;
use weir_serve::news::{self, Delivery};

/// See that people are told what happens.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Send a test message, and print what each channel answers
    Test {
        /// Only to this channel
        #[arg(value_name = "CHANNEL")]
        channel: Option<String>,
    },
}

/// Sends, and prints the answers. The exit code is the highest of those that failed.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let Action::Test { channel } = &arguments.action;
    let weir = session.weir()?;
    let deliveries = news::test(&weir, channel.as_deref(), &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        let channels: Vec<_> = deliveries.iter().map(as_json).collect();
        session.output.json(&json!({ "channels": channels }))?;
    } else {
        for delivery in &deliveries {
            print(delivery, session);
        }
    }
    let failed = deliveries
        .iter()
        .filter_map(|sent| sent.result.as_ref().err());
    Ok(failed
        .map(|error| error.kind().exit_code())
        .max()
        .unwrap_or(0))
}

fn as_json(delivery: &Delivery) -> serde_json::Value {
    match &delivery.result {
        Ok(answer) => json!({"channel": delivery.channel, "answer": answer}),
        Err(error) => json!({
            "channel": delivery.channel,
            "failure": weir_model::run::Failure::from(error),
        }),
    }
}

fn print(delivery: &Delivery, session: &Session) {
    let output = &session.output;
    match &delivery.result {
        Ok(answer) => output.line(format!("{}: {answer}", delivery.channel)),
        Err(error) => {
            let line = format!("{}: {error}", delivery.channel);
            output.line(output.paint(Tone::Bad, line));
            if let Some(hint) = error.hint_text() {
                output.line(format!("  {hint}"));
            }
        }
    }
}
