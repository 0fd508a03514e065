//! `weir sanitise check`

use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use serde_json::json;
use weir_model::error::Result;
use weir_pipeline::drift::{ChangeKind, Drift};
use weir_pipeline::sanitise::check::{self, Checked};
use weir_pipeline::sanitise::proof::{CheckRules, Holds};
use weir_pipeline::sanitise::rules::{ColumnRules, Does, Filtering, Rows, TableRules};

/// Checks, and prints what the rules do. The first refusal decides the exit code.
pub(super) async fn run(session: &Session, what: Option<&str>, live: bool) -> Result<u8> {
    let weir = session.weir()?;
    let checked = check::check(&weir, what, live, &session.context()).await?;
    session.progress.close();
    let output = &session.output;
    if output.is_json() {
        output.json(&json!({ "checked": checked }))?;
    } else if checked.is_empty() {
        output.line("No database has a ruleset.");
    }
    for one in &checked {
        if !output.is_json() {
            print(one, output);
        }
        if let Some(error) = &one.error {
            session.failures.report(error);
        }
    }
    let first = checked.iter().find_map(|one| one.error.as_ref());
    Ok(first.map_or(0, |error| error.kind().exit_code()))
}

fn print(checked: &Checked, output: &Output) {
    output.heading(&format!(
        "{}/{} ({}): {}",
        checked.environment, checked.app, checked.database, checked.ruleset
    ));
    if let Some(against) = &checked.against {
        output.line(output.paint(Tone::Faint, format!("  against {against}")));
    }
    if !checked.tables.is_empty() {
        output.table(&rules(&checked.tables));
    }
    print_checks(&checked.checks, output);
    if let Some(drift) = &checked.drift {
        print_drift(drift, output);
    }
    let verdict = match &checked.error {
        None => output.paint(Tone::Good, summary(&checked.tables)),
        Some(_) => output.paint(Tone::Bad, "data would be refused:"),
    };
    output.line(verdict);
}

/// A line for each column of a table whose rows arrive and for all that decides which do, one for
/// each other table.
fn rules(tables: &[TableRules]) -> Table {
    let mut table = Table::new(["table", "column", "type", "what happens", "rule", "why"]);
    for rules in tables {
        let name = || Cell::from(rules.table.clone());
        match rules.rows {
            Rows::None => table.row(whole(name(), "made without rows", &rules.because)),
            Rows::Skipped => table.row(whole(name(), "not made", &rules.because)),
            Rows::Arrive => {
                for column in &rules.columns {
                    table.row(vec![
                        name(),
                        column.column.clone().into(),
                        column.data_type.clone().into(),
                        does(column.does),
                        rule(column),
                        Cell::toned(Tone::Faint, column.because.clone()),
                    ]);
                }
            }
        }
        for filter in &rules.filters {
            let by = &filter.by;
            let what = match filter.does {
                Filtering::Keep => format!("only rows with {by} arrive"),
                Filtering::Drop => format!("rows with {by} are left out"),
                Filtering::Sample => format!("only {by} arrives"),
                Filtering::Limit => format!("only {by} arrive"),
            };
            table.row(whole(name(), &what, &filter.place));
        }
        for parent in &rules.only_with {
            let what = format!("rows that point to none of {parent} are removed");
            table.row(whole(name(), &what, ""));
        }
    }
    table
}

fn whole(name: Cell, what: &str, why: &str) -> Vec<Cell> {
    let what = Cell::toned(Tone::Doubtful, what);
    let why = Cell::toned(Tone::Faint, why);
    vec![name, "".into(), "".into(), what, "".into(), why]
}

/// What is put in the place of the values.
fn rule(column: &ColumnRules) -> Cell {
    match column.does {
        Does::Masked | Does::Shuffled => column.rule.clone().into(),
        _ => "".into(),
    }
}

fn does(does: Does) -> Cell {
    match does {
        Does::Kept => Cell::toned(Tone::Doubtful, "kept"),
        Does::Masked => Cell::toned(Tone::Good, "masked"),
        Does::Shuffled => Cell::toned(Tone::Good, "shuffled"),
        Does::Computed => Cell::toned(Tone::Faint, "computed again"),
        Does::Left => Cell::toned(Tone::Faint, "left out"),
        Does::Unclassified => Cell::toned(Tone::Bad, "NOT CLASSIFIED"),
    }
}

/// What is known of the CHECKs over masked columns: those that are proven are only counted.
fn print_checks(checks: &[CheckRules], output: &Output) {
    let count = |wanted: Holds| checks.iter().filter(|check| check.holds == wanted).count();
    if checks.is_empty() {
        return;
    }
    output.line(format!(
        "CHECKs over masked columns: {} proven, {} tried, {} unproven",
        count(Holds::Proven),
        count(Holds::Tried),
        count(Holds::Unproven)
    ));
    for check in checks {
        let tone = match check.holds {
            Holds::Proven => continue,
            Holds::Tried => Tone::Faint,
            Holds::Unproven => Tone::Doubtful,
        };
        let line = format!("  {} {}: {}", check.table, check.check, check.because);
        output.line(output.paint(tone, line));
    }
}

fn print_drift(drift: &Drift, output: &Output) {
    if let Some(why) = &drift.unknown {
        let text = format!("what has changed since {}: {why}", drift.since);
        output.line(output.paint(Tone::Doubtful, text));
        return;
    }
    if drift.changes.is_empty() {
        return;
    }
    output.line(format!(
        "changed since {}, which went through the rules last:",
        drift.since
    ));
    for change in &drift.changes {
        let tone = match change.change {
            _ if change.likely.is_some() => Tone::Bad,
            ChangeKind::TableAdded | ChangeKind::ColumnAdded | ChangeKind::ObjectAdded => {
                Tone::Doubtful
            }
            ChangeKind::ColumnRenamed | ChangeKind::ColumnRetyped => Tone::Doubtful,
            ChangeKind::TableDropped | ChangeKind::ColumnDropped | ChangeKind::ObjectDropped => {
                Tone::Faint
            }
        };
        output.line(format!("  {}", output.paint(tone, change.to_string())));
    }
}

fn summary(tables: &[TableRules]) -> String {
    let count = |wanted: &[Does]| {
        let columns = tables.iter().flat_map(|table| &table.columns);
        columns
            .filter(|column| wanted.contains(&column.does))
            .count()
    };
    let of = |wanted: &dyn Fn(&TableRules) -> bool| tables.iter().filter(|one| wanted(one)).count();
    let filtered = |one: &TableRules| !one.filters.is_empty() || !one.only_with.is_empty();
    let fates = [
        (of(&|one| one.rows == Rows::None), "made without rows"),
        (of(&|one| one.rows == Rows::Skipped), "not made"),
        (of(&filtered), "with some of their rows"),
    ];
    let fates: String = fates
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, fate)| format!(", {count} {fate}"))
        .collect();
    format!(
        "sound: {}{fates}, {} masked, {} kept on purpose",
        units::of(tables.len(), "table"),
        units::of(count(&[Does::Masked, Does::Shuffled]), "column"),
        count(&[Does::Kept])
    )
}
