//! Apps × environments.

use crate::output::{Cell, Output, Table};
use crate::style::Tone;
use jiff::SignedDuration;
use weir_pipeline::status::{Cell as Standing, CellState, StatusReport};
use weir_pipeline::words;

/// Prints a row for each app and a column for each environment.
pub(super) fn print(report: &StatusReport, output: &Output) {
    let header = std::iter::once("app").chain(report.environments.iter().map(String::as_str));
    let mut table = Table::with_header(header.map(str::to_owned).collect());
    for row in &report.matrix {
        let mut cells: Vec<Cell> = vec![row.app.clone().into()];
        for environment in &report.environments {
            cells.push(row.cells.get(environment).map_or_else(|| "-".into(), cell));
        }
        table.row(cells);
    }
    output.table(&table);
}

/// `well · sanitised · 3 h old · 8 backups`
fn cell(standing: &Standing) -> Cell {
    let (word, tone) = match standing.state {
        CellState::Well => ("well", Tone::Good),
        CellState::Running => ("running", Tone::Strong),
        CellState::Unknown => ("unknown", Tone::Doubtful),
        CellState::NeverRan => ("never ran", Tone::Bad),
        CellState::Late => ("late", Tone::Bad),
        CellState::Failed => ("failed", Tone::Bad),
    };
    let mut parts = vec![word.to_owned()];
    parts.extend(standing.data.map(|state| state.to_string()));
    parts.extend(
        standing
            .age_seconds
            .map(|seconds| format!("{} old", words::age(SignedDuration::from_secs(seconds)))),
    );
    parts.extend(standing.backups.map(|count| match count {
        1 => "1 backup".to_owned(),
        several => format!("{several} backups"),
    }));
    parts.extend(standing.held.iter().map(|hold| match &hold.operation {
        Some(operation) => format!("{operation} held"),
        None => "held".to_owned(),
    }));
    Cell::toned(tone, parts.join(" · "))
}
