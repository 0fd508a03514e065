//! `weir hold`: stops operations for a while.

use crate::session::Session;
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::holds::{self, NewHold};

/// Keep operations from starting for a while: of a job, an app or a whole environment.
///
/// What is held is left out of every run, whoever starts it, until the hold ends by itself or
/// `weir release` ends it; the rest of a job goes on. A hold of `restore` is one of everything that
/// replaces the live copy: backups keep running. Without `--op` everything is held, backups too.
/// What works already when it is placed is not stopped.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to hold
    #[arg(value_name = "ENV[/APP[/JOB]]")]
    place: String,

    /// Only this operation: restore, backup, replicate, publish or publish-live
    #[arg(long = "op", value_name = "OPERATION")]
    operation: Option<String>,

    /// When it ends by itself, at most 90 days from now: friday (its beginning), 2026-12-01,
    /// 2026-12-01T10:00 or 3d, in the job's time zone
    #[arg(long, value_name = "WHEN")]
    until: String,

    /// Why, for whoever meets it
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Who wants it [default: the user]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Places the hold.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let zone = holds::time_zone(&weir, &arguments.place)?;
    let new = NewHold {
        place: arguments.place.clone(),
        operation: arguments.operation.clone(),
        owner: who(arguments.by.as_deref(), session)?,
        reason: arguments.reason.clone(),
        until: holds::until(&arguments.until, weir.now(), &zone)?,
    };
    let hold = holds::place(&weir, new, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&serde_json::json!({"hold": hold}))?;
        return Ok(0);
    }
    let operation = hold.operation.as_deref().unwrap_or("everything");
    let until = hold.until.to_zoned(zone).strftime("%A %Y-%m-%d %H:%M %Z");
    let output = &session.output;
    output.line(format!(
        "{}: {operation} of {} is held until {until}.",
        hold.id,
        hold.place()
    ));
    if hold.operation.is_none() {
        output.line("Backups are held too; `--op restore` would keep them running.");
    }
    let command = session.pasteable(&format!("weir release {}", hold.id));
    output.line(format!("To end it earlier: {command}"));
    Ok(0)
}

/// Who acts: as said, or the user.
pub(super) fn who(named: Option<&str>, session: &Session) -> Result<String> {
    let named = named.map(str::to_owned);
    named.or_else(|| session.user()).ok_or_else(|| {
        Error::new(Kind::Usage, "tell who acts", "the system names no user")
            .hint("say it with `--by NAME`")
    })
}
