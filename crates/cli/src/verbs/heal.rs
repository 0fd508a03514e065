//! `weir heal`: what a dead run left is dropped or finished.

use super::report;
use super::selection::Selected;
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::Result;
use weir_pipeline::DeadRun;
use weir_pipeline::heal::{self, HealReport};

/// Find what dead runs left at the targets, and drop or finish it.
///
/// Every run does this first; by hand it is needed only when nothing is to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selected: Selected,

    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Heals the selection, or everything.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let selection = arguments.selected.or_all();
    let context = session.context();
    let healing = heal::heal(&weir, &selection, arguments.dry_run, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&healing)?;
    } else {
        print(session, &healing.healed);
        for dead in &healing.closed {
            print_dead(dead, session, arguments.dry_run);
        }
    }
    Ok(exit_code(&healing.healed))
}

fn exit_code(reports: &[HealReport]) -> u8 {
    let failure = reports.iter().find_map(|report| report.failure.as_ref());
    failure.map_or(0, report::exit_code_of)
}

fn print(session: &Session, reports: &[HealReport]) {
    let output = &session.output;
    for report in reports {
        let name = format!("{}/{} {}", report.environment, report.app, report.database);
        if let Some(failure) = &report.failure {
            let text = format!("{name}: {}: {}", failure.doing, failure.cause);
            output.line(output.paint(Tone::Bad, text));
            if let Some(hint) = &failure.hint {
                output.line(format!(" {} {hint}", output.paint(Tone::Good, "hint:")));
            }
        } else if report.actions.is_empty() {
            output.line(format!("{name}: {}", output.paint(Tone::Good, "healthy")));
        }
        for action in &report.actions {
            output.line(format!("{name}: {action}"));
        }
    }
}

/// A run found dead, and what becomes of its job.
fn print_dead(dead: &DeadRun, session: &Session, dry_run: bool) {
    let address = report::address(&dead.environment, &dead.app, &dead.job);
    let closed = if dry_run {
        "would be closed"
    } else {
        "is closed"
    };
    session.output.line(format!(
        "{address}: run {} ({}), begun {}, has died; its record {closed}",
        dead.run,
        dead.verb,
        units::time(dead.at)
    ));
    if let Some(until) = dead.continued_until {
        let command = session.pasteable(&format!("weir run {address}"));
        let until = units::time(until);
        session
            .output
            .line(format!("  to continue it, before {until}: {command}"));
    }
}
