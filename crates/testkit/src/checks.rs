//! What rules are told about the CHECKs of a real database, before data moves.

use std::sync::Arc;
use weir_engine::{
    Context, Endpoint, Engine, Replacement, SilentObserver, Trial, TrialColumn, Tried,
};
use weir_mask::{AttemptResult, Key, Ruleset, Types, Verdict};

/// Rules for the columns of a table `t`, of which `changed`, if it is any as `COLUMN: RULE`, has
/// another rule and stands last.
#[must_use]
pub fn rules(columns: &[(&str, &str)], changed: &str) -> String {
    let changed = changed.split_once(": ");
    let kept = columns
        .iter()
        .filter(|(name, _)| changed.is_none_or(|(other, _)| other != *name));
    let lines = kept
        .copied()
        .chain(changed)
        .map(|(name, rule)| format!("      {name}: {rule}\n"));
    format!(
        "weir-rules: 1\ntables:\n  t:\n    columns:\n{}",
        lines.collect::<String>()
    )
}

/// What is said of every CHECK that the rules touch, by its name: `proven`, `tried`, `broken: …`, or
/// `unproven: …`. Where the rules are refused, why.
///
/// # Errors
/// What the rules are refused with, or why they cannot be judged.
pub async fn judged(
    engine: &dyn Engine,
    endpoint: &Endpoint,
    rules: &str,
) -> Result<Vec<(String, String)>, String> {
    let context = Context::new(Arc::new(SilentObserver));
    let catalog = engine.catalog(endpoint, &context).await;
    let catalog = catalog.map_err(|error| error.to_string())?;
    let ruleset = Ruleset::parse(rules, "rules.yaml").map_err(|wrong| wrong.to_string())?;
    let key = Key::parse(b"the key of a test").map_err(|error| error.to_string())?;
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
                match tried.map_err(|error| error.to_string())? {
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

/// What the engine says of a CHECK as a backup of anybody's might have it, over a column `a` of whole
/// numbers that holds 1.
///
/// # Errors
/// As [`Engine::satisfies`], in words.
pub async fn tried(
    engine: &dyn Engine,
    endpoint: &Endpoint,
    expression: &str,
) -> Result<Tried, String> {
    let trial = Trial {
        columns: vec![TrialColumn {
            name: "a".to_owned(),
            data_type: "integer".to_owned(),
        }],
        expression: expression.to_owned(),
        rows: vec![vec![Replacement::Integer(1)]],
    };
    let context = Context::new(Arc::new(SilentObserver));
    let tried = engine.satisfies(endpoint, &trial, &context).await;
    tried.map_err(|error| error.to_string())
}
