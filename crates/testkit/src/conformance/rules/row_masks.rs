//! Rows are masked as rows: kept or left out, each value as it is stored.

use super::{Target, rows_of};
use crate::conformance::setting::sanitised;
use crate::conformance::{Plan, Rules, Seed, Setting};
use weir_engine::Masker as _;
use weir_model::sanitising::RulesetMark;

/// Rows left out count as received, and are nowhere in the copy.
pub async fn rows_that_are_dropped_do_not_arrive(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let (context, odd) = (setting.context(), |id: i64| id % 2 == 1);
    let rules = Rules::keep(&manifest.catalog)
        .drop_rows("items", "id", odd)
        .drop_rows("notes", "id", |_| true)
        .mask("people", "email");
    let plan = Plan::with_token(1).masked(rules);
    let parts = setting.parts(&manifest).await.unwrap();
    let ready = setting
        .prepare(parts, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    let tables = ready.tables().to_vec();
    let (items, people) = (rows_of(&manifest.tables, "items"), 50);
    assert_eq!(rows_of(&tables, "items"), items / 2);
    assert_eq!(rows_of(&tables, "notes"), 0);
    assert_eq!(rows_of(&tables, "people"), people);
    assert!(ready.effects().is_empty(), "no script did it");
    ready.swap(&context).await.unwrap();
    let left = setting
        .engine()
        .sample(&target.endpoint, "items", 1000, &context)
        .await
        .unwrap();
    assert_eq!(left.len() as u64, items / 2);
    let dropped = setting.harness().number(1);
    assert!(left.iter().all(|row| row.first() != Some(&dropped)));
    let contents = setting.engine().contents(&target.endpoint, &context).await;
    assert_eq!(contents.unwrap().tables, tables);
}

/// Every type the engine has, read for a mask and written again, is what it was.
pub async fn values_given_back_are_what_they_were(setting: Setting) {
    let manifest = setting.backup_of("source", Seed::Everything).await;
    let (kept, echoed) = (setting.endpoint("kept"), setting.endpoint("echoed"));
    let context = setting.context();
    let plan = Plan::with_token(1).masked(Rules::keep(&manifest.catalog));
    setting
        .restore(&manifest, &kept, &plan, &context)
        .await
        .unwrap();
    let plan = Plan::with_token(1).masked(Rules::keep(&manifest.catalog).echo());
    let parts = setting.parts(&manifest).await.unwrap();
    let ready = setting
        .prepare(parts, &echoed, &plan, &context)
        .await
        .unwrap();
    for table in ready.tables() {
        assert!(
            manifest.tables.contains(table),
            "the rows of table {:?} must be those of the backup",
            table.table
        );
    }
    ready.swap(&context).await.unwrap();
    assert_eq!(
        setting.harness().fingerprint(&echoed),
        setting.harness().fingerprint(&kept)
    );
}

/// How clean the rows have turned out to be is known after they are in, and told by the live copy.
pub async fn what_is_certified_is_in_the_live_stamp(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let context = setting.context();
    let rules = Rules::keep(&manifest.catalog).mask("people", "email");
    let mark = sanitised(RulesetMark {
        values: 50,
        rows_left_out: 7,
        ..rules.mark()
    });
    let plan = Plan::with_token(1).masked(rules);
    let parts = setting.parts(&manifest).await.unwrap();
    let mut loaded = setting
        .load(parts, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    loaded.certify(mark.clone());
    let sanitised = loaded.sanitise(&[], &context).await.unwrap();
    let ready = sanitised.verify(&context).await.unwrap();
    let live = ready.swap(&context).await.unwrap();
    assert_eq!(live.stamp.sanitising, mark);
    let stamp = setting.engine().stamp(&target.endpoint, &context).await;
    assert_eq!(stamp.unwrap().map(|stamp| stamp.sanitising), Some(mark));
}
