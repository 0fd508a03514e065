//! The stamp says who put a copy here, and lies inside it.

use crate::conformance::setting::stamp;
use crate::conformance::{Plan, Seed, Setting};

/// A restored copy carries its stamp, a snapshot of it too; a copy put there by others has none.
pub async fn a_restore_leaves_its_stamp_and_others_do_not(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let manifest = setting.backup_of("source", Seed::Generation(1)).await;
    let source = setting.endpoint("source");
    assert_eq!(engine.stamp(&source, &context).await.unwrap(), None);

    let target = setting.endpoint("target");
    assert_eq!(engine.stamp(&target, &context).await.unwrap(), None);
    let live = setting
        .restore(&manifest, &target, &Plan::with_token(7), &context)
        .await
        .unwrap();
    let expected = Some(stamp(&manifest, 7));
    assert_eq!(Some(live.stamp), expected);
    assert_eq!(engine.stamp(&target, &context).await.unwrap(), expected);
    let opened = engine.open(&target, &context).await.unwrap();
    assert_eq!(opened.stamp(), expected.as_ref());
    drop(opened);

    setting.harness().seed(&target, Seed::Generation(3));
    assert_eq!(engine.stamp(&target, &context).await.unwrap(), None);
    let opened = engine.open(&target, &context).await.unwrap();
    assert_eq!(opened.stamp(), None);
}

/// Neither catalog nor digests nor the next copy show that a copy was stamped.
pub async fn the_stamp_is_no_part_of_the_data(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let first = setting.backup_of("source", Seed::Generation(1)).await;
    let target = setting.endpoint("target");
    setting
        .restore(&first, &target, &Plan::with_token(7), &context)
        .await
        .unwrap();
    let catalog = engine.catalog(&target, &context).await.unwrap();
    assert_eq!(first.catalog.differences(&catalog), Vec::<String>::new());

    let second = setting.backup(&target, &context).await.unwrap();
    assert_eq!(second.tables, first.tables);
    assert_eq!(second.schema, first.schema);
    assert_eq!(second.lineage, Some(stamp(&first, 7).hops));

    let further = setting.endpoint("further");
    let plan = Plan::with_token(8);
    let ready = setting
        .prepare(
            setting.parts(&second).await.unwrap(),
            &further,
            &plan,
            &context,
        )
        .await
        .unwrap();
    assert_eq!(engine.stamp(&further, &context).await.unwrap(), None);
    ready.swap(&context).await.unwrap();
    assert_eq!(
        engine.stamp(&further, &context).await.unwrap(),
        Some(stamp(&second, 8))
    );
}
