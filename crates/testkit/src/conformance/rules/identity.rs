//! A database is known again, so that nothing is ever restored onto its own source.

use crate::conformance::{Plan, Seed, Setting};

/// The manifest names its source by a fact that the source itself still has, whatever happened
/// to its content, and that no other database has.
pub async fn a_source_is_known_again_and_others_are_not(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let manifest = setting.backup_of("source", Seed::Generation(1)).await;
    let source = setting.endpoint("source");
    setting.harness().write(&source).unwrap();
    let now = engine.identity(&source, &context).await.unwrap();
    assert!(
        !manifest.identity.shared_with(&now).is_empty(),
        "the source must be known again"
    );
    setting.harness().seed(&source, Seed::Generation(2));
    let replaced = engine.identity(&source, &context).await.unwrap();
    assert!(
        !manifest.identity.shared_with(&replaced).is_empty(),
        "its place is still its own"
    );

    let other = setting.endpoint("source-2");
    let before = engine.identity(&other, &context).await.unwrap();
    assert_eq!(manifest.identity.shared_with(&before), Vec::<String>::new());
    setting
        .restore(&manifest, &other, &Plan::with_token(1), &context)
        .await
        .unwrap();
    let after = engine.identity(&other, &context).await.unwrap();
    assert_eq!(manifest.identity.shared_with(&after), Vec::<String>::new());
    assert!(
        !before.shared_with(&after).is_empty(),
        "a place is known before it is filled"
    );
}
