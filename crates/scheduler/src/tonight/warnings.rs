//! What is wrong with a plan, seen before it happens.

use super::{Durations, Entry, Warning, words};
use crate::rule::Rule;
use crate::rules::Rules;
use crate::timetable::later;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use weir_config::OperationKind;

/// So many due times ahead are looked at before a job is called never fresh.
const LOOKED_AT: usize = 14;

/// What the timeline shows.
pub(super) fn of_entries(rules: &Rules, entries: &[Entry]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for entry in entries {
        let Some(rule) = rules.get(&entry.job) else {
            continue;
        };
        warnings.extend(passes_deadline(rule, entry));
        for upstream in rule.upstream.iter().chain(&rule.after) {
            warnings.extend(due_before_end(entry, upstream, entries));
        }
    }
    warnings
}

fn passes_deadline(rule: &Rule, entry: &Entry) -> Option<Warning> {
    let ends = entry.ends?;
    (ends > later(entry.due, rule.deadline)).then(|| Warning::PassesDeadline {
        job: entry.job.clone(),
        due: entry.due,
        ends,
    })
}

fn due_before_end(entry: &Entry, upstream: &str, entries: &[Entry]) -> Option<Warning> {
    let before = entries
        .iter()
        .filter(|other| other.job == upstream && other.due <= entry.due);
    let ends = before.max_by_key(|other| other.due)?.ends?;
    (ends > entry.due).then(|| Warning::DueBeforeUpstreamEnds {
        job: entry.job.clone(),
        due: entry.due,
        upstream: upstream.to_owned(),
        ends,
    })
}

/// What the schedules show, whatever the night.
pub(super) fn of_rules(rules: &Rules, durations: &Durations, now: Timestamp) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for rule in rules.iter() {
        warnings.extend(kept_too_short(rule));
        if !Rule::takes(&rule.operations) {
            continue;
        }
        for upstream in &rule.upstream {
            let Some(upstream) = rules.get(upstream) else {
                continue;
            };
            let never = never_fresh(rule, upstream, durations, now);
            let before = due_before_upstream(rule, upstream, now);
            warnings.extend(never.or(before));
        }
    }
    warnings
}

fn kept_too_short(rule: &Rule) -> Option<Warning> {
    let backs_up = rule.operations.contains(&OperationKind::Backup);
    let keep = rule.keep.filter(|_| backs_up)?;
    let cadence = rule.timetable.schedule().cadence()?;
    (keep < cadence).then(|| Warning::KeptTooShort {
        job: rule.address.clone(),
        keep,
        cadence,
    })
}

/// The next due times of a job.
fn ahead(rule: &Rule, now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let schedule = rule.timetable.schedule();
    let first = schedule.next_after(now);
    std::iter::successors(first, |due| schedule.next_after(*due)).take(LOOKED_AT)
}

fn never_fresh(
    rule: &Rule,
    upstream: &Rule,
    durations: &Durations,
    now: Timestamp,
) -> Option<Warning> {
    let never = |why: String| Warning::NeverFresh {
        job: rule.address.clone(),
        why,
    };
    if upstream.timetable.schedule().is_by_hand() {
        return Some(never(format!("{} runs only by hand", upstream.address)));
    }
    let takes = durations
        .get(&upstream.address)
        .copied()
        .unwrap_or_default();
    let mut reasons = ahead(rule, now).map(|due| misses(rule, upstream, takes, due));
    let first = reasons.next()??;
    reasons.all(|reason| reason.is_some()).then(|| never(first))
}

/// Why nothing fresh can be there in time for a due time.
fn misses(rule: &Rule, upstream: &Rule, takes: Duration, due: Timestamp) -> Option<String> {
    let schedule = upstream.timetable.schedule();
    let made = schedule.previous_before(later(due, SignedDuration::from_nanos(1)))?;
    let there = later(made, takes).max(due);
    let waits_until = later(due, rule.wait.min(rule.start_within));
    if there > waits_until {
        return Some(format!(
            "{} takes {}, and `wait` is {}",
            upstream.address,
            words(takes),
            words(rule.wait)
        ));
    }
    let age = rule.max_age?;
    (later(made, age) < there).then(|| {
        let old = SignedDuration::from_secs(there.as_second() - made.as_second());
        format!(
            "the backup of {} is {old:#} old by then, and `max_age` is {}",
            upstream.address,
            words(age)
        )
    })
}

/// Upstream is due within a quarter of its round after the job: it takes what is almost a whole
/// round old. Only told where it is so every time.
fn due_before_upstream(rule: &Rule, upstream: &Rule, now: Timestamp) -> Option<Warning> {
    let schedule = upstream.timetable.schedule();
    let mut first = None;
    for due in ahead(rule, now) {
        let made = schedule.previous_before(later(due, SignedDuration::from_nanos(1)))?;
        let next = schedule.next_after(due)?;
        let (age, gap) = (due.duration_since(made), next.duration_since(due));
        if gap.as_secs().saturating_mul(3) >= age.as_secs() {
            return None;
        }
        first = first.or(Some((age, gap)));
    }
    let (age, gap) = first?;
    Some(Warning::DueBeforeUpstream {
        job: rule.address.clone(),
        upstream: upstream.address.clone(),
        age,
        gap,
    })
}
