//! `weir sanitise preview`

use super::Target;
use crate::output::{Cell, Output, Table};
use crate::session::Session;
use crate::style::Tone;
use serde_json::json;
use unicode_width::UnicodeWidthStr as _;
use weir_model::error::Result;
use weir_pipeline::preview::{self, CellPreview, Preview, RowPreview, TablePreview, Wish};
use weir_pipeline::sanitise::rules::{ColumnRules, Does, Rows};
use weir_pipeline::words::printable;

/// Columns of the terminal that a value takes at most, where nothing is known of the terminal.
const USUAL: usize = 48;
/// And where it is narrow, or wide.
const LEAST: usize = 12;
const MOST: usize = 96;

/// Shows rows before and after, side by side.
pub(super) async fn run(session: &Session, target: &Target, wish: &Wish) -> Result<u8> {
    let (weir, context) = (session.weir()?, session.context());
    let database = target.database.as_deref();
    let previews = preview::preview(&weir, &target.job, database, wish, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&json!({ "previews": previews }))?;
        return Ok(0);
    }
    for preview in &previews {
        print(preview, &session.output);
    }
    Ok(0)
}

fn print(preview: &Preview, output: &Output) {
    output.line(format!(
        "{}/{} ({}): rows of {}",
        preview.environment, preview.app, preview.database, preview.from
    ));
    if !preview.originals {
        let text = "values before are shown by their shapes; see them with --show-originals";
        output.line(output.paint(Tone::Faint, text));
    }
    for table in &preview.tables {
        print_table(table, output);
    }
}

fn print_table(table: &TablePreview, output: &Output) {
    output.heading(&printable(&table.rules.table));
    let faint = |text: String| output.line(output.paint(Tone::Faint, text));
    match table.rules.rows {
        Rows::None => return faint("made without rows".to_owned()),
        Rows::Skipped => return faint("not made".to_owned()),
        Rows::Arrive => {}
    }
    let left: Vec<&str> = names(&table.rules.columns, &[Does::Kept]);
    if !left.is_empty() {
        faint(format!("kept as they are: {}", printable(&left.join(", "))));
    }
    if names(&table.rules.columns, &[Does::Masked, Does::Shuffled]).is_empty() {
        return;
    }
    if table.sample.is_empty() {
        return faint("it has no rows".to_owned());
    }
    let columns = &table.rules.columns;
    let mut page = Page {
        room: room(columns),
        table: Table::new(["row", "column", "before", "after"]),
    };
    for (number, row) in table.sample.iter().enumerate() {
        page.row(number + 1, row, columns);
    }
    output.table(&page.table);
}

/// The room for one value beside another, as wide as the terminal is.
fn room(columns: &[ColumnRules]) -> usize {
    // Between the columns of the table, and for the row's number.
    const BETWEEN: usize = 14;
    let Some(terminal) = comfy_table::Table::new().width() else {
        return USUAL;
    };
    let names = columns
        .iter()
        .map(|column| printable(&column.column).width());
    let taken = names.max().unwrap_or_default() + BETWEEN;
    (usize::from(terminal).saturating_sub(taken) / 2).clamp(LEAST, MOST)
}

fn names<'a>(columns: &'a [ColumnRules], wanted: &[Does]) -> Vec<&'a str> {
    let columns = columns
        .iter()
        .filter(|column| wanted.contains(&column.does));
    columns.map(|column| column.column.as_str()).collect()
}

/// Rows being written down.
struct Page {
    room: usize,
    table: Table,
}

impl Page {
    /// A line for each column that is written anew.
    fn row(&mut self, number: usize, row: &RowPreview, columns: &[ColumnRules]) {
        let mut first = Some(number.to_string());
        for (column, cell) in columns.iter().zip(&row.cells) {
            if !matches!(column.does, Does::Masked | Does::Shuffled) {
                continue;
            }
            let cells = vec![
                Cell::number(first.take().unwrap_or_default()),
                printable(&column.column).into(),
                self.shown(cell.before.as_deref()),
                self.after(row, column, cell),
            ];
            self.table.row(cells);
        }
    }

    fn after(&self, row: &RowPreview, column: &ColumnRules, cell: &CellPreview) -> Cell {
        match (&cell.after, column.does) {
            _ if row.left_out => Cell::toned(Tone::Faint, "(the row is left out)"),
            (_, Does::Shuffled) => Cell::toned(Tone::Good, "(the value of another row)"),
            (Some(text), _) if cell.changed => Cell::toned(Tone::Good, cut(text, self.room)),
            (None, _) if cell.changed => Cell::toned(Tone::Good, "NULL"),
            (text, _) => self.shown(text.as_deref()),
        }
    }

    fn shown(&self, value: Option<&str>) -> Cell {
        match value {
            None => Cell::toned(Tone::Faint, "NULL"),
            Some(text) => Cell::from(cut(text, self.room)),
        }
    }
}

/// The text on one line, as far as there is room for it.
fn cut(text: &str, room: usize) -> String {
    let mut shown = String::new();
    let mut taken = 0;
    for letter in text.chars() {
        let letter = printable(letter.encode_utf8(&mut [0; 4]));
        taken += letter.width();
        if taken > room {
            shown.push('…');
            break;
        }
        shown.push_str(&letter);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(cut("ääääää", 4), "ääää…");
        assert_eq!(cut("王芳王芳", 4), "王芳…");
        assert_eq!(cut("short", 5), "short");
    }
}
