//! `weir logs RUN`: what a run told while it worked.

use crate::session::Session;
use serde_json::Value;
use weir_model::error::Result;
use weir_model::event::Event;
use weir_pipeline::words::printable;
use weir_pipeline::{history, words};

/// Print the log of a run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The run, as `weir runs` prints it
    #[arg(value_name = "RUN")]
    run: String,
}

/// Prints the log, and how the run failed if it did.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let lines = history::log(&weir, &arguments.run, &session.context()).await?;
    // A line that a later version wrote differently is shown as it is.
    let events: Vec<Value> = lines
        .into_iter()
        .map(|line| serde_json::from_str(&line).unwrap_or(Value::String(line)))
        .collect();
    if session.output.is_json() {
        let log = serde_json::json!({"run": arguments.run, "log": events});
        session.output.json(&log)?;
        return Ok(0);
    }
    for text in events
        .iter()
        .filter_map(|event| in_words(event, session.is_verbose()))
    {
        session.output.line(text);
    }
    let record = history::run_record(&weir, &arguments.run, &session.context()).await?;
    super::runs::print_failures(&record, &session.output);
    Ok(0)
}

/// A line for people; checkpoints are for those who ask for everything.
fn in_words(line: &Value, verbose: bool) -> Option<String> {
    let at = line.get("at").and_then(Value::as_str).unwrap_or_default();
    let at = at.get(..19).unwrap_or(at);
    let text = match serde_json::from_value::<Event>(line.clone()) {
        Ok(Event::Checkpoint { .. }) if !verbose => return None,
        Ok(event) => {
            let text = words::event(&event).unwrap_or_else(|| line.to_string());
            match event {
                Event::Note { .. } => format!("note: {text}"),
                Event::Warning { .. } => format!("warning: {text}"),
                _ => text,
            }
        }
        Err(_) => line.to_string(),
    };
    Some(format!("{}  {}", printable(at), printable(&text)))
}
