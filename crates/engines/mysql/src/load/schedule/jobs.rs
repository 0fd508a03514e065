//! What is to be done, and in which order.

use super::super::plan::{Plan, Rows};
use std::cmp::Reverse;
use std::collections::VecDeque;

/// One thing to do, for the table at a place of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    /// Loads one of its parts.
    Rows(usize, usize),
    /// Adds its keys.
    Keys(usize),
    /// Reads its rows back.
    ReadBack(usize),
    /// Proves its foreign keys.
    Prove(usize),
}

impl Job {
    /// The place of its table.
    pub(super) fn table(self) -> usize {
        match self {
            Self::Rows(table, _)
            | Self::Keys(table)
            | Self::ReadBack(table)
            | Self::Prove(table) => table,
        }
    }
}

/// Jobs that wait, and how many parts each table still lacks.
pub(super) struct Jobs {
    waiting: VecDeque<Job>,
    parts_left: Vec<usize>,
}

impl Jobs {
    /// Rows, the largest table first; keys follow once a table has all its rows.
    pub(super) fn rows(plan: &Plan) -> Self {
        let parts = plan.tables.iter().map(|table| match table.rows {
            Rows::LeftOut => 0,
            _ => table.stored.parts.len(),
        });
        let parts_left: Vec<usize> = parts.collect();
        let mut waiting = VecDeque::new();
        for table in largest_first(plan) {
            match parts_left.get(table) {
                Some(0) | None => waiting.push_back(Job::Keys(table)),
                Some(parts) => waiting.extend((0..*parts).map(|part| Job::Rows(table, part))),
            }
        }
        Self {
            waiting,
            parts_left,
        }
    }

    /// The tables of which that is wanted are read back.
    pub(super) fn read_back(plan: &Plan, is_wanted: impl Fn(&str) -> bool) -> Self {
        let is_wanted = |at: &usize| {
            let table = plan.tables.get(*at);
            table.is_some_and(|table| is_wanted(&table.stored.name))
        };
        let tables = largest_first(plan).into_iter().filter(is_wanted);
        Self {
            waiting: tables.map(Job::ReadBack).collect(),
            parts_left: Vec::new(),
        }
    }

    /// Every foreign key is proven, too.
    pub(super) fn also_prove_keys(&mut self, plan: &Plan) {
        let has_keys = |at: &usize| {
            let table = plan.tables.get(*at);
            table.is_some_and(|table| !table.definition.foreign_keys.is_empty())
        };
        let tables = largest_first(plan).into_iter().filter(has_keys);
        self.waiting.extend(tables.map(Job::Prove));
    }

    /// The next.
    pub(super) fn take(&mut self) -> Option<Job> {
        self.waiting.pop_front()
    }

    /// Lets what waited for a job begin: before other tables' rows, because building a key takes
    /// one connection long, and others can work beside it.
    pub(super) fn done(&mut self, job: Job) {
        match job {
            Job::Rows(table, _) => {
                if let Some(left) = self.parts_left.get_mut(table) {
                    *left = left.saturating_sub(1);
                    if *left == 0 {
                        self.waiting.push_front(Job::Keys(table));
                    }
                }
            }
            Job::Keys(_) | Job::ReadBack(_) | Job::Prove(_) => {}
        }
    }
}

/// The places of the tables.
fn largest_first(plan: &Plan) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.tables.len()).collect();
    let bytes = |at: &usize| plan.tables.get(*at).map(|table| table.stored.bytes);
    order.sort_by_key(|at| Reverse(bytes(at)));
    order
}
