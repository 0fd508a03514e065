//! Runs jobs and reports each operation: what `run`, `backup`, `restore`, `recover` and `drill`
//! share.

use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::{Failure, Outcome, Step};
pub(crate) use weir_pipeline::words::address;
use weir_pipeline::{JobReport, RunOptions, RunReport, Selection};

/// Runs the selection and prints what happened. The first failure decides the exit code.
pub(crate) async fn run(
    session: &Session,
    verb: &str,
    selection: &Selection,
    options: &RunOptions,
) -> Result<u8> {
    let weir = session.weir()?;
    let context = session.context();
    let report = weir_pipeline::run::run(&weir, verb, selection, options, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, session);
    }
    report_failures(&report, session);
    Ok(exit_code(&report))
}

/// Tells what went wrong in each job.
pub(crate) fn report_failures(report: &RunReport, session: &Session) {
    for error in report.jobs.iter().filter_map(|job| job.error.as_ref()) {
        session.failures.report(error);
    }
}

/// The exit code a report asks for.
pub(crate) fn exit_code(report: &RunReport) -> u8 {
    report
        .first_error()
        .map(Error::kind)
        .map_or(0, |kind| kind.exit_code())
}

/// The exit code of a failure that is only known by its record.
pub(crate) fn exit_code_of(failure: &Failure) -> u8 {
    Kind::ALL
        .into_iter()
        .find(|kind| kind.slug() == failure.kind)
        .unwrap_or(Kind::Internal)
        .exit_code()
}

/// Prints one line for each operation.
pub(crate) fn print(report: &RunReport, session: &Session) {
    let output = &session.output;
    let mut table = Table::new([
        "job", "step", "database", "outcome", "rows", "stored", "took", "backup",
    ]);
    for job in &report.jobs {
        if job.steps.is_empty() {
            table.row(job_row(job));
        }
        for step in &job.steps {
            table.row(step_row(job, step));
        }
    }
    output.table(&table);
    for job in &report.jobs {
        print_held(job, output);
        print_taken_over(job, session);
    }
    for job in report
        .jobs
        .iter()
        .filter(|job| job.error.is_some() && !job.run.is_empty())
        .filter(|job| job.outcome != Outcome::Skipped)
    {
        let command = session.pasteable(&format!("weir logs {}", job.run));
        output.line(format!("log of the failed run: {command}"));
    }
}

/// Says what was left out because of a hold. What was asked for by name is told as a failure.
fn print_held(job: &JobReport, output: &Output) {
    let held = job.steps.iter().filter(|step| step.is_held());
    for (step, failure) in held.filter_map(|step| Some((step, step.failure.as_ref()?))) {
        if job.error.is_none() && step.operation != "transform" {
            output.line(format!("{}: {}", failure.doing, failure.cause));
        }
    }
}

/// Says what was not repeated, and how it would be.
fn print_taken_over(job: &JobReport, session: &Session) {
    let mut steps = job.steps.iter().filter(|step| step.done_by.is_some());
    let (Some(run), true) = (&job.continues, steps.any(|_| true)) else {
        return;
    };
    let name = address(&job.environment, &job.app, &job.job);
    let command = session.pasteable(&format!("weir run {name} --from-start"));
    session.output.line(format!(
        "{name} continued run {run}: what was done is not repeated; to repeat it: {command}"
    ));
}

/// How a step ended; one that an earlier run has done is told apart.
pub(crate) fn step_outcome(step: &Step) -> Cell {
    match step.done_by {
        Some(_) => Cell::toned(Tone::Good, "done before"),
        None => outcome(step.outcome),
    }
}

/// An outcome in its colour.
pub(crate) fn outcome(outcome: Outcome) -> Cell {
    match outcome {
        Outcome::Succeeded => Cell::toned(Tone::Good, "succeeded"),
        Outcome::Failed => Cell::toned(Tone::Bad, "failed"),
        Outcome::Interrupted => Cell::toned(Tone::Doubtful, "interrupted"),
        Outcome::Skipped => Cell::toned(Tone::Faint, "left out"),
    }
}

/// A job that never came to its first operation.
fn job_row(job: &JobReport) -> Vec<Cell> {
    let name = address(&job.environment, &job.app, &job.job);
    vec![name.into(), "-".into(), "-".into(), outcome(job.outcome)]
}

/// A script stores nothing: its step shows no bytes.
fn stored(step: &Step) -> String {
    if step.bytes == 0 {
        String::new()
    } else {
        units::bytes(step.bytes)
    }
}

fn step_row(job: &JobReport, step: &Step) -> Vec<Cell> {
    let done = step.outcome == Outcome::Succeeded;
    let shown = |text: String| if done { text } else { String::new() };
    let took = units::between(step.began, step.ended);
    vec![
        address(&job.environment, &job.app, &job.job).into(),
        step.operation.clone().into(),
        step.database.clone().into(),
        step_outcome(step),
        Cell::number(shown(units::count(step.rows))),
        Cell::number(shown(stored(step))),
        Cell::number(
            if step.outcome == Outcome::Skipped || step.done_by.is_some() {
                String::new()
            } else {
                units::duration(took)
            },
        ),
        step.backup.clone().unwrap_or_default().into(),
    ]
}
