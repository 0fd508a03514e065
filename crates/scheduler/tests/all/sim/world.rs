//! A month: the fleet, its records, two schedulers, and what happens to them.

use super::checks::{Due, Moment};
use super::faults::{Fault, Profile};
use super::fleet::Fleet;
use super::random::Random;
use super::records::{Incarnation, JobRecords, Records};
use super::told::{Told, check_all_told};
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use weir_scheduler::{Clock, Decisions, Facts, Limits, decide};

/// What happens at a moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    Wake(usize),
    Act(usize, Incarnation),
    RunEnds(usize),
    RunByHandEnds(usize, i64),
    FoundDead(Incarnation),
    Restart(usize),
    Fault(Fault),
}

/// A scheduler's process; everything it knows is lost with it.
#[derive(Debug, Default)]
pub(crate) struct Process {
    pub(crate) incarnation: Option<Incarnation>,
    since: Timestamp,
    wake: Option<i64>,
    /// It dies before its so many-th deed from now.
    pub(crate) dies_after: Option<u32>,
    decided: Option<(Timestamp, Decisions)>,
}

/// The world. Its time is true; what the schedulers see is off by `offset`.
pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) profile: Profile,
    pub(crate) fleets: [Fleet; 2],
    pub(crate) config: usize,
    pub(crate) now: i64,
    pub(crate) offset: i64,
    pub(crate) queue: BinaryHeap<Reverse<(i64, u64, Event)>>,
    serial: u64,
    pub(crate) records: Records,
    pub(crate) processes: Vec<Process>,
    pub(crate) incarnations: Vec<usize>,
    pub(crate) due: Due,
    facts: Facts,
    /// The clock was ahead until then: claims made then are not yet among the facts.
    ahead_until: Timestamp,
    trace: bool,
    pub(crate) decisions: usize,
}

impl World {
    pub(crate) fn new(seed: u64, trace: bool) -> Self {
        let mut random = Random::new(seed);
        let profile = Profile::new(seed, &mut random);
        let fleets = [false, true].map(|changed| Fleet::new(&mut random.clone(), changed));
        let (first, last) = (
            profile.start.yesterday().unwrap(),
            profile.start + 40.days(),
        );
        let due = fleets[1].specs.iter().enumerate().map(|(job, spec)| {
            let spec = fleets[0].specs.get(job).unwrap_or(spec);
            spec.plan
                .as_ref()
                .map_or_else(Default::default, |plan| plan.due(first, last))
        });
        let now = profile
            .start
            .at(12, 0, 0, 0)
            .in_tz("UTC")
            .unwrap()
            .timestamp()
            .as_second();
        let jobs = fleets[1]
            .specs
            .iter()
            .map(|_| JobRecords::default())
            .collect();
        let mut world = Self {
            due: due.collect(),
            random,
            fleets,
            config: 0,
            now,
            offset: 0,
            queue: BinaryHeap::new(),
            serial: 0,
            records: Records {
                jobs,
                ..Records::default()
            },
            processes: (0..profile.processes).map(|_| Process::default()).collect(),
            incarnations: Vec::new(),
            facts: Facts::new(),
            ahead_until: Timestamp::MIN,
            trace,
            decisions: 0,
            profile,
        };
        for process in 0..world.processes.len() {
            world.at(now + 60 * process as i64, Event::Restart(process));
        }
        for (seconds, fault) in world
            .profile
            .faults(&mut world.random.clone(), world.due.len() - 1)
        {
            world.at(now + seconds, Event::Fault(fault));
        }
        world
    }

    pub(crate) fn fleet(&self) -> &Fleet {
        &self.fleets[self.config]
    }

    /// What the clock on the wall says.
    pub(crate) fn wall(&self) -> Timestamp {
        Timestamp::from_second(self.now + self.offset).unwrap()
    }

    pub(crate) fn at(&mut self, moment: i64, event: Event) {
        self.serial += 1;
        self.queue.push(Reverse((moment, self.serial, event)));
    }

    pub(crate) fn note(&self, what: impl Fn() -> String) {
        if self.trace {
            println!("{} {}", self.wall(), what());
        }
    }

