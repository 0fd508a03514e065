//! What may not be meant about when jobs are due: every job is right by itself, and yet data
//! would arrive late, or never fresh.

use std::time::Duration;

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::check::makes_for;
use crate::fleet::{Fleet, Job};
use crate::value::{OperationKind, Period, Reads};

/// How many times a job is due before it is believed to be always like that: a month of days.
const RUNS: usize = 30;
/// How far is looked for that: yearly jobs are seen twice.
const WATCHED: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What may not be meant about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderWarning {
    /// The job's address.
    pub job: String,
    /// What would come of it.
    pub message: String,
    /// What would be right.
    pub hint: String,
}

/// What may not be meant, job by job.
#[must_use]
pub fn order_warnings(fleet: &Fleet) -> Vec<OrderWarning> {
    let due = |job: &&Job| !job.schedule.value.is_by_hand();
    let of_jobs = fleet.jobs.iter().filter(due).flat_map(|job| {
        let night = Night::of(fleet, job);
        let found = [
            night.due_too_early(),
            night.never_fresh(),
            night.gone_too_soon(),
            published_gone_too_soon(job),
            alone_in_group(fleet, job),
        ];
        found.into_iter().flatten().chain(night.after_too_early())
    });
    of_jobs.collect()
}

fn warning(job: &Job, message: String, hint: impl Into<String>) -> OrderWarning {
    OrderWarning {
        job: job.address.clone(),
        message,
        hint: hint.into(),
    }
}

/// A job at the times it is due, with those it takes backups of.
struct Night<'a> {
    fleet: &'a Fleet,
    job: &'a Job,
    makers: Vec<&'a Job>,
    dues: Vec<Timestamp>,
}

/// The last time somebody was due before a moment, and the next time from then on.
#[derive(Clone, Copy)]
struct Around<'a> {
    by: &'a Job,
    since: Duration,
    until: Duration,
}

impl<'a> Night<'a> {
    fn of(fleet: &'a Fleet, job: &'a Job) -> Self {
        let restores = job.does(OperationKind::Restore);
        let makers = makers(fleet, job).filter(|_| restores).collect();
        Self {
            fleet,
            job,
            makers,
            dues: dues(job),
        }
    }

    /// Whether upstream's next backup is always nearer than its last, and not waited for.
    fn due_too_early(&self) -> Option<OrderWarning> {
        let wait = self.job.wait.value.duration();
        let nearest = |due: &Timestamp| {
            let found = self.makers.iter().filter_map(|maker| around(maker, *due));
            found.min_by_key(|found| found.until)
        };
        let seen: Vec<Around<'_>> = self.dues.iter().filter_map(nearest).collect();
        // Who waits until a backup begins has not seen it end.
        let early = |found: &Around<'_>| found.until < found.since && found.until >= wait;
        let first = seen.first().filter(|_| seen.iter().all(early))?;
        Some(warning(
            self.job,
            format!(
                "is due {} before {}, whose backups it takes: what it takes is {} old",
                Period::from(first.until),
                first.by.address,
                Period::from(first.since)
            ),
            format!(
                "let it be due after {}, or let it wait longer than {}",
                first.by.address,
                Period::from(first.until)
            ),
        ))
    }

    /// Whether its data is always older than it may be: when it arrives, or before the next comes.
    fn never_fresh(&self) -> Option<OrderWarning> {
        let max_age = self.job.max_age.as_ref()?.value;
        let ages = |until: &dyn Fn(usize) -> Option<Timestamp>| {
            let dues = self.dues.iter().enumerate();
            let seen = dues.filter_map(|(index, due)| {
                let data = data_as_of(self.fleet, self.job, *due)?;
                between(data, until(index)?)
            });
            seen.min()
        };
        if self.makers.is_empty() {
            return None;
        }
        let arriving = ages(&|index| self.dues.get(index).copied())?;
        let leaving = ages(&|index| self.dues.get(index + 1).copied()).unwrap_or(arriving);
        let (age, when) = match max_age.duration() {
            most if arriving > most => (arriving, "when it arrives"),
            most if leaving > most => (leaving, "before the next arrives"),
            _ => return None,
        };
        Some(warning(
            self.job,
            format!(
                "can never stay within its `max_age` of {max_age}: its data is at least {} old {when}",
                Period::from(age)
            ),
            "let it be due sooner after its upstream or more often, or allow more with `max_age`",
        ))
    }

