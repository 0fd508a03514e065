//! What is held?

use super::observe::{Observation, Observed, Work};
use super::{Exception, Question, Verdict};
use crate::holds::{self, HoldReport, HoldSummary};
use crate::weir::Weir;
use jiff::Timestamp;
use weir_engine::Context;
use weir_model::hold::Hold;

/// All holds that are remembered of an environment, or why they cannot be read.
pub(super) async fn read(
    weir: &Weir,
    environment: &str,
    context: &Context,
) -> (HoldReport, Option<String>) {
    let mut report = HoldReport::default();
    match holds::kept(weir, environment, context).await {
        Ok(kept) => {
            report.add(environment, kept, weir.now());
            (report, None)
        }
        Err(error) => (report, Some(error.to_string())),
    }
}

pub(super) fn answer(observed: &Observed) -> Question {
    let in_force = observed.holds.holds.iter().filter(|found| found.in_force);
    let facts = in_force.map(|found| in_words(&found.hold)).collect();
    let damaged = observed.holds.unreadable.iter().map(|hold| {
        let command = format!("weir release {}", hold.id);
        nothing_starts(&hold.environment, &hold.why, command, Verdict::Bad)
    });
    let unread = observed.unread_holds.iter().map(|(environment, why)| {
        let command = format!("weir holds {environment}");
        nothing_starts(environment, why, command, Verdict::Unknown)
    });
    let exceptions = damaged.chain(unread).collect();
    Question::new("held", "What is held?", facts, exceptions)
}

fn nothing_starts(environment: &str, why: &str, command: String, verdict: Verdict) -> Exception {
    Exception {
        place: environment.to_owned(),
        step: "restore".to_owned(),
        cause: format!(
            "nothing that replaces a live copy starts: whether it is held cannot be read ({why})"
        ),
        serving: "what was live before".to_owned(),
        command,
        verdict,
    }
}

/// `staging/whitehall restore: held by alice until 2026-11-27 00:00 UTC: penetration test
/// (hold-0a1b2c3d)`.
fn in_words(hold: &Hold) -> String {
    let operation = hold.operation.as_deref().unwrap_or("everything");
    format!(
        "{} {operation}: {} ({})",
        hold.place(),
        hold.in_words(),
        hold.id
    )
}

/// The holds in force of an app in an environment.
pub(super) fn of_app(observed: &Observed, database: &Observation) -> Vec<Hold> {
    let concerns = |found: &&HoldSummary| {
        let app = found.hold.app.as_ref();
        found.in_force
            && found.hold.environment == database.environment
            && app.is_none_or(|app| *app == database.app)
    };
    let holds = observed.holds.holds.iter().filter(concerns);
    holds.map(|found| found.hold.clone()).collect()
}

/// Why an operation was not to run: it is held, or was when it was last due.
pub(super) fn excuse(observed: &Observed, database: &Observation, work: &Work) -> Option<String> {
    let (environment, app) = (&database.environment, &database.app);
    let covers = |found: &&HoldSummary| {
        let hold = &found.hold;
        hold.covers(environment, app, &work.job, &work.operation)
    };
    let covering: Vec<&HoldSummary> = observed.holds.holds.iter().filter(covers).collect();
    if let Some(found) = covering.iter().find(|found| found.in_force) {
        return Some(found.hold.in_words());
    }
    let due = work.last_due?;
    let found = covering.iter().find(|found| held_at(found, due))?;
    let Hold { owner, reason, .. } = &found.hold;
    Some(format!("was held by {owner} when it was due: {reason}"))
}

fn held_at(found: &HoldSummary, at: Timestamp) -> bool {
    let released = found.released.as_ref().map(|released| released.at);
    let until = released.map_or(found.hold.until, |at| at.min(found.hold.until));
    (found.hold.from..until).contains(&at)
}
