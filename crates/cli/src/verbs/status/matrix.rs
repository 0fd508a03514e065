//! Apps × environments.

use crate::output::{Cell, Output, Table};
use crate::style::Tone;
use crate::units;
use std::time::Duration;
use weir_pipeline::status::{Cell as Standing, CellState, StatusReport};

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
    let mut words = vec![word.to_owned()];
    words.extend(standing.data.map(|state| state.to_string()));
    words.extend(standing.age_seconds.map(|seconds| {
        let age = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        format!("{} old", units::duration(age))
    }));
    words.extend(standing.backups.map(|count| match count {
        1 => "1 backup".to_owned(),
        several => format!("{several} backups"),
    }));
    Cell::toned(tone, words.join(" · "))
}
