//! The replaced copy, kept and put back.

use super::{Target, refused};
use crate::conformance::{Plan, Seed, Setting};
use weir_engine::Previous;
use weir_model::error::Kind;
use weir_model::stamp::Token;

/// A rollback puts the replaced copy back, and another one undoes it.
pub async fn the_replaced_copy_can_be_put_back_and_forth(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let new = setting.harness().fingerprint(&setting.endpoint("source"));
    let target = Target::new(&setting, "target");
    let plan = Plan::with_token(10);
    let live = setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    assert!(live.previous_kept);

    let stale = engine.rollback(&target.endpoint, Token(10), &context).await;
    refused(
        stale,
        &[Kind::Locked],
        "a rollback with the token of the restore",
    );
    assert_eq!(setting.harness().fingerprint(&target.endpoint), new);

    let back = engine
        .rollback(&target.endpoint, Token(11), &context)
        .await
        .unwrap();
    assert_eq!(back.stamp, None, "the copy put back was none of Weir's");
    target.assert_untouched(&setting, "a rollback").await;

    let forth = engine
        .rollback(&target.endpoint, Token(12), &context)
        .await
        .unwrap();
    assert_eq!(
        forth.stamp.map(|stamp| stamp.run),
        Some("run-10".to_owned())
    );
    assert_eq!(setting.harness().fingerprint(&target.endpoint), new);
    let stamp = engine
        .stamp(&target.endpoint, &context)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stamp.run.as_str(), stamp.token), ("run-10", Token(12)));
    setting
        .assert_nothing_left(&target.endpoint, "an undone rollback")
        .await;
}

/// Where nothing is kept, a rollback says so.
pub async fn a_copy_that_is_not_kept_cannot_be_put_back(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let untouched = engine.rollback(&target.endpoint, Token(1), &context).await;
    refused(
        untouched,
        &[Kind::NoBackup],
        "a rollback of what was never restored",
    );
    let mut plan = Plan::with_token(2);
    plan.previous = Previous::None;
    let live = setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    assert!(!live.previous_kept);
    let rolled = engine.rollback(&target.endpoint, Token(3), &context).await;
    refused(rolled, &[Kind::NoBackup], "a rollback to what was not kept");
    assert_eq!(
        setting.harness().read_generation(&target.endpoint),
        Ok(Target::NEW)
    );
    setting
        .assert_nothing_left(&target.endpoint, "a rollback to nothing")
        .await;
}

/// One previous copy is kept: the one replaced last.
pub async fn the_previous_copy_is_the_one_replaced_last(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let target = Target::new(&setting, "target");
    for (token, generation) in [(1, 31), (2, 32), (3, 33)] {
        let manifest = setting
            .backup_of("source", Seed::Generation(generation))
            .await;
        let plan = Plan::with_token(token);
        setting
            .restore(&manifest, &target.endpoint, &plan, &context)
            .await
            .unwrap();
    }
    engine
        .rollback(&target.endpoint, Token(4), &context)
        .await
        .unwrap();
    assert_eq!(setting.harness().read_generation(&target.endpoint), Ok(32));
}
