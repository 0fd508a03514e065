//! What the rules do to the shadow as a whole, then scripts: three statements, one a line. All of
//! them happen or none does.

mod steps;

use super::document::{Cell, Document};
use super::load::Restore;
use weir_engine::{Context, Script};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;

pub(super) fn run(restore: &Restore, scripts: &[Script], context: &Context) -> Result<()> {
    let doing = restore.doing("transform the shadow of");
    context.check(&doing)?;
    let masker = restore.request.masker.as_ref();
    let steps = masker.map_or(&[][..], |masker| masker.steps());
    if !scripts.is_empty() || !steps.is_empty() {
        let mut document = restore.shadow()?;
        steps::run(&mut document, steps, context)?;
        for script in scripts {
            run_script(&mut document, script, context)?;
        }
        document.write(&restore.files.shadow)?;
    }
    context.checkpoint(Checkpoint::ScriptsRun);
    Ok(())
}

fn run_script(document: &mut Document, script: &Script, context: &Context) -> Result<()> {
    for (line, statement) in (1_u32..).zip(script.text.lines()) {
        context.check("run scripts")?;
        let statement = statement.trim();
        if statement.is_empty() || statement.starts_with('#') {
            continue;
        }
        apply(document, statement).map_err(|cause| {
            Error::new(
                Kind::Script,
                format!("run line {line} of {}", script.name),
                cause,
            )
            .hint("correct the script; the live copy is untouched")
        })?;
    }
    Ok(())
}

fn apply(document: &mut Document, statement: &str) -> Result<(), String> {
    let words: Vec<&str> = statement.splitn(6, ' ').collect();
    match words.as_slice() {
        ["drop", table] => {
            let before = document.tables.len();
            document.tables.retain(|found| found.name != *table);
            if document.tables.len() == before {
                return Err(format!("there is no table {table}"));
            }
            Ok(())
        }
        ["delete", table, "where", column, "=", value] => delete(document, table, column, value),
        ["set", target, "=", value @ ..] => {
            let (table, column) = target
                .split_once('.')
                .ok_or("`set` takes TABLE.COLUMN = VALUE")?;
            set(document, table, column, &value.join(" "))
        }
        _ => Err("it is none of the statements `delete`, `set` and `drop`".to_owned()),
    }
}

fn delete(document: &mut Document, table: &str, column: &str, value: &str) -> Result<(), String> {
    let (position, value) = (column_of(document, table, column)?, parse(value));
    if let Some(table) = document.table_mut(table) {
        table.rows.retain(|row| row.get(position) != Some(&value));
    }
    Ok(())
}

fn set(document: &mut Document, table: &str, column: &str, value: &str) -> Result<(), String> {
    let (position, value) = (column_of(document, table, column)?, parse(value));
    for row in document
        .table_mut(table)
        .into_iter()
        .flat_map(|table| &mut table.rows)
    {
        if let Some(cell) = row.get_mut(position) {
            *cell = value.clone();
        }
    }
    Ok(())
}

fn column_of(document: &Document, table: &str, column: &str) -> Result<usize, String> {
    document
        .table(table)
        .ok_or_else(|| format!("there is no table {table}"))?
        .column(column)
        .ok_or_else(|| format!("table {table} has no column {column}"))
}

fn parse(value: &str) -> Cell {
    match value.parse() {
        _ if value == "null" => Cell::Null,
        Ok(number) => Cell::Integer(number),
        Err(_) => Cell::Text(value.trim_matches('\'').to_owned()),
    }
}
