//! `weir prune`: makes room in a store that has no lifecycle of its own.

mod history;

use super::report;
use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_config::Period;
use weir_model::error::Result;
use weir_pipeline::prune::{self, PruneReport, Pruned, Verdict};

/// Remove backups that are older than `keep` and that nothing needs. Only says so, without --apply.
///
/// With --history, records of runs, claims of due times and holds of an environment instead, which
/// were over long ago; runs that are not over or that something refers to stay.
///
/// For folders, and for buckets without a lifecycle. What never goes: the newest whole backup of a
/// database, as many as its schedule should have left within `keep`, the one that was restored
/// last downstream, any while a run that may read it is not over, and what is not known to be this
/// environment's.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The environment, or one app in it
    #[arg(value_name = "ENV[/APP]")]
    what: String,

    /// Remove them
    #[arg(long)]
    apply: bool,

    /// Prune the environment's history, and no backups
    #[arg(long)]
    history: bool,

    /// For how long the history is kept, at least 8d [default: `keep_runs` of the configuration, 180d]
    #[arg(long, value_name = "PERIOD", requires = "history")]
    keep_runs: Option<Period>,
}

/// Prunes.
pub(crate) async fn run(arguments: &Arguments, session: &Session) -> Result<u8> {
    let weir = session.weir()?;
    if arguments.history {
        return history::run(
            &arguments.what,
            arguments.keep_runs,
            arguments.apply,
            session,
        )
        .await;
    }
    let (environment, app) = arguments
        .what
        .split_once('/')
        .map_or((arguments.what.as_str(), None), |(environment, app)| {
            (environment, Some(app))
        });
    let context = session.context();
    let report = prune::prune(&weir, environment, app, arguments.apply, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, session, &arguments.what);
    }
    report::report_failures(&report.run, session);
    Ok(report::exit_code(&report.run))
}

fn print(report: &PruneReport, session: &Session, what: &str) {
    let output = &session.output;
    let mut table = Table::new(["backup", "", "stored", "why"]);
    let mut listed = 0;
    for database in &report.databases {
        for verdict in &database.goes {
            let (tone, fate) = match (verdict.removed, report.applied) {
                (true, _) => (Tone::Good, "removed"),
                (false, true) => (Tone::Bad, "not removed"),
                (false, false) => (Tone::Doubtful, "would go"),
            };
            table.row(row(verdict, Cell::toned(tone, fate)));
        }
        for verdict in &database.stays {
            table.row(row(verdict, "stays".into()));
        }
        listed += database.goes.len() + database.stays.len();
    }
    if listed > 0 {
        output.table(&table);
    }
    for database in &report.databases {
        total(database, report.applied, output);
    }
    let any = report
        .databases
        .iter()
        .any(|database| !database.goes.is_empty());
    if any && !report.applied {
        let command = session.pasteable(&format!("weir prune {what} --apply"));
        output.line(format!("Nothing was removed. To remove them: {command}"));
    }
}

fn row(verdict: &Verdict, fate: Cell) -> Vec<Cell> {
    vec![
        verdict.reference.clone().into(),
        fate,
        Cell::number(units::bytes(verdict.bytes)),
        verdict.why.clone().into(),
    ]
}

/// One line for each database.
fn total(database: &Pruned, applied: bool, output: &Output) {
    let published = if database.published {
        ", published"
    } else {
        ""
    };
    let name = format!(
        "{}/{} {}{published}",
        database.environment, database.app, database.database
    );
    let Some(keep) = database.keep_seconds else {
        output.line(format!("{name}: `keep` is not set, so nothing ever goes"));
        return;
    };
    let counted = |verdict: &&Verdict| verdict.removed == applied;
    let going: Vec<&Verdict> = database.goes.iter().filter(counted).collect();
    let bytes = going.iter().map(|verdict| verdict.bytes).sum();
    let done = if applied { "removed" } else { "would go" };
    output.line(format!(
        "{name}: {} {done} ({}); of those that stay, {} are older than keep ({}) and {} younger",
        going.len(),
        units::bytes(bytes),
        database.stays.len(),
        units::duration(std::time::Duration::from_secs(keep)),
        database.younger,
    ));
}
