//! `weir verify --adoptable`: what became of the dumps that others put into a store.

use crate::output::{Cell, Table};
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use weir_model::error::{Kind, Result};
use weir_pipeline::Engines;
use weir_pipeline::adoptable::{self, Found, Leads, Looked, Pointer, Survey};

/// Reads them all, says what was found, and fails where one is damaged.
pub(super) async fn run(place: &str, session: &Session) -> Result<u8> {
    let survey = adoptable::survey(place, &Engines::built_in(), &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&survey)?;
    } else {
        print(&survey, session);
    }
    for dump in &survey.dumps {
        if let Some(failure) = dump.found.failure() {
            session.failures.report(failure);
        }
    }
    Ok(survey.worst().map_or(0, Kind::exit_code))
}

fn print(survey: &Survey, session: &Session) {
    let mut table = Table::new(["", "object", "size", "found"]);
    for dump in &survey.dumps {
        table.row(vec![
            state(&dump.found),
            dump.key.clone().into(),
            Cell::number(units::bytes(dump.bytes)),
            in_words(&dump.found).into(),
        ]);
    }
    for pointer in &survey.pointers {
        table.row(vec![
            Cell::toned(pointer_tone(pointer), "pointer"),
            pointer.key.clone().into(),
            Cell::number(""),
            pointer_in_words(pointer).into(),
        ]);
    }
    session.output.table(&table);
    session.output.line(summary(survey));
}

fn state(found: &Found) -> Cell {
    match found {
        Found::Whole { .. } => Cell::toned(Tone::Good, "whole"),
        Found::Damaged { .. } => Cell::toned(Tone::Bad, "damaged"),
        Found::Unread { .. } => Cell::toned(Tone::Bad, "not read"),
        Found::Own => Cell::toned(Tone::Faint, "own"),
        Found::Unknown => Cell::toned(Tone::Faint, "unknown"),
    }
}

fn in_words(found: &Found) -> String {
    match found {
        Found::Whole {
            made_by,
            database,
            made_at,
            tables,
            rows,
        } => {
            let tables = units::of(usize::try_from(*tables).unwrap_or(usize::MAX), "table");
            let mut words = format!("{} rows in {tables}; {made_by}", units::count(*rows));
            if let Some(database) = database {
                words.push_str(&format!(", of {database}"));
            }
            if let Some(made_at) = made_at {
                words.push_str(&format!(", made {}", made_at.replace('T', " ")));
            }
            words
        }
        Found::Damaged { failure } | Found::Unread { failure } => failure.cause(),
        Found::Own => "a backup of Weir's own: `weir verify ENV/APP` proves it".to_owned(),
        Found::Unknown => "no dump that Weir can adopt".to_owned(),
    }
}

fn pointer_tone(pointer: &Pointer) -> Tone {
    match (pointer.misleads(), pointer.leads_to, &pointer.newer) {
        (true, _, _) => Tone::Bad,
        (false, Leads::Whole, None) => Tone::Good,
        (false, _, _) => Tone::Doubtful,
    }
}

fn pointer_in_words(pointer: &Pointer) -> String {
    let Some(target) = &pointer.target else {
        return "names no dump".to_owned();
    };
    let what = match pointer.leads_to {
        Leads::Whole => "which is whole",
        Leads::Damaged => "which is damaged",
        Leads::Unknown => "of which nothing is known",
        Leads::Nothing => "which is not there",
    };
    match &pointer.newer {
        Some(newer) => format!("leads to {target}, {what}; {newer} is newer"),
        None => format!("leads to {target}, {what}"),
    }
}

fn summary(survey: &Survey) -> String {
    let count = |is: fn(&Looked) -> bool| survey.dumps.iter().filter(|dump| is(dump)).count();
    let whole = count(|dump| matches!(dump.found, Found::Whole { .. }));
    let damaged = count(|dump| matches!(dump.found, Found::Damaged { .. }));
    let unread = count(|dump| matches!(dump.found, Found::Unread { .. }));
    let misleading = survey.pointers.iter().filter(|pointer| pointer.misleads());
    format!(
        "{} whole, {damaged} damaged, {unread} not read; pointers that lead to no whole dump: {}.",
        units::of(whole, "dump"),
        misleading.count(),
    )
}
