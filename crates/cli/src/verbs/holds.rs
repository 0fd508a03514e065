//! `weir holds`: what is held, by whom, until when and why.

use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::Result;
use weir_pipeline::holds::{self, HoldReport, HoldSummary};

/// List what is held, by whom, until when and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only of this environment
    #[arg(value_name = "ENV")]
    environment: Option<String>,

    /// Those too that have ended
    #[arg(long)]
    all: bool,
}

/// Lists.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    let environment = arguments.environment.as_deref();
    let report = holds::list(&weir, environment, arguments.all, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, session);
    }
    Ok(0)
}

/// Prints the holds and what cannot be read of them.
pub(super) fn print(report: &HoldReport, session: &Session) {
    let output = &session.output;
    if report.holds.is_empty() && report.unreadable.is_empty() {
        output.line("Nothing is held.");
    }
    table(&report.holds, output);
    for hold in &report.unreadable {
        let text = format!("{} cannot be read: {}", hold.id, hold.why);
        output.line(output.paint(Tone::Bad, text));
        let command = session.pasteable(&format!("weir release {}", hold.id));
        output.line(format!(
            "  Nothing that replaces a live copy of {} starts until it can, or is released: {command}",
            hold.environment
        ));
    }
}

fn table(holds: &[HoldSummary], output: &Output) {
    if holds.is_empty() {
        return;
    }
    let mut table = Table::new(["hold", "what", "operation", "by", "until", "", "reason"]);
    for found in holds {
        let hold = &found.hold;
        let standing = match &found.released {
            Some(released) => Cell::toned(Tone::Faint, format!("released by {}", released.by)),
            None if found.in_force => Cell::toned(Tone::Doubtful, "in force"),
            None => Cell::toned(Tone::Faint, "over"),
        };
        table.row(vec![
            hold.id.clone().into(),
            hold.place().into(),
            hold.operation.as_deref().unwrap_or("everything").into(),
            hold.owner.clone().into(),
            units::time(hold.until).into(),
            standing,
            hold.reason.clone().into(),
        ]);
    }
    output.table(&table);
}
