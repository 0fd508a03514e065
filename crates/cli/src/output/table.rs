//! Aligned columns without lines around them.

use crate::style::{Style, Tone};
use weir_pipeline::words::printable;

use comfy_table::{Attribute, Cell as Drawn, CellAlignment, Color, ContentArrangement, presets};

/// One cell: a text, perhaps in a tone.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    tone: Option<Tone>,
    right: bool,
}

impl Cell {
    /// A cell in a tone.
    pub(crate) fn toned(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone: Some(tone),
            ..Self::from(text.into())
        }
    }

    /// A number: right-aligned.
    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self {
            right: true,
            ..Self::from(text.into())
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        // Lines of a cell are meant; all else that steers a terminal is somebody's value.
        let lines: Vec<String> = text.into().split('\n').map(printable).collect();
        Self {
            text: lines.join("\n"),
            tone: None,
            right: false,
        }
    }
}

/// Rows under a header.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these column names.
    pub(crate) fn new<const N: usize>(header: [&str; N]) -> Self {
        Self::with_header(header.iter().map(ToString::to_string).collect())
    }

    /// A table whose column names are known only at run time.
    pub(crate) fn with_header(header: Vec<String>) -> Self {
        Self {
            header,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Names above numbers stand at the right, as the numbers do.
    fn header_cells(&self) -> Vec<Drawn> {
        let right = |index: usize| {
            self.rows
                .iter()
                .any(|row| row.get(index).is_some_and(|cell| cell.right))
        };
        let names = self.header.iter().enumerate();
        names
            .map(|(index, name)| {
                let drawn = Drawn::new(name).add_attribute(Attribute::Bold);
                if right(index) {
                    drawn.set_alignment(CellAlignment::Right)
                } else {
                    drawn
                }
            })
            .collect()
    }

    /// The table as text, each line ended.
    pub(crate) fn render(&self, style: Style) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        // A name is never broken over lines, so that it can be copied.
        table.set_content_arrangement(ContentArrangement::Disabled);
        if style.is_coloured() {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(self.header_cells());
        for row in &self.rows {
            table.add_row(row.iter().map(draw).collect::<Vec<_>>());
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let mut text = String::new();
        for line in table.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

fn draw(cell: &Cell) -> Drawn {
    let drawn = Drawn::new(&cell.text);
    let drawn = if cell.right {
        drawn.set_alignment(CellAlignment::Right)
    } else {
        drawn
    };
    match cell.tone {
        None => drawn,
        Some(Tone::Good) => drawn.fg(Color::Green),
        Some(Tone::Doubtful) => drawn.fg(Color::Yellow),
        Some(Tone::Bad) => drawn.fg(Color::Red),
        Some(Tone::Strong) => drawn.add_attribute(Attribute::Bold),
        Some(Tone::Faint) => drawn.add_attribute(Attribute::Dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let mut table = Table::new(["app", "rows"]);
        table.row(vec!["content-store".into(), Cell::number("7")]);
        table.row(vec!["ckan".into(), Cell::number("1,200")]);
        let text = table.render(Style::PLAIN);
        assert_eq!(
            text,
            "app             rows\ncontent-store      7\nckan           1,200\n"
        );
    }
}
