//! What goes in comes out.

use super::Target;
use crate::conformance::{Plan, Seed, Setting};
use weir_engine::schema_fingerprint;

/// Everything the engine can hold arrives in a database that did not exist, the source is left
/// as it was, and a backup of the copy says the same as the backup of the source.
pub async fn everything_survives(setting: Setting) {
    let (harness, context) = (setting.harness(), setting.context());
    let source = setting.seeded("source", Seed::Everything);
    let content = harness.fingerprint(&source);
    let manifest = setting.backup(&source, &context).await.unwrap();
    assert_eq!(
        harness.fingerprint(&source),
        content,
        "a backup must not change its source"
    );
    assert!(!manifest.parts.is_empty() && !manifest.tables.is_empty());
    assert_eq!(manifest.schema, schema_fingerprint(&manifest.catalog));

    let copy = setting.endpoint("copy");
    assert!(!setting.engine().exists(&copy, &context).await.unwrap());
    let live = setting
        .restore(&manifest, &copy, &Plan::with_token(1), &context)
        .await
        .unwrap();
    assert!(!live.previous_kept, "there was nothing to keep");
    assert!(setting.engine().exists(&copy, &context).await.unwrap());
    assert_eq!(harness.fingerprint(&copy), content);
    setting.engine().verify_live(&copy, &context).await.unwrap();
    setting.assert_nothing_left(&copy, "a restore").await;

    let again = setting.backup(&copy, &context).await.unwrap();
    assert_eq!(again.tables, manifest.tables);
    assert_eq!(
        manifest.catalog.differences(&again.catalog),
        Vec::<String>::new()
    );
}

/// A database without a table is a database too.
pub async fn an_empty_database_survives(setting: Setting) {
    let context = setting.context();
    let manifest = setting.backup_of("source", Seed::Empty).await;
    assert_eq!(manifest.rows(), 0);
    let target = Target::new(&setting, "target");
    setting
        .restore(&manifest, &target.endpoint, &Plan::with_token(1), &context)
        .await
        .unwrap();
    let source = setting.endpoint("source");
    assert_eq!(
        setting.harness().fingerprint(&target.endpoint),
        setting.harness().fingerprint(&source)
    );
}

/// Nothing of the replaced copy shines through: no table, no object, no setting.
pub async fn what_was_there_is_replaced_as_a_whole(setting: Setting) {
    let (harness, context) = (setting.harness(), setting.context());
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = setting.seeded("target", Seed::Everything);
    setting
        .restore(&manifest, &target, &Plan::with_token(1), &context)
        .await
        .unwrap();
    assert_eq!(
        harness.fingerprint(&target),
        harness.fingerprint(&setting.endpoint("source"))
    );
    assert_eq!(harness.read_generation(&target), Ok(Target::NEW));
}

/// Names are compared exactly, in the store and in the folder of databases.
pub async fn names_that_are_prefixes_of_each_other_stay_apart(setting: Setting) {
    let context = setting.context();
    let names = ["demo", "draft_demo", "demo-2", "demo_2", "demo.weir"];
    for (number, name) in (10_u32..).zip(names) {
        setting.backup_of(name, Seed::Generation(number)).await;
    }
    for (number, name) in (10_u32..).zip(names) {
        let parts = setting.choose(name).await.unwrap();
        assert_eq!(parts.manifest().database, name);
        let target = setting.endpoint(&format!("copy-{name}"));
        setting
            .restore_parts(parts, &target, &Plan::with_token(1), &context)
            .await
            .unwrap();
        assert_eq!(setting.harness().read_generation(&target), Ok(number));
    }
    // One database's shadow is nothing to its neighbours.
    let parts = setting.choose("demo").await.unwrap();
    let demo = setting.endpoint("demo");
    let plan = Plan::with_token(1);
    let ready = setting
        .prepare(parts, &demo, &plan, &context)
        .await
        .unwrap();
    for name in &names[1..] {
        let healed = setting
            .engine()
            .heal(&setting.endpoint(name), &context)
            .await
            .unwrap();
        assert_eq!(
            healed.actions,
            Vec::<String>::new(),
            "{name} has nothing to heal"
        );
    }
    ready.swap(&context).await.unwrap();
}
