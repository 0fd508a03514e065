//! What the rules do to the shadow as a whole, then the operator's scripts, all or nothing.

mod permission;
mod rewrite;
mod script;
mod statements;
mod steps;

pub(crate) use rewrite::rewrite;
pub(crate) use statements::without_comments;

use crate::config::Database;
use crate::load::{Work, sync_file};
use std::sync::{Arc, Mutex};
use weir_engine::{Context, Sanitised, Script};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;

/// A shadow in which the scripts have run.
pub(crate) struct SanitisedCopy {
    /// The shadow.
    pub(crate) work: Work,
    /// Whether there were any, so that rows and the schema may have changed since they were sent.
    pub(crate) scripts_ran: bool,
    /// Whether the rules had steps for the shadow, so that rows may have changed.
    pub(crate) steps_ran: bool,
}

/// Takes the steps of the rules and runs scripts, each in one transaction; then writes the shadow
/// anew, because replaced and deleted values stay in the pages of a database until it is.
pub(crate) fn sanitise(
    work: Work,
    scripts: &[Script],
    context: &Context,
) -> Result<Box<dyn Sanitised>> {
    let masker = work.request.masker.clone();
    let steps = masker.as_ref().map_or(&[][..], |masker| masker.steps());
    let path = work.place().shadow();
    if !steps.is_empty() {
        steps::run(&Database::write(&path, Kind::Target, context)?, steps)?;
        sync_file(&path, context)?;
    }
    if !scripts.is_empty() {
        run_all(&work, scripts, context)?;
    }
    if !steps.is_empty() || !scripts.is_empty() {
        rewrite(work.place(), &path, None, Kind::Script, context)?;
    }
    context.checkpoint(Checkpoint::ScriptsRun);
    context.check("run the scripts")?;
    Ok(Box::new(SanitisedCopy {
        work,
        scripts_ran: !scripts.is_empty(),
        steps_ran: !steps.is_empty(),
    }))
}

fn run_all(work: &Work, scripts: &[Script], context: &Context) -> Result<()> {
    let path = work.place().shadow();
    let mut shadow = Database::write(&path, Kind::Script, context)?;
    // Constraints hold for scripts as they do for the application. Nothing is written to disk
    // for safety before the end: a shadow that is not finished is thrown away.
    shadow.run(
        "prepare",
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF; BEGIN IMMEDIATE",
    )?;
    let refusal = Arc::new(Mutex::new(None));
    shadow
        .connection
        .authorizer(Some(permission::authorizer(Arc::clone(&refusal))))
        .map_err(|error| shadow.subject.failure("prepare", error))?;
    for script in scripts {
        script::run(&shadow, script, &refusal)?;
    }
    shadow
        .connection
        .authorizer(None::<fn(rusqlite::hooks::AuthContext<'_>) -> rusqlite::hooks::Authorization>)
        .map_err(|error| shadow.subject.failure("prepare", error))?;
    commit(&shadow)?;
    drop(shadow);
    sync_file(&path, context)
}

fn commit(shadow: &Database) -> Result<()> {
    shadow.connection.execute_batch("COMMIT").map_err(|error| {
        if error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation) {
            return shadow.subject.failure("commit the scripts in", error);
        }
        let cause = crate::config::safe_message(&error);
        Error::new(Kind::Script, "commit the scripts", cause)
            .hint("a script leaves rows whose foreign keys point nowhere: correct it")
    })
}
