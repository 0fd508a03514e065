//! What is still running?

use super::observe::Observed;
use super::{Exception, Question, RunAtWork, Verdict};
use crate::closing::is_over;
use crate::resume;
use crate::weir::Weir;
use crate::words;
use jiff::Timestamp;
use weir_model::run::{RunProgress, Started};

/// A run without an end.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) started: Started,
    progress: Option<RunProgress>,
    /// Until when another one would continue it, were it dead.
    continued_until: Option<Timestamp>,
}

impl Running {
    pub(super) fn of(weir: &Weir, run: &RunAtWork) -> Self {
        Self {
            continued_until: resume::continued_until(weir, &run.started),
            started: run.started.clone(),
            progress: run.progress.clone(),
        }
    }
}

/// Those that have not died.
pub(super) fn at_work(observed: &Observed) -> Vec<RunAtWork> {
    let alive = |found: &&Running| !is_over(&found.started, observed.now);
    let found = observed.running.iter().filter(alive);
    found
        .map(|found| RunAtWork {
            started: found.started.clone(),
            progress: found.progress.clone(),
        })
        .collect()
}

pub(super) fn answer(observed: &Observed) -> Question {
    let mut facts = Vec::new();
    // Who cannot see the records cannot say that nothing runs.
    let unreadable = |(environment, _): &(String, String)| Exception {
        place: environment.clone(),
        step: "records".to_owned(),
        cause: "not readable from here".to_owned(),
        serving: "unknown".to_owned(),
        command: format!("weir status {environment}"),
        verdict: Verdict::Unknown,
    };
    let mut exceptions: Vec<Exception> = observed.unreadable.iter().map(unreadable).collect();
    for Running {
        started: run,
        continued_until,
        ..
    } in &observed.running
    {
        let place = format!("{}/{}", run.environment, run.app);
        let since = words::age(observed.now.duration_since(run.at));
        if is_over(run, observed.now) {
            // A run heals before anything else.
            let (verb, until) = match continued_until {
                Some(until) => ("run", format!("; a run before {until} continues it")),
                None => ("heal", String::new()),
            };
            exceptions.push(Exception {
                place,
                step: run.verb.clone(),
                cause: format!("run {}, begun {since} ago, has died{until}", run.run),
                serving: "what was live before, unless the matrix says otherwise".to_owned(),
                command: format!("weir {verb} {}/{}", run.environment, run.app),
                verdict: Verdict::Notice,
            });
        } else {
            let continuing = match &run.continues {
                Some(earlier) => format!(", continuing {earlier}"),
                None => String::new(),
            };
            facts.push(format!(
                "{place}: {} for {since} (run {}, by {}{continuing})",
                run.verb, run.run, run.by
            ));
        }
    }
    Question::new("running", "What is still running?", facts, exceptions)
}
