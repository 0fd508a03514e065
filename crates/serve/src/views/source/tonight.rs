//! The night: what runs now, and what is due.

use super::{Inner, away};
use crate::live::Live;
use crate::views::{EntryState, Progress, Tonight, TonightEntry};
use jiff::{SignedDuration, Timestamp};
use weir_pipeline::status::{RunAtWork, StatusReport};
use weir_pipeline::words;

/// How far ahead the night reaches.
const AHEAD: SignedDuration = SignedDuration::from_hours(16);

/// The night out of a report.
pub(super) fn of(source: &Inner, report: &StatusReport) -> Tonight {
    let to = report.at.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let mut entries: Vec<TonightEntry> = report.at_work.iter().map(at_work).collect();
    for rule in source.rules.iter() {
        let Ok(job) = source.weir.fleet().job(&rule.address) else {
            continue;
        };
        let next = rule.timetable.next(report.at).filter(|due| *due < to);
        if let Some(due) = next.filter(|_| source.environments.contains(&job.environment)) {
            entries.push(TonightEntry {
                job: rule.address.clone(),
                environment: job.environment.clone(),
                app: job.app.clone(),
                due,
                starts: due,
                ends: None,
                state: EntryState::Planned,
                why: None,
                run: None,
                progress: None,
            });
        }
    }
    entries.sort_by(|one, other| (one.starts, &one.job).cmp(&(other.starts, &other.job)));
    let from = entries.iter().map(|entry| entry.starts).min();
    Tonight {
        from: from.map_or(report.at, |from| from.min(report.at)),
        to,
        at: report.at,
        entries,
        warnings: Vec::new(),
        unreadable: away(report),
    }
}

fn at_work(found: &RunAtWork) -> TonightEntry {
    let started = &found.started;
    TonightEntry {
        job: words::address(&started.environment, &started.app, &started.job),
        environment: started.environment.clone(),
        app: started.app.clone(),
        due: started.due.unwrap_or(started.at),
        starts: started.at,
        ends: None,
        state: EntryState::Running,
        why: None,
        run: Some(started.run.clone()),
        progress: found.progress.clone().map(Progress::from),
    }
}

/// With the runs of this process as they are at this moment.
pub(super) fn with_live(mut tonight: Tonight, live: &Live) -> Tonight {
    for entry in &mut tonight.entries {
        let run = entry.run.as_deref();
        if let Some(progress) = run.and_then(|run| live.progress(run)) {
            entry.progress = Some(progress);
        }
    }
    tonight
}
