//! No secret and no value leaves its place.

use super::Target;
use crate::conformance::damage::files_with;
use crate::conformance::{Plan, Rules, Seed, Setting};
use crate::observe::Probe;
use std::path::PathBuf;
use std::sync::Arc;
use weir_engine::{Endpoint, Secret};
use weir_model::error::Error;
use weir_model::stamp::Token;

/// A password that would be noticed anywhere.
const CANARY: &str = "canary-password-7f3a";

/// Through good runs and bad ones, a password is in no event, error or object, and a row's value
/// is in no event, error or manifest.
pub async fn a_password_and_row_values_appear_nowhere(setting: Setting) {
    let probe = Arc::new(Probe::default());
    let context = setting.watched(&probe);
    let source = with_password(setting.seeded("source", Seed::Generation(Target::NEW)));
    let target = with_password(Target::new(&setting, "target").endpoint);
    let manifest = setting.backup(&source, &context).await.unwrap();
    let plan = Plan::with_token(1);
    setting
        .restore(&manifest, &target, &plan, &context)
        .await
        .unwrap();
    let rolled = setting
        .engine()
        .rollback(&target, Token(2), &context)
        .await
        .unwrap();
    setting.engine().heal(&target, &context).await.unwrap();

    let mut told = probe.text();
    told.push_str(&serde_json::to_string(&manifest).unwrap());
    told.push_str(&format!("{rolled:?}{target:?}"));
    for error in errors(&setting, &target).await {
        told.push_str(&format!("{error:?}\n{error}\n{}\n", error.cause()));
    }
    for secret in [CANARY, "@generation-", "erase-me"] {
        assert!(!told.contains(secret), "{secret} must not be told: {told}");
    }
    let objects = files_with(setting.shelf().objects(), CANARY);
    assert_eq!(
        objects,
        Vec::<PathBuf>::new(),
        "no object may hold the password"
    );
    let around = files_with(&setting.databases(), CANARY);
    assert_eq!(
        around,
        Vec::<PathBuf>::new(),
        "no file beside a database may hold it"
    );
}

fn with_password(mut endpoint: Endpoint) -> Endpoint {
    endpoint.password = Some(Secret::new(CANARY));
    endpoint
}

async fn errors(setting: &Setting, target: &Endpoint) -> Vec<Error> {
    let (engine, context) = (setting.engine(), setting.context());
    let parts = setting.choose("source").await.unwrap();
    let manifest = parts.manifest();
    let rules = |rules: Rules| Plan::with_token(90).masked(rules);
    let mut plans = vec![
        Plan::with_token(1),
        rules(Rules::keep(&manifest.catalog).fail("people", "email")),
        rules(Rules::keep(&manifest.catalog).plan("people", None)),
    ];
    for script in setting.harness().failing_scripts() {
        plans.push(Plan::with_token(90).script(script));
    }
    let mut errors = Vec::new();
    for plan in plans {
        errors.extend(
            setting
                .restore(manifest, target, &plan, &context)
                .await
                .err(),
        );
    }
    for case in setting.harness().unusable(&setting.databases()) {
        let endpoint = with_password(case.endpoint);
        errors.extend(engine.open(&endpoint, &context).await.err());
        errors.extend(engine.heal(&endpoint, &context).await.err());
    }
    assert!(errors.len() > 3, "the runs meant to fail must fail");
    errors
}
