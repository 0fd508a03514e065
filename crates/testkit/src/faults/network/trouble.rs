//! What goes wrong between the binary and its store, and in the store.

use super::place::Place;
use crate::faults::random::Random;
use crate::proxy::{Direction, Toxic};
use crate::s3_faults::{Fault, Operation, Rule, When};
use std::time::Duration;

/// A way to go wrong.
pub(super) struct Trouble {
    pub(super) name: &'static str,
    /// Whether a verb has no excuse for failing.
    pub(super) harmless: bool,
    begin: fn(&Place, &mut Random),
}

impl Trouble {
    /// Begins to go wrong.
    pub(super) fn begin(&self, place: &Place, random: &mut Random) {
        (self.begin)(place, random);
    }

    /// One that every verb survives.
    const fn harmless(name: &'static str, begin: fn(&Place, &mut Random)) -> Self {
        Self {
            name,
            harmless: true,
            begin,
        }
    }

    /// One that a verb may fail by.
    const fn harmful(name: &'static str, begin: fn(&Place, &mut Random)) -> Self {
        Self {
            name,
            harmless: false,
            begin,
        }
    }
}

fn rule(place: &Place, operation: Operation, when: When, fault: Fault) {
    place
        .server
        .faults()
        .set(vec![Rule::new(operation, when, fault)]);
}

/// The same to one of the first requests of a verb.
fn nth(random: &mut Random) -> When {
    When::Nth(random.below(12) as u64 + 1)
}

/// A number of bytes somewhere in the first requests.
fn bytes(random: &mut Random) -> u64 {
    random.below(6000) as u64
}

/// All of them.
pub(super) const TROUBLES: [Trouble; 28] = [
    Trouble::harmless("latency both ways", |place, random| {
        let seed = random.below(1 << 30) as u64;
        for direction in [Direction::Up, Direction::Down] {
            let (delay, jitter) = (Duration::from_millis(5), Duration::from_millis(20));
            let latency = Toxic::Latency {
                delay,
                jitter,
                seed,
            };
            place.proxy.set(direction, latency);
        }
    }),
    Trouble::harmless("slow line up", |place, _| {
        let bytes_per_second = 256 * 1024;
        let slow = Toxic::Bandwidth { bytes_per_second };
        place.proxy.set(Direction::Up, slow);
    }),
    Trouble::harmless("slow line down", |place, _| {
        let bytes_per_second = 256 * 1024;
        let slow = Toxic::Bandwidth { bytes_per_second };
        place.proxy.set(Direction::Down, slow);
    }),
    Trouble::harmful("answers cut", |place, random| {
        let bytes = bytes(random);
        place.proxy.set(Direction::Down, Toxic::CutAfter { bytes });
    }),
    Trouble::harmful("requests cut", |place, random| {
        let bytes = bytes(random);
        place.proxy.set(Direction::Up, Toxic::CutAfter { bytes });
    }),
    Trouble::harmful("connections reset", |place, random| {
        let bytes = bytes(random);
        place
            .proxy
            .set(Direction::Down, Toxic::ResetAfter { bytes });
    }),
    Trouble::harmful("answers half closed", |place, random| {
        let bytes = bytes(random);
        place.proxy.set(Direction::Down, Toxic::HalfClose { bytes });
    }),
    Trouble::harmful("requests half closed", |place, random| {
        let bytes = bytes(random);
        place.proxy.set(Direction::Up, Toxic::HalfClose { bytes });
    }),
    Trouble::harmful("black hole for answers", |place, _| {
        place.proxy.set(Direction::Down, Toxic::BlackHole);
    }),
    Trouble::harmful("black hole for requests", |place, _| {
        place.proxy.set(Direction::Up, Toxic::BlackHole);
    }),
    Trouble::harmful("connections refused", |place, _| {
        place.proxy.set(Direction::Up, Toxic::Refuse);
    }),
    Trouble::harmful("one connection reset", |place, random| {
        let bytes = bytes(random);
        place
            .proxy
            .set(Direction::Down, Toxic::ResetAfter { bytes });
        place.proxy.only_connection(place.proxy.connections() + 1);
    }),
    Trouble::harmless("a burst of 503", |place, _| {
        rule(place, Operation::Any, When::First(2), Fault::BUSY);
    }),
    Trouble::harmful("503 for ever", |place, _| {
        rule(place, Operation::Any, When::Every, Fault::BUSY);
    }),
    Trouble::harmful("503 from some request on", |place, random| {
        let from = When::After(random.below(20) as u64);
        rule(place, Operation::Any, from, Fault::BUSY);
    }),
    Trouble::harmless("500 once", |place, random| {
        rule(place, Operation::Any, nth(random), Fault::INTERNAL);
    }),
    Trouble::harmless("429 now and then", |place, random| {
        let seed = random.below(1 << 30) as u64;
        let some = When::Seeded { seed, one_in: 8 };
        rule(place, Operation::Any, some, Fault::TOO_MANY);
    }),
    Trouble::harmful("nothing may be read", |place, _| {
        rule(place, Operation::Get, When::Every, Fault::DENIED);
    }),
    Trouble::harmful("nothing may be written", |place, _| {
        rule(place, Operation::Put, When::Every, Fault::DENIED);
    }),
    Trouble::harmful("nothing may be listed", |place, _| {
        rule(place, Operation::List, When::Every, Fault::DENIED);
    }),
    Trouble::harmless("nothing may be removed", |place, _| {
        rule(place, Operation::Delete, When::Every, Fault::DENIED);
    }),
    Trouble::harmful("one answer lost", |place, random| {
        rule(place, Operation::Any, nth(random), Fault::LostAnswer);
    }),
    Trouble::harmful("every written answer lost", |place, _| {
        rule(place, Operation::Put, When::Every, Fault::LostAnswer);
    }),
    Trouble::harmful("answers shorter than promised", |place, random| {
        let bytes = random.below(300);
        rule(
            place,
            Operation::Any,
            When::Every,
            Fault::Truncated { bytes },
        );
    }),
    Trouble::harmful("hangs from some request on", |place, random| {
        let from = When::After(random.below(20) as u64);
        rule(place, Operation::Any, from, Fault::Hang);
    }),
    Trouble::harmless("answers crawl", |place, _| {
        let bytes_per_second = 20_000;
        rule(
            place,
            Operation::Any,
            When::Every,
            Fault::Slow { bytes_per_second },
        );
    }),
    Trouble::harmless("lists in pages of three", |place, _| {
        place.server.faults().page(3);
    }),
    Trouble::harmful("parts archived", |place, _| {
        let part =
            |operation| Rule::new(operation, When::Every, Fault::ARCHIVED).key("database.sqlite");
        let parts = vec![part(Operation::Get), part(Operation::GetRange)];
        place.server.faults().set(parts);
    }),
];
