//! A problem as plain text, for logs and for terminals without colour.

use std::fmt;

use super::Problem;

pub(super) fn plain(problem: &Problem, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(
        formatter,
        "{}:{}:{}: {}",
        problem.file, problem.line, problem.column, problem.message
    )?;
    let number = problem.line.to_string();
    let gutter = " ".repeat(number.len());
    let line = printable(problem.source.lines().nth(problem.line - 1).unwrap_or(""));
    write!(formatter, "\n  {number} | {line}")?;
    let marker = format!(
        "{}{} {}",
        padding(&line, problem.column - 1),
        "^".repeat(marked_width(problem, &line)),
        problem.label
    );
    write!(formatter, "\n  {gutter} | {}", marker.trim_end())?;
    if !problem.help.is_empty() {
        write!(formatter, "\n  help: {}", problem.help)?;
    }
    Ok(())
}

/// The line without characters that would move a terminal's cursor.
fn printable(line: &str) -> String {
    line.chars()
        .map(|character| match character {
            '\t' => '\t',
            control if control.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

/// Blank text as wide as the first `columns` characters of `line` (tabs stay tabs).
fn padding(line: &str, columns: usize) -> String {
    line.chars()
        .take(columns)
        .map(|character| if character == '\t' { '\t' } else { ' ' })
        .collect()
}

/// How many characters to mark: the part of the span on its first line, at least one.
fn marked_width(problem: &Problem, line: &str) -> usize {
    let marked = problem
        .source
        .get(problem.span.start..problem.span.end)
        .and_then(|text| text.lines().next())
        .map_or(0, |text| text.trim_end().chars().count());
    let room = line.chars().count().saturating_sub(problem.column - 1);
    marked.min(room).max(1)
}