    /// The month, and two days without faults after it.
    pub(crate) fn run(mut self) -> (Told, usize) {
        let start = self.now;
        let end = start + 33 * 86_400;
        while let Some(Reverse((moment, _, event))) = self.queue.pop() {
            if moment > end {
                break;
            }
            self.now = self.now.max(moment);
            self.handle(event);
        }
        self.now = end;
        let until = self.wall() - SignedDuration::from_hours(9);
        let fleet = &self.fleets[self.config];
        let told = check_all_told(&fleet.specs, &self.due, &self.records, until);
        if self.profile.calm {
            // Every environment needs a week to get its first data; then all goes well.
            let first_weeks = Timestamp::from_second(start + 15 * 86_400).unwrap();
            let newest = told.newest_left_out;
            assert!(told.failed == 0 && newest < Some(first_weeks), "{told:?}");
        }
        (told, self.decisions)
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Wake(process) => self.wake(process),
            Event::Act(process, incarnation) => {
                if self.processes[process].incarnation == Some(incarnation) {
                    self.act(process);
                }
            }
            Event::RunEnds(run) => self.run_ends(run),
            Event::RunByHandEnds(job, began) => self.run_by_hand_ends(job, began),
            Event::FoundDead(incarnation) => self.found_dead(incarnation),
            Event::Restart(process) => self.restart(process),
            Event::Fault(fault) => self.fault(&fault),
        }
    }

    fn restart(&mut self, process: usize) {
        if self.processes[process].incarnation.is_some() {
            return;
        }
        let earlier: Vec<Incarnation> = (0..self.incarnations.len())
            .filter(|incarnation| self.incarnations[*incarnation] == process)
            .collect();
        self.incarnations.push(process);
        self.processes[process] = Process {
            incarnation: Some(self.incarnations.len() - 1),
            since: self.wall(),
            ..Process::default()
        };
        self.note(|| format!("process {process} starts"));
        for incarnation in earlier {
            self.found_dead(incarnation);
        }
        self.see_jobs();
        self.refresh_all();
        self.plan_wake(process, self.now + 1);
    }

    /// Jobs that nobody has seen with this schedule before are seen now.
    fn see_jobs(&mut self) {
        let wall = self.wall();
        for job in 0..self.fleet().specs.len() {
            self.records.jobs[job].first_seen.get_or_insert(wall);
        }
    }

    pub(crate) fn refresh_all(&mut self) {
        self.facts.clear();
        for job in 0..self.fleet().specs.len() {
            self.refresh(job);
        }
    }

    fn refresh(&mut self, job: usize) {
        let wall = self.wall();
        let Some(spec) = self.fleets[self.config].specs.get(job) else {
            return;
        };
        if let Some(facts) = self.records.facts(job, wall) {
            match self.facts.get_mut(&spec.rule.address) {
                Some(known) => *known = facts,
                None => drop(self.facts.insert(spec.rule.address.clone(), facts)),
            }
        }
    }

    /// A record of the job has changed: whoever looks sees it soon.
    pub(crate) fn changed(&mut self, job: usize) {
        self.refresh(job);
        for process in 0..self.processes.len() {
            let soon = self.random.between(1, 20);
            self.plan_wake(process, self.now + soon);
        }
    }

    fn plan_wake(&mut self, process: usize, moment: i64) {
        let known = &mut self.processes[process];
        if known.incarnation.is_none() || known.wake.is_some_and(|wake| wake <= moment) {
            return;
        }
        known.wake = Some(moment);
        self.at(moment, Event::Wake(process));
    }

    /// The clock was set: whoever sleeps notices.
    pub(crate) fn clock_was_set(&mut self, earlier: Timestamp) {
        self.ahead_until = self.ahead_until.max(earlier);
        let wall = self.wall();
        self.records.disturbed.extend([earlier, wall]);
        self.refresh_all();
        for process in 0..self.processes.len() {
            self.processes[process].since = wall;
            let soon = self.random.between(1, 30);
            self.plan_wake(process, self.now + soon);
        }
    }

    /// All that a machine does waits until it is awake again.
    pub(crate) fn sleep(&mut self, seconds: i64) {
        let events = std::mem::take(&mut self.queue);
        for Reverse((moment, serial, event)) in events {
            let moves = !matches!(event, Event::Fault(_));
            let moment = if moves { moment + seconds } else { moment };
            self.queue.push(Reverse((moment, serial, event)));
        }
        self.records.disturbed.push(self.wall());
        self.now += seconds;
        let wall = self.wall();
        self.records.disturbed.push(wall);
        for process in 0..self.processes.len() {
            let known = &mut self.processes[process];
            known.since = wall;
            known.wake = known.wake.map(|wake| wake + seconds);
            self.plan_wake(process, self.now + 1);
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            jobs: self.profile.jobs,
            jobs_per_server: self.profile.jobs_per_server,
        }
    }

    fn clock(&self, process: usize, now: Timestamp) -> Clock {
        Clock {
            now,
            since: self.processes[process].since,
        }
    }

    fn wake(&mut self, process: usize) {
        let known = &self.processes[process];
        let Some(incarnation) = known.incarnation.filter(|_| known.wake == Some(self.now)) else {
            return;
        };
        let busy = known.decided.is_some();
        self.processes[process].wake = None;
        if busy {
            self.plan_wake(process, self.now + 5);
            return;
        }
        let wall = self.wall();
        if self.ahead_until > Timestamp::MIN {
            self.refresh_all();
            if wall > self.ahead_until {
                self.ahead_until = Timestamp::MIN;
            }
        }
        let rules = &self.fleets[self.config].rules;
        self.records.look_upstream(rules, &mut self.facts, wall);
        let decisions = decide(rules, &self.facts, self.limits(), self.clock(process, wall));
        self.decisions += 1;
        self.sleeps_no_longer_than_it_may(process, &decisions, wall);
        if self.profile.racing {
            for starts in decisions.starts() {
                self.moment(process, wall).check_each(starts);
            }
        }
        self.processes[process].decided = Some((wall, decisions));
        match self.profile.racing {
            true => {
                let busy = self.random.between(1, 3);
                self.at(self.now + busy, Event::Act(process, incarnation));
            }
            false => self.act(process),
        }
    }

    /// Between now and the moment it asks to be woken at, nothing is decided.
    fn sleeps_no_longer_than_it_may(
        &mut self,
        process: usize,
        decisions: &Decisions,
        wall: Timestamp,
    ) {
        let idle = decisions.starts().next().is_none() && decisions.left_out().next().is_none();
        let next = decisions.next.unwrap().as_second();
        assert!(
            next > wall.as_second(),
            "asks to be woken in the past: {decisions:?}"
        );
        if !idle || !self.random.one_in(4) || next - wall.as_second() < 2 {
            return;
        }
        let between = self.random.between(wall.as_second() + 1, next - 1);
        let between = Timestamp::from_second(between).unwrap();
        let clock = self.clock(process, between);
        let rules = &self.fleets[self.config].rules;
        let then = decide(rules, &self.facts, self.limits(), clock);
        let acts = then.starts().next().is_some() || then.left_out().next().is_some();
        assert!(
            !acts,
            "at {wall} sleeps until {next}, but at {between}: {then:?}"
        );
    }

    /// Carries out what was decided, unless it dies over it.
    fn act(&mut self, process: usize) {
        let Some((decided, decisions)) = self.processes[process].decided.take() else {
            return;
        };
        for left_out in decisions.left_out() {
            if self.dies(process) {
                return;
            }
            self.leave_out(process, decided, left_out);
        }
        for starts in decisions.starts() {
            if !self.profile.racing {
                self.moment(process, decided).check(starts);
            }
            if !self.start(process, starts) {
                return;
            }
        }
        if let Some(next) = decisions.next {
            let moment = next.as_second() - self.offset;
            self.plan_wake(process, moment.max(self.now + 1));
        }
    }

    pub(crate) fn moment(&self, process: usize, now: Timestamp) -> Moment<'_> {
        Moment {
            specs: &self.fleet().specs,
            due: &self.due,
            records: &self.records,
            now,
            since: self.processes[process].since,
            limits: (self.profile.jobs, self.profile.jobs_per_server),
        }
    }
}
