//! The night: what ran, what runs, and what is to come.

mod past;
mod upstream;

use super::looks::Look;
use super::{Inner, away};
use crate::forecast::{Ahead, Expected, usual};
use crate::live::Live;
use crate::views::{EntryState, Progress, Tonight, TonightEntry, Unreadable, Working};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use weir_pipeline::status::{RunAtWork, StatusReport};
use weir_pipeline::words;
use weir_scheduler::{Durations, Facts};

/// How far back the night reaches.
const BACK: SignedDuration = SignedDuration::from_hours(12);
/// How far ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(16);

/// The night out of a report, and out of the claims of due times.
pub(super) fn of(source: &Inner, report: &StatusReport, looks: &[Arc<Look>]) -> Tonight {
    let from = report.at.saturating_sub(BACK).unwrap_or(Timestamp::MIN);
    let to = report.at.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let running: BTreeSet<String> = report
        .at_work
        .iter()
        .map(|run| words::address(&run.started.environment, &run.started.app, &run.started.job))
        .collect();
    let mut facts: Facts = looks.iter().flat_map(|look| look.facts.clone()).collect();
    for rule in source.rules.iter() {
        if let Some(facts) = facts.get_mut(&rule.address) {
            facts.running = running.contains(&rule.address);
            if !rule.upstream.is_empty() {
                facts.upstream = upstream::of(source, report, rule);
            }
        }
    }
    let known: BTreeSet<String> = facts.keys().cloned().collect();
    let ahead = Ahead {
        weir: &source.weir,
        rules: &source.rules,
        durations: usual(&source.weir, &report.measured.summaries),
        shown: shown(source),
    };
    let forecast = ahead.until(to, facts);
    let mut entries = past::entries(source, report, from);
    let at_work = report.at_work.iter();
    entries.extend(at_work.map(|run| of_run(run, &ahead.durations)));
    let to_come = forecast
        .entries
        .into_iter()
        .filter(|expected| {
            let same = |entry: &TonightEntry| {
                entry.job == expected.job
                    && (entry.due == expected.due
                        || (entry.state == EntryState::Running && expected.due <= report.at))
            };
            !entries.iter().any(same)
        })
        .filter_map(|expected| of_expected(source, expected, &known, report.at))
        .collect::<Vec<_>>();
    entries.extend(to_come);
    entries.sort_by(|one, other| (one.starts, &one.job).cmp(&(other.starts, &other.job)));
    let mut unreadable = away(report);
    let troubles = looks.iter().filter_map(|look| {
        let why = look.trouble.clone()?;
        Some((look.seen.environment(), why))
    });
    let others: Vec<Unreadable> = troubles
        .filter(|(name, _)| unreadable.iter().all(|away| away.environment != *name))
        .map(|(environment, why)| Unreadable {
            environment: environment.to_owned(),
            why,
            as_of: None,
        })
        .collect();
    unreadable.extend(others);
    Tonight {
        from,
        to,
        at: report.as_of,
        entries,
        warnings: forecast.warnings,
        unreadable,
    }
}

fn shown(source: &Inner) -> BTreeSet<String> {
    let rules = source.rules.iter();
    rules
        .filter(|rule| source.environments.contains(&rule.environment))
        .map(|rule| rule.address.clone())
        .collect()
}

/// When a run that began then ends, if nothing unusual happens.
fn ends(began: Timestamp, job: &str, durations: &Durations) -> Option<Timestamp> {
    began.checked_add(*durations.get(job)?).ok()
}

fn of_run(found: &RunAtWork, durations: &Durations) -> TonightEntry {
    let started = &found.started;
    let job = words::address(&started.environment, &started.app, &started.job);
    TonightEntry {
        environment: started.environment.clone(),
        app: started.app.clone(),
        due: started.due.unwrap_or(started.at),
        starts: started.at,
        ends: ends(started.at, &job, durations),
        state: EntryState::Running,
        why: None,
        run: Some(started.run.clone()),
        progress: found.progress.clone().map(Progress::from),
        job,
    }
}

fn of_expected(
    source: &Inner,
    expected: Expected,
    known: &BTreeSet<String>,
    now: Timestamp,
) -> Option<TonightEntry> {
    let job = source.weir.fleet().job(&expected.job).ok()?;
    let waits = match expected.waits_for.as_slice() {
        [] => None,
        reasons => Some(reasons.join("; then ")),
    };
    let why = match known.contains(&expected.job) {
        true => expected.left_out.clone().or(expected.late).or(waits),
        false => {
            Some("its records cannot be read from here: only its due time is known".to_owned())
        }
    };
    let state = match (&expected.left_out, expected.due <= now) {
        (Some(_), _) => EntryState::LeftOut,
        (None, true) => EntryState::Waiting,
        (None, false) => EntryState::Planned,
    };
    Some(TonightEntry {
        job: expected.job,
        environment: job.environment.clone(),
        app: job.app.clone(),
        due: expected.due,
        starts: expected.starts.unwrap_or(expected.due),
        ends: expected.ends,
        state,
        why,
        run: None,
        progress: None,
    })
}

/// With the runs of this process as they are at this moment.
pub(super) fn with_live(mut tonight: Tonight, live: &Live) -> Tonight {
    for run in live.working() {
        update(&mut tonight, run);
    }
    tonight
}

fn update(tonight: &mut Tonight, run: Working) {
    let of_it = |entry: &TonightEntry| entry.run.as_deref() == Some(run.run.as_str());
    // Started since the picture was taken: it was to come then.
    let to_come = |entry: &TonightEntry| {
        entry.job == run.job && entry.run.is_none() && entry.due <= run.since
    };
    let entries = &tonight.entries;
    let index = entries.iter().position(of_it);
    let index = index.or_else(|| entries.iter().rposition(to_come));
    let Some(entry) = index.and_then(|index| tonight.entries.get_mut(index)) else {
        return;
    };
    entry.state = EntryState::Running;
    entry.starts = run.since;
    entry.run = Some(run.run);
    entry.progress = run.progress;
    entry.why = run.waits_for.map(|what| format!("waits for {what}"));
}
