//! Jobs that wait for each other and for the tables that others have locked.

use super::Job;
use crate::dump::archive::DumpId;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// How a job locks a table, as the server does it: one that would wait is not begun, and its
/// connection does something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Reads rows.
    Read,
    /// Builds an index: others may be built at the same time.
    Share,
    /// Makes a key or statistics, one at a time, with nobody building an index.
    Own,
    /// Changes the table.
    Exclusive,
}

impl Mode {
    fn is_in_the_way_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Exclusive, _) | (_, Self::Exclusive) => true,
            (Self::Read, _) | (_, Self::Read) | (Self::Share, Self::Share) => false,
            (Self::Own, _) | (_, Self::Own) => true,
        }
    }
}

/// The tables that a job locks.
#[derive(Debug, Clone, Default)]
pub(super) struct Lock(Vec<(DumpId, Mode)>);

impl Lock {
    pub(super) fn of(tables: &[DumpId], mode: Mode) -> Self {
        Self(tables.iter().map(|id| (*id, mode)).collect())
    }
}

#[derive(Default)]
struct Node {
    cost: u64,
    /// Its cost and that of the longest line of jobs that wait for it.
    priority: u64,
    waits_for: usize,
    followers: Vec<Job>,
    lock: Lock,
}

/// All jobs.
#[derive(Default)]
pub(super) struct Graph {
    nodes: BTreeMap<Job, Node>,
    ready: BinaryHeap<(u64, Job)>,
    locked: BTreeMap<DumpId, Vec<Mode>>,
}

impl Graph {
    /// Adds a job that takes so long.
    pub(super) fn add(&mut self, job: Job, cost: u64, lock: Lock) {
        let node = Node {
            cost,
            lock,
            ..Node::default()
        };
        self.nodes.insert(job, node);
    }

    /// The second job waits for the first; jobs that were not added are not waited for.
    pub(super) fn follow(&mut self, first: Job, second: Job) {
        if !self.nodes.contains_key(&second) {
            return;
        }
        let Some(node) = self.nodes.get_mut(&first) else {
            return;
        };
        node.followers.push(second);
        if let Some(node) = self.nodes.get_mut(&second) {
            node.waits_for += 1;
        }
    }

    /// Every job and who waits for it are known now.
    pub(super) fn ready(mut self) -> Self {
        for job in self.in_order().into_iter().rev() {
            let behind = self.nodes.get(&job).map(|node| {
                let followers = node.followers.iter().filter_map(|job| self.nodes.get(job));
                node.cost
                    + followers
                        .map(|node| node.priority)
                        .max()
                        .unwrap_or_default()
            });
            if let (Some(node), Some(priority)) = (self.nodes.get_mut(&job), behind) {
                node.priority = priority;
            }
        }
        let ready = self.nodes.iter().filter(|(_, node)| node.waits_for == 0);
        self.ready = ready.map(|(job, node)| (node.priority, *job)).collect();
        self
    }

    /// Jobs behind those that they wait for; those that wait for themselves are left out.
    fn in_order(&self) -> Vec<Job> {
        let mut waits: BTreeMap<Job, usize> = self
            .nodes
            .iter()
            .map(|(job, node)| (*job, node.waits_for))
            .collect();
        let free = waits.iter().filter(|(_, waits_for)| **waits_for == 0);
        let mut free: VecDeque<Job> = free.map(|(job, _)| *job).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(job) = free.pop_front() {
            order.push(job);
            for follower in self.nodes.get(&job).iter().flat_map(|node| &node.followers) {
                if let Some(left) = waits.get_mut(follower) {
                    *left = left.saturating_sub(1);
                    if *left == 0 {
                        free.push_back(*follower);
                    }
                }
            }
        }
        order
    }

    /// The job with the longest line behind it, of those that can be done now.
    pub(super) fn take(&mut self) -> Option<Job> {
        let mut passed = Vec::new();
        let mut taken = None;
        while let Some((priority, job)) = self.ready.pop() {
            if self.lock(job) {
                taken = Some(job);
                break;
            }
            passed.push((priority, job));
        }
        self.ready.extend(passed);
        taken
    }

