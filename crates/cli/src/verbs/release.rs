//! `weir release`: ends holds before their time.

use super::hold::who;
use crate::session::Session;
use weir_model::error::Result;
use weir_pipeline::holds;

/// End a hold before its time.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The hold, as `weir holds` prints it, or what was held: every hold of just that is ended
    #[arg(value_name = "ID|ENV[/APP[/JOB]]")]
    what: String,

    /// Who ends it [default: the user]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Ends it.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let by = who(arguments.by.as_deref(), session)?;
    let released = holds::release(&weir, &arguments.what, &by, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        let released = serde_json::json!({"released": released});
        session.output.json(&released)?;
        return Ok(0);
    }
    if released.is_empty() {
        let line = format!("{}, which cannot be read, is released.", arguments.what);
        session.output.line(line);
    }
    for hold in released {
        let operation = hold.operation.as_deref().unwrap_or("everything");
        session.output.line(format!(
            "{}: {operation} of {} is no longer held.",
            hold.id,
            hold.place()
        ));
    }
    Ok(0)
}
