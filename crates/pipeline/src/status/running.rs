//! What is still running?

use super::observe::Observed;
use super::{Exception, Question, Verdict};
use crate::words;

pub(super) fn answer(observed: &Observed) -> Question {
    let mut facts = Vec::new();
    let mut exceptions = Vec::new();
    for run in &observed.running {
        let place = format!("{}/{}", run.environment, run.app);
        let since = words::age(observed.now.duration_since(run.at));
        if weir_store::is_dead(&run.by) {
            exceptions.push(Exception {
                place,
                step: run.verb.clone(),
                cause: format!("run {} died {since} after it began, or later", run.run),
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
