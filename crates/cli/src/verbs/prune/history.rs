//! `weir prune --history`: records that nobody needs any more.

use super::super::report;
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_config::Period;
use weir_model::error::Result;
use weir_pipeline::prune::{self, HistoryReport};

/// Prunes, or says what would go.
pub(super) async fn run(
    environment: &str,
    keep: Option<Period>,
    apply: bool,
    session: &Session,
) -> Result<u8> {
    let weir = session.weir()?;
    let kept_for = keep
        .unwrap_or(weir.fleet().serve.keep_runs.value)
        .duration();
    let context = session.context();
    let report = prune::prune_history(&weir, environment, kept_for, !apply, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, keep, session);
    }
    // What the store never lets go is told; what it may let go later is not done.
    let unfinished = report.stopped.filter(|stopped| stopped.transient);
    Ok(unfinished.map_or(0, |stopped| report::exit_code_of(&stopped)))
}

fn print(report: &HistoryReport, keep: Option<Period>, session: &Session) {
    let output = &session.output;
    let fate = if report.applied {
        "removed"
    } else {
        "would go"
    };
    output.line(format!(
        "{}: of before {} {} runs, {} claims of due times and {} holds {fate}",
        report.environment,
        units::time(report.before),
        report.runs,
        report.claims,
        report.holds,
    ));
    let stays = &report.stays;
    output.line(format!(
        "of that age stay: {} runs that something refers to, {} without an end, {} that cannot be read",
        stays.referred, stays.unfinished, stays.unreadable
    ));
    if let Some(stopped) = &report.stopped {
        let text = format!("the rest stays: {}: {}", stopped.doing, stopped.cause);
        output.line(output.paint(Tone::Doubtful, text));
    }
    let any = report.runs + report.claims + report.holds > 0;
    if any && !report.applied {
        let keep = keep.map_or(String::new(), |keep| format!(" --keep-runs {keep}"));
        let command = format!("weir prune {} --history{keep} --apply", report.environment);
        let command = session.pasteable(&command);
        output.line(format!("Nothing was removed. To remove them: {command}"));
    }
}
