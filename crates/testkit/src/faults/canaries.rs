//! Row values planted where errors quote them: each of a thousand rows is once the one that a
//! verb of the real binary fails over, and none of their values is printed or written anywhere
//! but in the databases and the compressed parts that are meant to hold them.

mod cases;
mod planted;

use super::records::files;
use super::tally::Tally;
use cases::Case;
use planted::Planted;
use std::ops::Range;
use std::path::Path;

/// How many there are.
pub const CANARIES: u64 = 1000;

/// In so many cases SQLite's own error quotes the value.
const QUOTED: usize = 4;

/// What every seed's failure is followed by: verbs that tell what happened.
const ASKING: [&str; 6] = [
    "status -v",
    "runs --json",
    "logs {run}",
    "plan -v",
    "backups list production --json",
    "heal -v",
];

/// Makes the canary of every seed the one that something fails over. `weir` is the binary.
pub fn run(weir: &Path, seeds: Range<u64>) -> Tally {
    let mut tally = Tally::default();
    if seeds.is_empty() {
        return tally;
    }
    let planted = Planted::new(weir);
    control(&planted, &mut tally);
    for seed in seeds {
        let (canary, case) = (seed % CANARIES, Case::of(seed));
        let told = planted.suffer(case, canary);
        let asking = ASKING[cases::index(seed / 7, ASKING.len())];
        let asked = planted.ask(asking);
        let shown = [told.text.as_str(), asked.text.as_str()].concat();
        if case.fails && told.code == Some(0) {
            tally.miss(
                case.name,
                format!("canary {canary}: nothing failed\n{shown}"),
            );
        } else if !case.fails && told.code != Some(0) {
            tally.miss(case.name, format!("canary {canary}: it failed\n{shown}"));
        } else if asking.starts_with("logs") && asked.code != Some(0) {
            // A log that was not shown was not searched either.
            tally.miss(case.name, format!("canary {canary}: no log\n{shown}"));
        } else if let Some(found) = planted::first_in(shown.as_bytes()) {
            tally.miss(case.name, format!("canary {canary}: printed {found}"));
        } else {
            tally.count(case.name, "silent");
        }
    }
    for (file, found) in planted.spilled() {
        tally.miss("file", format!("{file} holds {found}"));
    }
    tally
}

/// What the search proves rests on this: every canary is where it is meant to be, is found in
/// every form, and is what SQLite's own errors quote.
fn control(planted: &Planted, tally: &mut Tally) {
    planted.is_findable(tally);
    for form in planted::forms(7) {
        if planted::first_in(format!("error: {form}!").as_bytes()).is_none() {
            tally.miss("control", format!("{form} is not found"));
        }
    }
    let quoted = cases::quoted_by_sqlite();
    if quoted.len() < QUOTED {
        tally.miss("control", format!("SQLite quotes only in {quoted:?}"));
    }
    for name in quoted {
        tally.count(name, "quoted by SQLite itself");
    }
}
