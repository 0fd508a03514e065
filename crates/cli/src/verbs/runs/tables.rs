//! How long each table of a step took.

use crate::output::{Cell, Output, Table};
use crate::units;
use weir_model::run::{Step, slowest_first};

/// Tables shown of a step; all that are recorded are in the JSON.
const MOST: usize = 10;

/// The slowest tables of a step, where times are known.
pub(super) fn print(step: &Step, output: &Output) {
    let mut tables = step.tables.clone();
    tables.retain(|table| table.milliseconds.is_some());
    if tables.is_empty() {
        return;
    }
    slowest_first(&mut tables);
    output.heading(&format!("slowest tables of step {}", step.number));
    let mut shown = Table::new(["table", "rows", "took", "rows/s"]);
    for table in tables.iter().take(MOST) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole rows are enough
        let rate = table
            .rows_per_second()
            .map(|rate| units::count(rate as u64));
        let took = table.milliseconds.map(units::milliseconds);
        shown.row(vec![
            table.name.clone().into(),
            Cell::number(units::count(table.rows)),
            Cell::number(took.unwrap_or_default()),
            Cell::number(rate.unwrap_or_default()),
        ]);
    }
    output.table(&shown);
}
