//! Jobs that wait for each other, and jobs that go together.

use std::collections::VecDeque;

use crate::fleet::Job;
use crate::report::Report;
use crate::value::{OperationKind, Reads};

/// Jobs that wait for each other would all wait until none may start any more.
pub(super) fn no_circles(report: &Report, jobs: &[Job]) {
    let waits = Waits::of(jobs);
    // One circle shows at each of its jobs, and in each environment that they are in.
    let is_known = |job: &Job| {
        let mut spans = job.after.iter().filter_map(|after| after.origin.span());
        spans.any(|span| report.is_known_at(span))
    };
    for (index, job) in jobs.iter().enumerate() {
        for after in &job.after {
            let first = jobs.iter().position(|job| job.address == after.value);
            let Some(path) = first.and_then(|first| waits.path(first, index)) else {
                continue;
            };
            let circle: Vec<&Job> = path.iter().filter_map(|index| jobs.get(*index)).collect();
            if is_known(job) || circle.iter().any(|job| is_known(job)) {
                continue;
            }
            let addresses: Vec<&str> = circle.iter().map(|job| job.address.as_str()).collect();
            report.problem(
                after.origin.span().unwrap_or_default(),
                format!(
                    "jobs wait for each other in a circle: {} → {}",
                    job.address,
                    addresses.join(" → ")
                ),
                "",
                "one of them must start without waiting; a restore waits for its upstream, and the \
                 jobs of one group for each other",
            );
        }
    }
}

/// For whom each job waits. The jobs of a group end together: what one waits for, all do.
struct Waits {
    /// The first job of the group, or the job itself.
    unit: Vec<usize>,
    /// By the first job of the group: the jobs waited for.
    next: Vec<Vec<usize>>,
}

impl Waits {
    fn of(jobs: &[Job]) -> Self {
        let unit: Vec<usize> = jobs
            .iter()
            .enumerate()
            .map(|(index, job)| {
                let first = jobs.iter().position(|other| same_group(job, other));
                first.unwrap_or(index)
            })
            .collect();
        let mut next = vec![Vec::new(); jobs.len()];
        for (job, unit) in jobs.iter().zip(&unit) {
            if let Some(next) = next.get_mut(*unit) {
                next.extend(waited_for(jobs, job));
            }
        }
        Self { unit, next }
    }

    fn unit(&self, job: usize) -> usize {
        self.unit.get(job).copied().unwrap_or(job)
    }

    /// The shortest way on which `from` waits for `to` or another job of its group.
    fn path(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut ways = VecDeque::from([vec![from]]);
        let mut seen = vec![self.unit(from)];
        while let Some(way) = ways.pop_front() {
            let last = self.unit(way.last().copied()?);
            if last == self.unit(to) {
                return Some(way);
            }
            for next in self.next.get(last)? {
                if !seen.contains(&self.unit(*next)) {
                    seen.push(self.unit(*next));
                    ways.push_back(way.iter().copied().chain([*next]).collect());
                }
            }
        }
        None
    }
}

fn same_group(job: &Job, other: &Job) -> bool {
    let group = |job: &Job| job.group.as_ref().map(|group| group.value.clone());
    job.environment == other.environment && job.group.is_some() && group(job) == group(other)
}

/// The jobs that one waits for: those it starts after, and those that make what it takes.
fn waited_for<'a>(jobs: &'a [Job], job: &'a Job) -> impl Iterator<Item = usize> + 'a {
    let named = |other: &Job| job.after.iter().any(|after| after.value == other.address);
    let others = jobs.iter().enumerate();
    others
        .filter(move |(_, other)| named(other) || makes_for(other, job))
        .map(|(index, _)| index)
}

/// Whether a job makes the backups that another takes.
pub(crate) fn makes_for(maker: &Job, taker: &Job) -> bool {
    taker.source.as_ref().is_some_and(|source| {
        let makes = match source.reads.value {
            Reads::Backups => maker.does(OperationKind::Backup),
            Reads::Published => maker.publishes(),
        };
        makes && maker.environment == source.environment && maker.app == source.app
    })
}

/// What is backed up at one moment must be due at one moment.
pub(super) fn groups_are_due_together(report: &Report, jobs: &[Job]) {
    for (index, job) in jobs.iter().enumerate() {
        let Some(group) = &job.group else { continue };
        let mut before = jobs.iter().take(index);
        let Some(first) = before.find(|other| same_group(job, other)) else {
            continue;
        };
        let span = group.origin.span().unwrap_or_default();
        if first.schedule.value == job.schedule.value || report.is_known_at(span) {
            continue;
        }
        report.problem(
            span,
            format!(
                "`{}` and `{}` are of the group `{}` and not due together",
                first.address, job.address, group.value
            ),
            "",
            format!(
                "give them one `schedule`: now they have `{}` and `{}`",
                first.schedule.value, job.schedule.value
            ),
        );
    }
}
