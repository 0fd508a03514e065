//! What is odd against last time?

use super::observe::Observed;
use super::{Exception, Question, Verdict};
use weir_model::run::Step;

/// A change of rows or bytes by more than this many percent is odd.
const ODD_PERCENT: u64 = 50;
/// Below these figures nothing is odd: small databases jump.
const SMALL_ROWS: u64 = 100;
const SMALL_BYTES: u64 = 64 * 1024;

pub(super) fn answer(observed: &Observed) -> Question {
    let mut exceptions = Vec::new();
    for database in &observed.databases {
        for work in &database.work {
            let Some(entry) = &work.entry else { continue };
            let (Some(last), Some(before)) = (&entry.last_success, &entry.success_before) else {
                continue;
            };
            if let Some(cause) = odd(before, last) {
                exceptions.push(Exception {
                    place: database.place(),
                    step: work.operation.clone(),
                    cause,
                    serving: database.serving(observed.now),
                    command: format!("weir logs {}", entry.run),
                    verdict: Verdict::Notice,
                });
            }
        }
    }
    Question::new(
        "odd",
        "What is odd against last time?",
        Vec::new(),
        exceptions,
    )
}

fn odd(before: &Step, last: &Step) -> Option<String> {
    let jumps = |was: u64, is: u64, small: u64| {
        was.max(is) > small
            && was.abs_diff(is).saturating_mul(100) > was.saturating_mul(ODD_PERCENT)
    };
    if jumps(before.rows, last.rows, SMALL_ROWS) {
        return Some(format!(
            "{} rows, {} the time before",
            last.rows, before.rows
        ));
    }
    jumps(before.bytes, last.bytes, SMALL_BYTES).then(|| {
        format!(
            "{} stored, {} the time before",
            crate::words::bytes(last.bytes),
            crate::words::bytes(before.bytes)
        )
    })
}
