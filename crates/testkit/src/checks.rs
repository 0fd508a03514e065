//! What rules are told about the CHECKs of a real database, before data moves.

use std::sync::Arc;
use weir_engine::{Context, Endpoint, Engine, SilentObserver, Tried};
use weir_mask::{AttemptResult, Key, Ruleset, Types, Verdict};

/// What is said of every CHECK that the rules touch, by its name: `proven`, `tried`, `broken: …`, or
/// `unproven: …`. Where the rules are refused, why.
///
/// # Errors
/// What the rules are refused with.
///
/// # Panics
/// When the database cannot be read, or the rules are none.
pub async fn judged(
    engine: &dyn Engine,
    endpoint: &Endpoint,
    rules: &str,
) -> Result<Vec<(String, String)>, String> {
    let context = Context::new(Arc::new(SilentObserver));
    let catalog = engine.catalog(endpoint, &context).await;
    let catalog = catalog.unwrap_or_else(|error| panic!("{error}"));
    let ruleset = Ruleset::parse(rules, "rules.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let key = Key::parse(b"the key of a test").unwrap_or_else(|error| panic!("{error}"));
    let types = match engine.capabilities().enforces_types {
        true => Types::Enforced,
        false => Types::Hints,
    };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let bound = ruleset.bind_at(&catalog, &key, now, types);
    bound.map_err(|problems| problems.to_string())?;
    let mut judged = Vec::new();
    for proof in ruleset.prove(&catalog, &key, types) {
        let name = proof.check.clone();
        let told = match &proof.verdict {
            Verdict::Proven => "proven".to_owned(),
            Verdict::Unproven(why) => format!("unproven: {why}"),
            Verdict::ToTry(attempt) => {
                let tried = engine.satisfies(endpoint, attempt.trial(), &context).await;
                match tried.unwrap_or_else(|error| panic!("{error}")) {
                    Tried::Unanswered(why) => format!("unproven: {why}"),
                    Tried::Satisfied(answers) => match attempt.result(&answers) {
                        AttemptResult::Held(_) => "tried".to_owned(),
                        AttemptResult::NothingFits => "unproven: nothing fits".to_owned(),
                        AttemptResult::Broken => format!("broken: {}", proof.refusal()),
                    },
                }
            }
        };
        judged.push((name, told));
    }
    judged.sort();
    Ok(judged)
}
