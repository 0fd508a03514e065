//! What one job has of the run of its group: its seats, and what concerns one and so all.

use super::{Asked, Opening, Swapping, TOGETHER, name_of};
use crate::holds::Holds;
use crate::meeting::{Seat, retold};
use crate::weir::Weir;
use crate::words;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use weir_config::{Job, OperationKind};
use weir_model::error::{Error, Kind};
use weir_model::group::GroupRun;
use weir_model::run::{Failure, Started};

/// One job in the run of its group.
pub(crate) struct Member {
    /// The first record of its run, whose due time is claimed.
    pub(crate) started: Started,
    /// By database.
    seats: Mutex<BTreeMap<String, Seats>>,
    of_all: OfAll,
}

/// What is so for one job of the group, and so for all: by the job it comes from.
#[derive(Clone, Default)]
struct OfAll {
    left_out: Option<(String, Failure)>,
    held: Vec<(OperationKind, String, Failure)>,
}

impl Member {
    /// The seats of a database, once.
    pub(crate) fn seats(&self, database: &str) -> Seats {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.remove(database).unwrap_or_default()
    }

    /// Why the job is left out with its group.
    pub(crate) fn why_left_out(&self, job: &Job) -> Option<Error> {
        let (other, failure) = self.of_all.left_out.as_ref()?;
        let cause = format!("its group does not run without {other}: {}", failure.cause);
        Some(retold(failure, format!("run {}", job.address), cause))
    }

    /// Why an operation of the job does not start with its group.
    pub(crate) fn why_held(&self, job: &Job, operation: OperationKind) -> Option<Error> {
        let mut held = self.of_all.held.iter();
        let (_, other, failure) = held.find(|(kind, ..)| *kind == operation)?;
        let cause = format!("its group waits for {other}: {}", failure.cause);
        let doing = format!("{operation} {}", job.address);
        Some(retold(failure, doing, cause))
    }

    /// The run has ended: seats it did not come to are given up.
    pub(crate) fn end(&self, error: Option<&Error>) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = error.map(Failure::from);
        for (_, mut seats) in std::mem::take(&mut *seats) {
            seats.leave_all(failure.as_ref());
        }
    }
}

/// The run of a group before its jobs begin.
pub(super) struct Table {
    run: GroupRun,
    of_all: OfAll,
    seats: Vec<(String, String, OperationKind, Place)>,
}

impl Table {
    /// Lays a seat for each operation that the databases of the group do together. An operation
    /// that is held for one job is held for all.
    pub(super) fn lay(weir: &Weir, asked: &[Asked<'_>], holds: &Holds, moment: String) -> Self {
        let mut table = Self {
            run: GroupRun {
                name: asked
                    .first()
                    .and_then(|first| name_of(first.job))
                    .unwrap_or_default()
                    .to_owned(),
                moment,
                swaps: Vec::new(),
            },
            of_all: OfAll {
                left_out: asked.iter().find_map(left_out),
                held: Vec::new(),
            },
            seats: Vec::new(),
        };
        for kind in TOGETHER {
            let held = asked.iter().find_map(|asked| held(asked, kind, holds));
            match held {
                Some((address, failure)) => table.of_all.held.push((kind, address, failure)),
                None => table.lay_for(kind, &who_does(weir, asked, kind)),
            }
        }
        table
    }

    fn lay_for(&mut self, kind: OperationKind, who: &[(&Job, &str)]) {
        let name =
            |(job, database): &(&Job, &str)| words::database(&job.environment, &job.app, database);
        let names: Vec<String> = who.iter().map(name).collect();
        let places: Vec<Place> = match kind {
            OperationKind::Restore => {
                self.run.swaps.clone_from(&names);
                let seats = Seat::all(&names).into_iter();
                let sit = |seat| Place::Swapping(Swapping::new(seat, &self.run.name));
                seats.map(sit).collect()
            }
            _ => {
                let seats = Seat::all(&names).into_iter();
                let sit = |seat| {
                    Place::Opening(Opening::new(
                        seat,
                        &self.run.name,
                        self.moment(kind),
                        &names,
                    ))
                };
                seats.map(sit).collect()
            }
        };
        let places = who.iter().zip(places).map(|((job, database), place)| {
            (job.address.clone(), (*database).to_owned(), kind, place)
        });
        self.seats.extend(places);
    }

    /// What a job both backs up and publishes live it reads twice.
    fn moment(&self, kind: OperationKind) -> String {
        match kind {
            OperationKind::PublishLive => format!("{}-live", self.run.moment),
            _ => self.run.moment.clone(),
        }
    }

    /// The seats of a job, by database.
    pub(super) fn seats_of(&mut self, job: &Job) -> BTreeMap<String, Seats> {
        let mut found: BTreeMap<String, Seats> = BTreeMap::new();
        let own = |(address, ..): &mut (String, _, _, _)| *address == job.address;
        for (_, database, kind, place) in self.seats.extract_if(.., own) {
            found.entry(database).or_default().0.push((kind, place));
        }
        found
    }

    pub(super) fn member(&self, started: Started, seats: BTreeMap<String, Seats>) -> Member {
        Member {
            started: Started {
                group: Some(self.run.clone()),
                ..started
            },
            seats: Mutex::new(seats),
            of_all: self.of_all.clone(),
        }
    }
}

/// The databases that do the operation, by address: everybody takes turns in one order.
fn who_does<'a>(weir: &Weir, asked: &[Asked<'a>], kind: OperationKind) -> Vec<(&'a Job, &'a str)> {
    let databases = asked.iter().flat_map(|asked| {
        let options = asked.options;
        let databases = asked.job.databases.iter().filter(move |database| {
            let wanted = options.database.as_ref();
            wanted.is_none_or(|name| *name == database.name)
                && weir
                    .operations(asked.job, &database.name, options)
                    .contains(&kind)
        });
        databases.map(|database| (asked.job, database.name.as_str()))
    });
    let mut databases: Vec<_> = databases.collect();
    databases.sort_by_key(|(job, database)| (job.address.as_str(), *database));
    databases
}

