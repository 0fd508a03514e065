//! `weir runs`: what ran, newest first.

mod tables;

use super::report;
use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::Result;
use weir_model::run::{Failure, Outcome, RunProgress, Step};
use weir_pipeline::history::{self, Ending, RunFilter, RunPage, RunSummary};

/// List runs, newest first, or show the steps of one.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only of this environment or app, or the id of one run
    #[arg(value_name = "ENV[/APP]|RUN")]
    what: Option<String>,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// Only those before this run: the next page
    #[arg(long, value_name = "RUN")]
    before: Option<String>,

    /// Only those that ended so
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<Wanted>,
}

/// How the runs ended that are listed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Wanted {
    /// With proof
    Succeeded,
    /// With an error
    Failed,
    /// By a signal, a kill or a crash
    Interrupted,
    /// Left out, because of an earlier failure or a hold
    Skipped,
    /// Not yet: it works, or died unseen
    Unfinished,
}

impl From<Wanted> for Ending {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Succeeded => Self::Ended(Outcome::Succeeded),
            Wanted::Failed => Self::Ended(Outcome::Failed),
            Wanted::Interrupted => Self::Ended(Outcome::Interrupted),
            Wanted::Skipped => Self::Ended(Outcome::Skipped),
            Wanted::Unfinished => Self::Unfinished,
        }
    }
}

/// Lists or shows.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    if let Some(run) = arguments.what.as_deref().filter(|what| is_run_id(what)) {
        let record = history::run_record(&weir, run, &session.context()).await?;
        return show(&record, session);
    }
    let what = arguments
        .what
        .as_deref()
        .map(|what| what.split_once('/').unwrap_or((what, "")));
    let filter = RunFilter {
        environment: what.map(|(environment, _)| environment.to_owned()),
        app: what
            .map(|(_, app)| app.to_owned())
            .filter(|app| !app.is_empty()),
        ending: arguments.outcome.map(Ending::from),
        before: arguments.before.clone(),
        limit: arguments.limit,
        ..RunFilter::default()
    };
    let page = history::runs(&weir, &filter, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&page)?;
    } else {
        print_page(&page, arguments, session);
    }
    Ok(0)
}

/// Run ids begin with the time: `20261122T013600Z-…`.
fn is_run_id(text: &str) -> bool {
    let (time, rest) = text.split_at_checked(8).unwrap_or(("", ""));
    time.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('T')
}

fn print_page(page: &RunPage, arguments: &Arguments, session: &Session) {
    let output = &session.output;
    let narrowed = arguments.before.is_some() || arguments.outcome.is_some();
    match (page.runs.is_empty(), narrowed) {
        (false, _) => print(&page.runs, output),
        (true, true) => output.line("No such runs."),
        (true, false) => output.line("No runs yet. Next: `weir plan`, then `weir run`."),
    }
    for run in &page.unreadable {
        let text = format!(
            "{} of {} is unreadable: {}",
            run.run, run.environment, run.why
        );
        output.line(output.paint(Tone::Bad, text));
    }
    if let Some(next) = &page.next {
        output.line(output.paint(
            Tone::Faint,
            format!("older ones: the same with --before {next}"),
        ));
    }
}

fn print(runs: &[RunSummary], output: &Output) {
    let mut table = Table::new(["run", "job", "verb", "began", "took", "outcome"]);
    for run in runs {
        let started = &run.started;
        let took = run
            .ended
            .as_ref()
            .map(|ended| units::between(started.at, ended.at));
        table.row(vec![
            started.run.clone().into(),
            report::address(&started.environment, &started.app, &started.job).into(),
            started.verb.clone().into(),
            units::time(started.at).into(),
            Cell::number(took.map(units::duration).unwrap_or_default()),
            outcome(run),
        ]);
    }
    output.table(&table);
}

fn outcome(run: &RunSummary) -> Cell {
    match &run.ended {
        Some(ended) => report::outcome(ended.outcome),
        None if run.unreadable.is_some() => Cell::toned(Tone::Bad, "unreadable"),
        None if run.dead => Cell::toned(Tone::Bad, "died"),
        None => Cell::toned(Tone::Strong, "running"),
    }
}

fn show(run: &RunSummary, session: &Session) -> Result<u8> {
    let output = &session.output;
    if output.is_json() {
        output.json(run)?;
        return Ok(0);
    }
    print(std::slice::from_ref(run), output);
    print_circumstances(run, output);
    output.heading("steps");
    let mut table = Table::new([
        "",
        "step",
        "database",
        "outcome",
        "rows",
        "stored",
        "data as of",
        "backup",
    ]);
    for step in &run.steps {
        table.row(vec![
            step.number.to_string().into(),
            step.operation.clone().into(),
            step.database.clone().into(),
            report::step_outcome(step),
            Cell::number(units::count(step.rows)),
            Cell::number(units::bytes(step.bytes)),
            step.data_as_of.map(units::time).unwrap_or_default().into(),
            step.backup.clone().unwrap_or_default().into(),
        ]);
    }
    output.table(&table);
    for step in &run.steps {
        tables::print(step, output);
    }
    if let Some(earlier) = &run.started.continues {
        let command = session.pasteable(&format!("weir runs {earlier}"));
        output.line(format!(
            "It continued run {earlier}: what is `done before` was not repeated. See: {command}"
        ));
    }
    if let Some(reason) = &run.unreadable {
        output.line(format!("A record of this run cannot be read: {reason}"));
    }
    print_failures(run, output);
    output.line(format!(
        "\nIts log: {}",
        session.pasteable(&format!("weir logs {}", run.started.run))
    ));
    Ok(0)
}

/// Who asked for the run, and how far it has come.
fn print_circumstances(run: &RunSummary, output: &Output) {
    let started = &run.started;
    if let Some(person) = &started.requested_by {
        output.line(format!("asked for by {person}"));
    }
    if let Some(due) = started.due {
        let attempt = started.attempt;
        output.line(format!("due {}, attempt {attempt}", units::time(due)));
    }
    for hold in &started.despite_holds {
        output.line(format!("in spite of {hold}"));
    }
    if let Some(progress) = run.progress.as_ref().filter(|_| !run.dead) {
        let of = match (progress.unit, progress.total) {
            (None, _) => String::new(),
            (Some(_), 0) => format!(": {}", units::count(progress.done)),
            (Some(_), total) => format!(": {} %", progress.done.saturating_mul(100) / total),
        };
        let RunProgress {
            step, steps, does, ..
        } = progress;
        output.line(format!(
            "at step {step}/{steps}, {does}{of}, as of {}",
            units::time(progress.at)
        ));
    }
}

/// Every failure of a run, each with what to do next. A run that never came to a step has one of
/// its own.
pub(super) fn print_failures(run: &RunSummary, output: &Output) {
    let failed = |step: &&Step| matches!(step.outcome, Outcome::Failed | Outcome::Interrupted);
    let mut failures: Vec<&Failure> = run
        .steps
        .iter()
        .filter(failed)
        .filter_map(|step| step.failure.as_ref())
        .collect();
    if failures.is_empty() {
        failures.extend(run.ended.iter().filter_map(|ended| ended.failure.as_ref()));
    }
    for failure in failures {
        let label = output.paint(Tone::Bad, "error:");
        output.line(format!("{label} {}: {}", failure.doing, failure.cause));
        if let Some(hint) = &failure.hint {
            output.line(format!(" {} {hint}", output.paint(Tone::Good, "hint:")));
        }
    }
}
