//! One writer per target, enforced by the target.

use super::{Target, refused};
use crate::conformance::setting::stamp;
use crate::conformance::{Plan, Seed, Setting};
use weir_model::error::Kind;
use weir_model::stamp::Token;

/// A run whose token is not above that of the last one is refused, also when the live copy's
/// own stamp is gone with a rollback.
pub async fn a_stale_run_is_refused(setting: Setting) {
    let context = setting.context();
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let plan = Plan::with_token(50);
    setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    let other = setting.backup_of("other", Seed::Generation(5)).await;
    for token in [50, 49] {
        let plan = Plan::with_token(token);
        let restored = setting
            .restore(&other, &target.endpoint, &plan, &context)
            .await;
        refused(restored, &[Kind::Locked], "a stale run");
        assert_eq!(
            setting.harness().read_generation(&target.endpoint),
            Ok(Target::NEW)
        );
        setting
            .assert_nothing_left(&target.endpoint, "a stale run")
            .await;
    }
    let engine = setting.engine();
    engine
        .rollback(&target.endpoint, Token(60), &context)
        .await
        .unwrap();
    let plan = Plan::with_token(55);
    let restored = setting
        .restore(&other, &target.endpoint, &plan, &context)
        .await;
    refused(restored, &[Kind::Locked], "a run older than a rollback");
    target
        .assert_untouched(&setting, "a run older than a rollback")
        .await;
}

/// A newer run that finished while this one's shadow was ready is seen inside the swap.
pub async fn a_stale_run_is_refused_inside_the_swap(setting: Setting) {
    let context = setting.context();
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    for newer in [10, 11] {
        let plan = Plan::with_token(10);
        let parts = setting.parts(&manifest).await.unwrap();
        let ready = setting
            .prepare(parts, &target.endpoint, &plan, &context)
            .await
            .unwrap();
        setting
            .harness()
            .write_stamp(&target.endpoint, &stamp(&manifest, newer));
        refused(
            ready.swap(&context).await,
            &[Kind::Locked],
            "a swap behind a newer run",
        );
        target
            .assert_untouched(&setting, "a swap behind a newer run")
            .await;
        setting
            .harness()
            .seed(&target.endpoint, Seed::Generation(Target::OLD));
    }
}

/// While one run has a shadow, another neither loads, nor heals it away, nor rolls back.
pub async fn one_writer_at_a_time(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let parts = setting.parts(&manifest).await.unwrap();
    let (first, second) = (Plan::with_token(1), Plan::with_token(2));
    let loaded = setting
        .load(parts.clone(), &target.endpoint, &first, &context)
        .await
        .unwrap();

    let intruder = setting
        .load(parts, &target.endpoint, &second, &context)
        .await
        .map(drop);
    refused(intruder, &[Kind::Locked], "a second writer");
    refused(
        engine.heal(&target.endpoint, &context).await,
        &[Kind::Locked],
        "healing a live run",
    );
    let rolled = engine.rollback(&target.endpoint, Token(3), &context).await;
    refused(rolled, &[Kind::Locked], "a rollback under a live run");
    assert_eq!(
        setting.harness().fingerprint(&target.endpoint),
        target.before
    );

    let sanitised = loaded.sanitise(&[], &context).await.unwrap();
    let ready = sanitised.verify(&context).await.unwrap();
    ready.swap(&context).await.unwrap();
    assert_eq!(
        setting.harness().read_generation(&target.endpoint),
        Ok(Target::NEW)
    );
    setting
        .restore(&manifest, &target.endpoint, &second, &context)
        .await
        .unwrap();
}