fn left_out(asked: &Asked<'_>) -> Option<(String, Failure)> {
    let mut databases = asked.job.databases.iter();
    let why = databases.find_map(|database| asked.upstream.why_left_out(asked.job, database))?;
    Some((asked.job.address.clone(), Failure::from(&why)))
}

fn held(asked: &Asked<'_>, kind: OperationKind, holds: &Holds) -> Option<(String, Failure)> {
    let (job, options) = (asked.job, asked.options);
    let obstacle = holds.obstacle(job, kind.name(), &options.despite_holds)?;
    let is_held = job.does(kind) && obstacle.kind() == Kind::Held;
    is_held.then(|| (job.address.clone(), Failure::from(&obstacle)))
}

/// The seats of one database, by operation.
#[derive(Default)]
pub(crate) struct Seats(Vec<(OperationKind, Place)>);

/// Where one operation meets those of the others.
pub(crate) enum Place {
    Opening(Opening),
    Swapping(Swapping),
}

impl Seats {
    /// The place of an operation, once.
    pub(crate) fn take(&mut self, operation: OperationKind) -> Option<Place> {
        let at = self.0.iter().position(|(kind, _)| *kind == operation)?;
        Some(self.0.swap_remove(at).1)
    }

    /// The operation does not come.
    pub(crate) fn leave(&mut self, operation: OperationKind, why: Option<&Failure>) {
        if let (Some(place), Some(why)) = (self.take(operation), why) {
            place.end(Some(why));
        }
    }

    /// None of the operations that are left comes.
    pub(crate) fn leave_all(&mut self, why: Option<&Failure>) {
        for (_, place) in self.0.drain(..) {
            if why.is_some() {
                place.end(why);
            }
        }
    }
}

impl Place {
    pub(crate) fn opening(&self) -> Option<&Opening> {
        match self {
            Self::Opening(opening) => Some(opening),
            Self::Swapping(_) => None,
        }
    }

    pub(crate) fn swapping(&self) -> Option<&Swapping> {
        match self {
            Self::Swapping(swapping) => Some(swapping),
            Self::Opening(_) => None,
        }
    }

    /// The operation has ended: well, or not.
    pub(crate) fn end(self, failure: Option<&Failure>) {
        match self {
            Self::Opening(opening) => end(opening.seat, failure),
            Self::Swapping(swapping) => end(swapping.seat, failure),
        }
    }
}

fn end<T>(seat: Seat<T>, failure: Option<&Failure>) {
    match failure {
        Some(failure) => seat.break_up(failure),
        None => seat.rise(),
    }
}