    /// Whether the backup it takes may be gone by then.
    fn gone_too_soon(&self) -> Option<OrderWarning> {
        let published = self
            .job
            .source
            .as_ref()
            .is_some_and(|source| source.reads.value == Reads::Published);
        let kept = |maker: &Job| match (&maker.clean, published) {
            (Some(clean), true) => clean.value.keep.as_ref().map(|keep| keep.value),
            (None, true) => None,
            (_, false) => maker.keep.as_ref().map(|keep| keep.value),
        };
        let found = self.makers.iter().find_map(|maker| {
            let keep = kept(maker)?;
            let seen = self.dues.iter().filter_map(|due| around(maker, *due));
            let oldest = seen.map(|found| found.since).max()?;
            (oldest > keep.duration()).then_some((*maker, keep, oldest))
        });
        let (maker, keep, oldest) = found?;
        Some(warning(
            self.job,
            format!(
                "may find no backup: {} keeps them for {keep}, and the newest is up to {} old",
                maker.address,
                Period::from(oldest)
            ),
            "keep them longer, or let it be due sooner after them",
        ))
    }

    /// The jobs it starts after that are always due later than it is.
    fn after_too_early(&self) -> Vec<OrderWarning> {
        let after = self.job.after.iter();
        let named = after.filter_map(|after| self.fleet.job(&after.value).ok());
        named
            .filter_map(|other| {
                let seen = self.dues.iter().filter_map(|due| around(other, *due));
                let seen: Vec<Around<'_>> = seen.collect();
                let later =
                    |found: &Around<'_>| found.until < found.since && !found.until.is_zero();
                let first = seen.first().filter(|_| seen.iter().all(later))?;
                Some(warning(
                    self.job,
                    format!(
                        "starts after {}, which is due {} later: it goes by the run of {} before",
                        other.address,
                        Period::from(first.until),
                        Period::from(first.since)
                    ),
                    format!("let it be due after {}, or with it", other.address),
                ))
            })
            .collect()
    }
}

/// The jobs that make what a job takes, and do so by themselves.
fn makers<'a>(fleet: &'a Fleet, job: &'a Job) -> impl Iterator<Item = &'a Job> {
    let makes = |other: &&Job| makes_for(other, job) && !other.schedule.value.is_by_hand();
    fleet.jobs.iter().filter(makes)
}

fn dues(job: &Job) -> Vec<Timestamp> {
    // A fixed start, so that the answer never depends on the day it is asked. It is a month after
    // the last thing that was due may have been.
    let Ok(start) = date(2026, 2, 1).to_zoned(TimeZone::UTC) else {
        return Vec::new();
    };
    let start = start.timestamp();
    let next = |due: &Timestamp| job.schedule.value.next_after(*due);
    std::iter::successors(next(&start), next)
        .take(RUNS)
        .take_while(|due| due.duration_since(start) < WATCHED)
        .collect()
}

/// When a job was last due before a moment, and when it is next, from that moment on.
fn around(job: &Job, moment: Timestamp) -> Option<Around<'_>> {
    let schedule = &job.schedule.value;
    let just_before = moment.checked_sub(SignedDuration::from_secs(1)).ok()?;
    Some(Around {
        by: job,
        since: between(schedule.previous_before(moment)?, moment)?,
        until: between(moment, schedule.next_after(just_before)?)?,
    })
}

fn between(from: Timestamp, to: Timestamp) -> Option<Duration> {
    Duration::try_from(to.duration_since(from)).ok()
}

/// When the data was true that a run of this time brings, by the schedules of all before it.
fn data_as_of(fleet: &Fleet, job: &Job, due: Timestamp) -> Option<Timestamp> {
    if !job.does(OperationKind::Restore) {
        return Some(due);
    }
    let taken = makers(fleet, job).filter_map(|maker| {
        let found = around(maker, due)?;
        let awaited = found.until < job.wait.value.duration();
        let made = match awaited {
            true => due.checked_add(SignedDuration::try_from(found.until).ok()?),
            false => due.checked_sub(SignedDuration::try_from(found.since).ok()?),
        };
        data_as_of(fleet, maker, made.ok()?)
    });
    taken.max()
}

/// Whether what it publishes goes before the next is published.
fn published_gone_too_soon(job: &Job) -> Option<OrderWarning> {
    let keep = job.clean.as_ref()?.value.keep.as_ref()?.value;
    let cadence = job.schedule.value.cadence()?;
    (keep.duration() < cadence).then(|| {
        let cadence = Period::from(cadence);
        warning(
            job,
            format!("keeps what it publishes for {keep}, but the next comes after up to {cadence}"),
            format!("keep it longer than {cadence}, or publish more often"),
        )
    })
}

fn alone_in_group(fleet: &Fleet, job: &Job) -> Option<OrderWarning> {
    let group = &job.group.as_ref()?.value;
    let mut others = fleet.jobs_in(&job.environment).filter(|other| {
        let of_other = other.group.as_ref();
        other.address != job.address && of_other.is_some_and(|known| known.value == *group)
    });
    others.next().is_none().then(|| {
        warning(
            job,
            format!("is alone in the group `{group}`"),
            "give the apps it goes with the same `group`, or remove it",
        )
    })
}
