//! What is still running?

use super::observe::Observed;
use super::{Exception, Question, Verdict};
use crate::weir::is_over;
use crate::words;

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
    for run in &observed.running {
        let place = format!("{}/{}", run.environment, run.app);
        let since = words::age(observed.now.duration_since(run.at));
        if is_over(run, observed.now) {
            exceptions.push(Exception {
                place,
                step: run.verb.clone(),
                cause: format!("run {}, begun {since} ago, has died", run.run),
                serving: "what was live before, unless the matrix says otherwise".to_owned(),
                command: format!("weir heal {}/{}", run.environment, run.app),
                verdict: Verdict::Notice,
            });
        } else {
            facts.push(format!(
                "{place}: {} for {since} (run {}, by {})",
                run.verb, run.run, run.by
            ));
        }
    }
    Question::new("running", "What is still running?", facts, exceptions)
}
