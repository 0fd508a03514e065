//! `weir demo`: the whole chain on one machine, with nothing to install.

use super::{report, status};
use crate::demo::damage::{self, FlippedByte};
use crate::demo::folder::DemoFolder;
use crate::demo::look;
use crate::session::{self, Session};
use crate::style::Tone;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::status::StatusReport;
use weir_pipeline::{Engines, RunOptions, RunReport, Selection, Settings, Weir};

/// Show the whole chain: production → staging → integration, and a failure on purpose.
///
/// Everything is made in one folder from a fixed seed; run it again as often as you like.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to make the demo
    #[arg(long, value_name = "FOLDER", default_value = "weir-demo")]
    folder: PathBuf,
}

/// Runs the demo. It succeeds only if everything it shows held.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let began = Instant::now();
    say(session, "1. A publishing platform, as production has it");
    let path = arguments.folder.clone();
    let folder = tokio::task::spawn_blocking(move || DemoFolder::prepare(&path))
        .await
        .map_err(|error| Error::from_source(Kind::Internal, "make the demo", error))??;
    let fleet = session::read_fleet(&folder.configuration())?;
    let weir = Weir::new(fleet, Engines::built_in(), Settings::default());
    let context = session.context();

    say(
        session,
        "2. production → staging (with a script) → integration (sanitised)",
    );
    let chain = run_chain(&weir, session, &context).await?;
    if let Some(error) = chain.first_error() {
        session.failures.report(error);
        return Ok(error.kind().exit_code());
    }
    let standing = weir_pipeline::status::status(&weir, None, &context).await?;
    show(session, &folder, &chain, &standing)?;

    say(session, "6. A failure on purpose");
    let caught = damage_and_restore(&weir, &folder, &chain, session, &context).await?;
    finish(session, &folder, &chain, &standing, &caught, began)
}

/// Every scheduled job, in the order the data flows.
async fn run_chain(weir: &Weir, session: &Session, context: &Context) -> Result<RunReport> {
    let options = RunOptions::default();
    let chain = weir_pipeline::run::run(weir, "run", &Selection::All, &options, context).await?;
    session.progress.close();
    if !session.output.is_json() {
        report::print(&chain, session);
    }
    Ok(chain)
}

fn show(
    session: &Session,
    folder: &DemoFolder,
    chain: &RunReport,
    standing: &StatusReport,
) -> Result<()> {
    if session.output.is_json() {
        return Ok(());
    }
    say(session, "3. What `weir status` says");
    status::print(standing, session);
    say(session, "4. The same people before and after");
    look::people(folder, &session.output)?;
    session.output.line("");
    look::counts(folder, &session.output)?;
    say(session, "5. Where everything lies");
    where_it_lies(session, folder, chain);
    Ok(())
}

fn where_it_lies(session: &Session, folder: &DemoFolder, chain: &RunReport) {
    let path = folder.path().display();
    let output = &session.output;
    output.line(format!(
        "configuration, rules, script  {path}/weir.yaml, rules/, scripts/"
    ));
    output.line(format!(
        "databases                     {path}/{{production,staging,integration}}.db"
    ));
    output.line(format!("backups and their records     {path}/store/"));
    if let Some(backup) = newest_backup(chain, "integration") {
        let stored = folder.stored_database(&backup);
        output.line("Restore by hand, without Weir:");
        output.line(format!("  zstd -dc {} > restored.db", stored.display()));
    }
}

/// Flips a byte in production's newest backup and restores it into staging: the restore must
/// find the damage, and staging must be the same file as before. Returns the error it ended with.
async fn damage_and_restore(
    weir: &Weir,
    folder: &DemoFolder,
    chain: &RunReport,
    session: &Session,
    context: &Context,
) -> Result<Error> {
    let backup = newest_backup(chain, "production").ok_or_else(|| {
        Error::new(
            Kind::Internal,
            "damage a backup",
            "production's run reports no backup",
        )
    })?;
    let stored = folder.stored_database(&backup);
    let staging = folder.database("staging");
    let before = damage::fingerprint(&staging)?;
    let flipped = FlippedByte::in_the_middle_of(&stored)?;
    if !session.output.is_json() {
        let position = flipped.position();
        session
            .output
            .line(format!("Flipped byte {position} of {}.", stored.display()));
        session.output.line("weir restore staging/publishing");
    }
    let failure = restore_staging(weir, session, context).await?;
    drop(flipped);
    let untouched = damage::fingerprint(&staging)? == before;
    let error = match failure {
        Some(error) if error.kind() == Kind::Corrupt => error,
        Some(error) => return Err(error),
        None => return Err(broken_promise("the damage was not noticed")),
    };
    if !untouched {
        return Err(broken_promise(
            "the live copy was changed by a restore that failed",
        ));
    }
    // The byte is back: the same command succeeds, and the demo leaves everything sound.
    match restore_staging(weir, session, context).await? {
        Some(error) => Err(error),
        None => Ok(error),
    }
}

/// Restores staging and returns what failed, if anything did.
async fn restore_staging(
    weir: &Weir,
    session: &Session,
    context: &Context,
) -> Result<Option<Error>> {
    let options = RunOptions {
        operations: Some(vec![OperationKind::Restore, OperationKind::Transform]),
        ..RunOptions::default()
    };
    let selection = Selection::Job("staging/publishing".to_owned());
    let report = weir_pipeline::run::run(weir, "restore", &selection, &options, context).await?;
    session.progress.close();
    Ok(report.jobs.into_iter().find_map(|job| job.error))
}

fn broken_promise(what: &str) -> Error {
    Error::new(Kind::Internal, "restore a damaged backup", what)
}

/// The newest backup that the chain made in an environment, as `ENVIRONMENT:KEY`.
fn newest_backup(chain: &RunReport, environment: &str) -> Option<String> {
    chain
        .jobs
        .iter()
        .filter(|job| job.environment == environment)
        .flat_map(|job| &job.steps)
        .filter(|step| step.operation == OperationKind::Backup.to_string())
        .find_map(|step| step.backup.clone())
}

fn finish(
    session: &Session,
    folder: &DemoFolder,
    chain: &RunReport,
    standing: &StatusReport,
    caught: &Error,
    began: Instant,
) -> Result<u8> {
    let output = &session.output;
    if output.is_json() {
        output.json(&json!({
            "folder": folder.path(),
            "run": chain,
            "status": standing,
            "failure_on_purpose": {
                "kind": caught.kind().slug(),
                "cause": caught.cause(),
                "staging_untouched": true,
            },
        }))?;
        return Ok(0);
    }
    output.line(format!(
        "  {}",
        output.paint(Tone::Bad, format!("error: {caught}"))
    ));
    if let Some(hint) = caught.hint_text() {
        output.line(format!("  hint: {hint}"));
    }
    output.line("staging.db was, byte for byte, the file it was before.");
    output.line("The byte was put back, and the same command then succeeded.");
    let took = crate::units::duration(began.elapsed());
    output.line(format!(
        "\n{} in {took}. Now try:",
        output.paint(Tone::Good, "All of it held")
    ));
    let configuration = folder.configuration();
    for verb in ["status", "plan staging", "backups list staging", "runs"] {
        output.line(format!(
            "  weir --config {} {verb}",
            configuration.display()
        ));
    }
    Ok(0)
}

fn say(session: &Session, heading: &str) {
    if !session.output.is_json() {
        session.output.heading(heading);
    }
}
