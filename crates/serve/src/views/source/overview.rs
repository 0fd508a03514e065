//! The answers of `weir status`, as the page shows them.

use super::Inner;
use crate::live::Live;
use crate::views::{
    Cell, CellState, Exception, Overview, Progress, Question, Row, Verdict, Working,
};
use jiff::Timestamp;
use std::collections::BTreeSet;
use weir_config::Job;
use weir_model::hold::Hold;
use weir_pipeline::status::{self, RunAtWork, StatusReport};
use weir_pipeline::words;

/// What is known before anything was read.
pub(super) fn unread(environments: &BTreeSet<String>, at: Timestamp) -> Overview {
    Overview {
        at,
        weir: env!("CARGO_PKG_VERSION").to_owned(),
        questions: Vec::new(),
        environments: environments.iter().cloned().collect(),
        rows: Vec::new(),
        working: Vec::new(),
        unreadable: super::unread(environments),
    }
}

/// The overview out of a report; of what cannot be read now, what was `known` before stays, and
/// is said to be unknown.
pub(super) fn of(source: &Inner, report: StatusReport, known: &Overview) -> Overview {
    let unreadable = super::away(&report);
    let mut rows: Vec<Row> = report
        .matrix
        .into_iter()
        .map(|row| {
            let cells = row.cells.into_iter().map(|(environment, found)| {
                let cell = cell(source, (&environment, &row.app), found, report.at);
                (environment, cell)
            });
            Row {
                cells: cells.collect(),
                app: row.app.clone(),
            }
        })
        .collect();
    for row in &mut rows {
        let before = known.rows.iter().find(|before| before.app == row.app);
        for away in &unreadable {
            let cell = row.cells.get_mut(&away.environment);
            let before = before.and_then(|row| row.cells.get(&away.environment));
            if let (Some(cell), Some(before)) = (cell, before) {
                remember(cell, before);
            }
        }
    }
    Overview {
        at: report.as_of,
        weir: env!("CARGO_PKG_VERSION").to_owned(),
        questions: report.questions.into_iter().map(question).collect(),
        environments: report.environments,
        rows,
        working: report.at_work.into_iter().map(working).collect(),
        unreadable,
    }
}

/// What a store said that is away now.
fn remember(cell: &mut Cell, before: &Cell) {
    cell.bytes = cell.bytes.or(before.bytes);
    cell.backups = cell.backups.or(before.backups);
    cell.rows = cell.rows.or(before.rows);
    cell.duration_seconds = cell.duration_seconds.or(before.duration_seconds);
    cell.run = cell.run.take().or_else(|| before.run.clone());
    if cell.bytes_before.is_empty() {
        cell.bytes_before.clone_from(&before.bytes_before);
    }
}

fn cell(
    source: &Inner,
    (environment, app): (&str, &str),
    found: status::Cell,
    now: Timestamp,
) -> Cell {
    let jobs: Vec<&Job> = source.weir.fleet().jobs_of(environment, app).collect();
    let born_here = jobs.iter().all(|job| job.source.is_none());
    let due = jobs.iter().filter_map(|job| {
        let rule = source.rules.get(&job.address)?;
        rule.timetable.next(now)
    });
    let run = found.newest_run;
    let took = run.as_ref().map(|run| run.ended.duration_since(run.began));
    let held: Vec<String> = found.held.iter().map(Hold::in_words).collect();
    Cell {
        state: state(found.state, !held.is_empty()),
        data: match born_here {
            true => Some("own".to_owned()),
            false => found.data.map(|data| data.to_string()),
        },
        // Data that is born here is as old as what could be recovered of it.
        age_seconds: found
            .age_seconds
            .or(found.backup_age_seconds.filter(|_| born_here)),
        objective_seconds: found.objective_seconds,
        duration_seconds: took.map(|took| took.as_secs()),
        bytes: found.backup_bytes.last().copied(),
        bytes_before: found.backup_bytes,
        rows: found.rows,
        backups: found.backups,
        held: (!held.is_empty()).then(|| held.join("; ")),
        next: due.min(),
        run: run.map(|run| run.run),
    }
}

fn state(found: status::CellState, held: bool) -> CellState {
    match found {
        status::CellState::Well if held => CellState::Held,
        status::CellState::Well => CellState::Well,
        status::CellState::Running => CellState::Running,
        status::CellState::Unknown => CellState::Unknown,
        status::CellState::NeverRan => CellState::NeverRan,
        status::CellState::Late => CellState::Late,
        status::CellState::Failed => CellState::Failed,
    }
}

fn question(found: status::Question) -> Question {
    Question {
        id: found.id.to_owned(),
        question: found.question.to_owned(),
        verdict: verdict(found.verdict),
        facts: found.facts,
        exceptions: found.exceptions.into_iter().map(exception).collect(),
    }
}

fn exception(found: status::Exception) -> Exception {
    Exception {
        place: found.place,
        step: found.step,
        cause: found.cause,
        serving: found.serving,
        command: found.command,
        verdict: verdict(found.verdict),
    }
}

fn verdict(found: status::Verdict) -> Verdict {
    match found {
        status::Verdict::Good => Verdict::Good,
        status::Verdict::Unknown => Verdict::Unknown,
        status::Verdict::Notice => Verdict::Notice,
        status::Verdict::Bad => Verdict::Bad,
    }
}

fn working(found: RunAtWork) -> Working {
    let started = found.started;
    Working {
        job: words::address(&started.environment, &started.app, &started.job),
        run: started.run,
        since: started.at,
        progress: found.progress.map(Progress::from),
        waits_for: None,
    }
}

/// With the runs of this process as they are at this moment.
pub(super) fn with_live(mut overview: Overview, live: &Live) -> Overview {
    let ours = live.working();
    overview
        .working
        .retain(|run| ours.iter().all(|our| our.run != run.run));
    overview.working.extend(ours);
    overview
        .working
        .sort_by(|one, other| (one.since, &one.run).cmp(&(other.since, &other.run)));
    for run in &overview.working {
        let mut parts = run.job.splitn(3, '/');
        let (environment, app) = (parts.next(), parts.next());
        let row = overview
            .rows
            .iter_mut()
            .find(|row| Some(row.app.as_str()) == app);
        let cell = row.and_then(|row| row.cells.get_mut(environment?));
        if let Some(cell) = cell.filter(|cell| cell.state != CellState::Unknown) {
            cell.state = CellState::Running;
        }
    }
    overview
}
