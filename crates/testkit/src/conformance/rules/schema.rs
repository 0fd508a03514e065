//! The schema fingerprint.

use crate::conformance::{Seed, Setting};
use weir_engine::schema_fingerprint;

/// Rows do not change the fingerprint; every kind of change of the schema does, and is named.
pub async fn the_fingerprint_notices_each_change(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let plain = setting.seeded("plain", Seed::Generation(1));
    let before = engine.catalog(&plain, &context).await.unwrap();
    setting.harness().write(&plain).unwrap();
    let written = engine.catalog(&plain, &context).await.unwrap();
    assert_eq!(
        schema_fingerprint(&written),
        schema_fingerprint(&before),
        "rows are no schema"
    );

    let changes = setting.harness().schema_changes();
    assert!(
        !changes.is_empty(),
        "a harness names the changes its engine knows"
    );
    for (number, change) in changes.into_iter().enumerate() {
        let changed = setting.seeded(&format!("changed-{number}"), Seed::Generation(1));
        (change.apply)(&changed);
        let after = engine.catalog(&changed, &context).await.unwrap();
        assert_ne!(
            schema_fingerprint(&after),
            schema_fingerprint(&before),
            "{} must change the fingerprint",
            change.name
        );
        assert!(
            !before.differences(&after).is_empty(),
            "{} must be named",
            change.name
        );
    }
}
