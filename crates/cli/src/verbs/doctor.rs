//! `weir doctor`: what would stop a run, found before the night.

use crate::output::Output;
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use std::time::Duration;
use weir_model::error::Result;
use weir_pipeline::doctor::{self, Check, DoctorReport, Verdict};

/// Find what would stop a run: secrets, stores, lifecycles, clocks, databases, grants, room.
///
/// Each check prints a line, and what to do where something is wrong. Nothing that lasts is
/// changed: one small object is written into the state store and removed again. What this host
/// has no secrets for is somebody else's business, unless the environment is named.
///
/// Exit code 0 when nothing failed; otherwise the lowest code of the kinds that failed
/// (docs/exit-codes.md). Warnings do not change it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An environment, or one app in it
    #[arg(value_name = "ENV[/APP]")]
    what: Option<String>,

    /// How long one check may take
    #[arg(long, value_name = "SECONDS", default_value_t = doctor::DEADLINE.as_secs(),
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// Looks, and prints what was found.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let deadline = Duration::from_secs(arguments.timeout);
    let what = arguments.what.as_deref();
    let report = doctor::doctor(&weir, what, deadline, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, session);
    }
    Ok(report.exit_code())
}

fn print(report: &DoctorReport, session: &Session) {
    let output = &session.output;
    let mut place = None;
    for check in &report.checks {
        if place != Some(&check.place) {
            output.heading(&check.place);
            place = Some(&check.place);
        }
        line(check, session);
    }
    output.line(format!("\n{}", summary(&report.checks, output)));
}

fn line(check: &Check, session: &Session) {
    let output = &session.output;
    let (mark, tone) = match check.verdict {
        Verdict::Ok => ("✓", Tone::Good),
        Verdict::Note => ("·", Tone::Faint),
        Verdict::Warning => ("!", Tone::Doubtful),
        Verdict::Failure => ("✗", Tone::Bad),
    };
    output.line(format!(
        "{} {}: {}",
        output.paint(tone, mark),
        check.about,
        check.what
    ));
    if let Some(fix) = &check.fix {
        let fix = session.pasteable(fix);
        output.line(format!("    {} {fix}", output.paint(Tone::Strong, "fix:")));
    }
}

fn summary(checks: &[Check], output: &Output) -> String {
    let count = |verdict| {
        checks
            .iter()
            .filter(|check| check.verdict == verdict)
            .count()
    };
    let (failures, warnings) = (count(Verdict::Failure), count(Verdict::Warning));
    let tone = match (failures, warnings) {
        (0, 0) => Tone::Good,
        (0, _) => Tone::Doubtful,
        _ => Tone::Bad,
    };
    let text = [
        units::of(checks.len(), "check"),
        units::of(failures, "failure"),
        units::of(warnings, "warning"),
    ];
    output.paint(tone, text.join(", "))
}
