//! What happens to the world, and how often.

use super::random::Random;
use super::records::Held;
use super::world::{Event, World};
use jiff::SignedDuration;
use jiff::civil::{Date, date};
use weir_config::OperationKind;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// A process dies, before its so many-th deed from now, and starts again after so long.
    Crash(usize, u32),
    ClockSet(i64),
    Sleep(i64),
    /// A job, what of it, for so many seconds.
    Hold(usize, Option<&'static str>, i64),
    Release(usize),
    HoldsUnreadable(bool),
    RunByHand(usize),
    ConfigChanges,
}

const DAY: i64 = 86_400;

/// What kind of month it is.
pub(crate) struct Profile {
    pub(crate) start: Date,
    /// Nothing goes wrong at all.
    pub(crate) calm: bool,
    /// Schedulers act a while after they looked.
    pub(crate) racing: bool,
    pub(crate) processes: usize,
    pub(crate) jobs: usize,
    pub(crate) jobs_per_server: usize,
    /// Of a hundred runs so many fail.
    pub(crate) failures: u64,
    changes: bool,
}

impl Profile {
    pub(crate) fn new(seed: u64, random: &mut Random) -> Self {
        let calm = seed.is_multiple_of(10);
        let starts = [date(2026, 3, 4), date(2026, 3, 20), date(2026, 10, 12)];
        Self {
            start: starts[usize::try_from(random.between(0, 2)).unwrap()],
            calm,
            racing: seed % 3 == 1,
            processes: if seed.is_multiple_of(3) { 1 } else { 2 },
            jobs: usize::try_from(random.between(if calm { 8 } else { 3 }, 9)).unwrap(),
            jobs_per_server: usize::try_from(random.between(1, 2)).unwrap(),
            failures: if calm { 0 } else { random.next() % 30 },
            changes: seed % 4 == 2 && !calm,
        }
    }

    /// Faults of thirty days, each with the second it happens at.
    pub(crate) fn faults(&self, random: &mut Random, jobs: usize) -> Vec<(i64, Fault)> {
        let mut faults = Vec::new();
        if self.changes {
            faults.push((14 * DAY + random.between(0, DAY), Fault::ConfigChanges));
        }
        if self.calm {
            return faults;
        }
        let mut some = |most: i64, fault: &mut dyn FnMut(&mut Random) -> Fault| {
            for _ in 0..random.between(0, most) {
                let moment = random.between(0, 30 * DAY);
                faults.push((moment, fault(random)));
            }
        };
        let processes = self.processes as i64 - 1;
        let any_job =
            |random: &mut Random| usize::try_from(random.between(0, jobs as i64 - 1)).unwrap();
        some(40, &mut |random| {
            let process = usize::try_from(random.between(0, processes)).unwrap();
            Fault::Crash(process, u32::try_from(random.between(0, 5)).unwrap())
        });
        some(4, &mut |random| {
            Fault::ClockSet(random.between(-7_200, 7_200))
        });
        some(1, &mut |random| {
            Fault::ClockSet(random.between(-3 * DAY, 3 * DAY))
        });
        some(4, &mut |random| {
            Fault::Sleep(random.between(60, 14 * 3_600))
        });
        some(1, &mut |random| Fault::Sleep(random.between(DAY, 4 * DAY)));
        some(12, &mut |random| {
            let kinds = [None, Some("restore"), Some("restore"), Some("backup")];
            let kind = kinds[usize::try_from(random.between(0, 3)).unwrap()];
            Fault::Hold(any_job(random), kind, random.between(3_600, 6 * DAY))
        });
        some(6, &mut |random| Fault::Release(any_job(random)));
        some(20, &mut |random| Fault::RunByHand(any_job(random)));
        let moment = random.between(0, 29 * DAY);
        faults.push((moment, Fault::HoldsUnreadable(true)));
        faults.push((
            moment + random.between(60, DAY),
            Fault::HoldsUnreadable(false),
        ));
        faults
    }
}

impl World {
    pub(crate) fn fault(&mut self, fault: &Fault) {
        self.note(|| format!("{fault:?}"));
        match *fault {
            Fault::Crash(process, 0) => self.crash(process),
            Fault::Crash(process, deeds) => self.processes[process].dies_after = Some(deeds),
            Fault::ClockSet(by) => {
                let earlier = self.wall();
                self.offset += by;
                self.clock_was_set(earlier);
            }
            Fault::Sleep(seconds) => self.sleep(seconds),
            Fault::Hold(job, kind, seconds) => self.hold(job, kind, seconds),
            Fault::Release(job) => {
                let wall = self.wall();
                for held in &mut self.records.jobs[job].holds {
                    held.released.get_or_insert(wall);
                }
                self.changed(job);
            }
            Fault::HoldsUnreadable(unreadable) => {
                self.records.holds_unreadable = unreadable;
                self.refresh_all();
                self.changed(0);
            }
            Fault::RunByHand(job) => self.run_by_hand(job),
            Fault::ConfigChanges => self.config_changes(),
        }
    }

    fn hold(&mut self, job: usize, kind: Option<&str>, seconds: i64) {
        let from = self.wall();
        self.records.jobs[job].holds.push(Held {
            operation: kind.map(|kind| match kind {
                "restore" => OperationKind::Restore,
                _ => OperationKind::Backup,
            }),
            from,
            until: from + SignedDuration::from_secs(seconds),
            released: None,
        });
        self.changed(job);
    }

    /// The process dies if this is where it was told to.
    pub(crate) fn dies(&mut self, process: usize) -> bool {
        let Some(deeds) = self.processes[process].dies_after else {
            return false;
        };
        self.processes[process].dies_after = deeds.checked_sub(1);
        if deeds == 0 {
            self.crash(process);
        }
        deeds == 0
    }

    fn crash(&mut self, process: usize) {
        let Some(incarnation) = self.processes[process].incarnation.take() else {
            return;
        };
        self.note(|| format!("process {process} dies"));
        self.processes[process] = Default::default();
        let gone = self.random.between(1, 3 * 3_600);
        self.at(self.now + gone, Event::Restart(process));
        if self.processes.len() > 1 {
            let noticed = self.random.between(60, 300);
            self.at(self.now + noticed, Event::FoundDead(incarnation));
        }
    }

    /// All processes stop, and start with the new configuration.
    fn config_changes(&mut self) {
        for process in 0..self.processes.len() {
            self.crash(process);
        }
        let stopped = self.wall();
        self.config = 1;
        let moved = &mut self.records.jobs[8];
        moved.first_seen = None;
        let first = self.profile.start;
        let last = first + jiff::ToSpan::days(40);
        let plan = self.fleets[1].specs[8].plan.as_ref().unwrap();
        let new = plan.due(first, last);
        self.due[8] = self.due[8]
            .range(..stopped)
            .chain(new.range(stopped..))
            .copied()
            .collect();
    }
}