    /// Locks what a job needs, if nothing under way is in its way.
    fn lock(&mut self, job: Job) -> bool {
        let Some(Node {
            lock: Lock(lock), ..
        }) = self.nodes.get(&job)
        else {
            return true;
        };
        let is_free = |(table, mode): &(DumpId, Mode)| {
            let locked = self.locked.get(table);
            !locked.is_some_and(|modes| modes.iter().any(|held| held.is_in_the_way_of(*mode)))
        };
        if !lock.iter().all(is_free) {
            return false;
        }
        for (table, mode) in lock {
            self.locked.entry(*table).or_default().push(*mode);
        }
        true
    }

    /// A job was done.
    pub(super) fn done(&mut self, job: Job) {
        let Some(node) = self.nodes.remove(&job) else {
            return;
        };
        for (table, mode) in &node.lock.0 {
            if let Some(modes) = self.locked.get_mut(table)
                && let Some(at) = modes.iter().position(|held| held == mode)
            {
                modes.swap_remove(at);
            }
        }
        for follower in node.followers {
            let Some(waiting) = self.nodes.get_mut(&follower) else {
                continue;
            };
            waiting.waits_for = waiting.waits_for.saturating_sub(1);
            if waiting.waits_for == 0 {
                self.ready.push((waiting.priority, follower));
            }
        }
    }

    /// How many jobs are left.
    pub(super) fn stuck(&self) -> usize {
        self.nodes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A large table with a slow index and a key, and a small one that the key refers to.
    fn graph() -> Graph {
        let mut graph = Graph::default();
        for (at, size) in [(0, 100), (1, 10)] {
            let table = [at as DumpId];
            graph.add(Job::Rows(at), size * 4, Lock::default());
            graph.add(Job::Index(at), size, Lock::of(&table, Mode::Share));
            graph.add(Job::Make(at), 0, Lock::of(&table, Mode::Exclusive));
            graph.add(Job::ReadBack(at), size * 2, Lock::of(&table, Mode::Read));
            graph.follow(Job::Rows(at), Job::Index(at));
            graph.follow(Job::Rows(at), Job::ReadBack(at));
            graph.follow(Job::Index(at), Job::Make(at));
        }
        graph.add(Job::Make(2), 1200, Lock::of(&[0], Mode::Share));
        graph.follow(Job::Rows(0), Job::Make(2));
        graph.add(Job::Make(3), 100, Lock::of(&[0, 1], Mode::Own));
        graph.follow(Job::Rows(0), Job::Make(3));
        graph.follow(Job::Make(1), Job::Make(3));
        graph.ready()
    }

    #[test]
    fn what_the_most_waits_for_comes_first() {
        let mut graph = graph();
        assert_eq!(graph.take(), Some(Job::Rows(0)));
        graph.done(Job::Rows(0));
        assert_eq!(graph.take(), Some(Job::Make(2)), "the slow index");
        assert_eq!(
            graph.take(),
            Some(Job::ReadBack(0)),
            "longer than the rows of the other"
        );
    }

    #[test]
    fn nobody_waits_for_a_lock_while_there_is_something_else_to_do() {
        let mut graph = graph();
        let mut at_work = Vec::new();
        let mut done = Vec::new();
        while graph.stuck() > 0 {
            while at_work.len() < 2
                && let Some(job) = graph.take()
            {
                at_work.push(job);
            }
            // The slow index ends last.
            let next = at_work
                .iter()
                .position(|job| *job != Job::Make(2))
                .unwrap_or(0);
            let job = at_work.remove(next);
            graph.done(job);
            done.push(job);
        }
        let behind = |first: Job, second: Job| {
            let place = |job| done.iter().position(|found| *found == job);
            place(first) < place(second)
        };
        assert_eq!(done.len(), 10);
        assert!(
            behind(Job::Index(0), Job::Make(2)),
            "indexes of a table are built together"
        );
        assert!(behind(Job::ReadBack(0), Job::Make(2)));
        assert!(
            behind(Job::Make(2), Job::Make(0)),
            "a constraint waits for them"
        );
        assert!(behind(Job::Make(2), Job::Make(3)), "and so does a key");
    }

    #[test]
    fn what_waits_for_itself_is_told() {
        let mut graph = Graph::default();
        for at in 0..3 {
            graph.add(Job::Make(at), 1, Lock::default());
        }
        graph.follow(Job::Make(0), Job::Make(1));
        graph.follow(Job::Make(1), Job::Make(0));
        let mut graph = graph.ready();
        assert_eq!(graph.take(), Some(Job::Make(2)));
        graph.done(Job::Make(2));
        assert_eq!(graph.take(), None);
        assert_eq!(graph.stuck(), 2);
    }
}
