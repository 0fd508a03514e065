//! How long each table took.

use crate::conformance::{Plan, Rules, Seed, Setting};
use std::sync::Arc;
use weir_engine::Context;
use weir_model::manifest::TableDigest;

/// A backup, a restore and a clean backup tell the time of every table whose rows they move, under
/// the name of its digest, and of nothing else.
pub async fn every_table_that_is_moved_has_a_time(setting: Setting) {
    let source = setting.seeded("source", Seed::Generation(1));
    let context = setting.context();
    let raw = setting.backup(&source, &context).await.unwrap();
    assert_told(&context, &raw.tables, "a backup");

    let copy = setting.endpoint("copy");
    let context = setting.context();
    setting
        .restore(&raw, &copy, &Plan::with_token(1), &context)
        .await
        .unwrap();
    assert_told(&context, &raw.tables, "a restore");

    let rules = || Rules::keep(&raw.catalog).mask("people", "email");
    let context = setting.context();
    setting
        .restore(&raw, &copy, &Plan::with_token(2).masked(rules()), &context)
        .await
        .unwrap();
    assert_told(&context, &raw.tables, "a masked restore");

    let context = setting.context();
    let parts = setting.parts(&raw).await.unwrap();
    let clean = setting
        .rewrite(parts, "clean", Arc::new(rules()), &context)
        .await
        .unwrap();
    // The others may be taken over as they are.
    let masked = clean.tables.iter().filter(|table| is_people(&table.table));
    let masked: Vec<TableDigest> = masked.cloned().collect();
    assert_eq!(masked.len(), 1);
    assert_has_times(&context, &masked, "a clean backup");
}

fn is_people(table: &str) -> bool {
    table.rsplit('.').next() == Some("people")
}

fn assert_told(context: &Context, tables: &[TableDigest], what: &str) {
    let took = context.table_times().took();
    for table in took.keys() {
        assert!(
            tables.iter().any(|known| known.table == *table),
            "{what} tells the time of {table}, which it does not name"
        );
    }
    assert_has_times(context, tables, what);
}

fn assert_has_times(context: &Context, tables: &[TableDigest], what: &str) {
    let took = context.table_times().took();
    assert!(!took.is_empty(), "{what} must tell the times of its tables");
    // An empty table may need no work, and what a server keeps of its own is no table.
    let is_own = |name: &str| {
        ["pg_catalog.", "information_schema."]
            .iter()
            .any(|own| name.starts_with(own))
    };
    let moved = tables
        .iter()
        .filter(|table| table.rows > 0 && !is_own(&table.table));
    for table in moved {
        let name = &table.table;
        assert!(
            took.contains_key(name),
            "{what} must tell the time of {name}"
        );
    }
}
