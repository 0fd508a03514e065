//! A table that is most of its database.

use crate::parts::clean_of;
use crate::row_rules::row;
use crate::support::{Target, backup, filled, one, restore, with_setting};
use std::sync::Arc;
use weir_engine::{ColumnUse, Fate, Field, PartSource as _, Replacement};
use weir_testkit::conformance::{Plan, Rules};

/// Some 80 MB of rows, with a little beside them.
const LARGE: &str = "CREATE TABLE large(id integer PRIMARY KEY, filler text);
    INSERT INTO large SELECT id, repeat(md5(id::text), 512) FROM generate_series(1, 5000) id;
    CREATE TABLE small AS SELECT 1 AS x;";

#[test]
fn it_is_loaded_by_several_connections_and_every_row_once() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let expected = setting.harness().fingerprint(&source);
        let manifest = backup(&setting, &source).await;
        let target = Target::of(&setting, filled(&setting, "target", "CREATE TABLE old()"));
        let plan = Plan::with_token(1);
        restore(&setting, &manifest, &target.endpoint, &plan)
            .await
            .unwrap();
        assert!(setting.harness().fingerprint(&target.endpoint) == expected);
        let writers = "SELECT count(DISTINCT xmin::text) >= 2 FROM large";
        assert_eq!(one(&target.endpoint, writers), "t");
    });
}

#[test]
fn it_is_rewritten_by_several_cores_and_every_row_once_and_in_order() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let manifest = backup(&setting, &source).await;
        let rules = || {
            Rules::keep(&manifest.catalog).plan(
                "large",
                row(vec![ColumnUse::Read, ColumnUse::Masked], |row, masked| {
                    let Field::Integer(id) = row[0] else {
                        panic!("it is a number");
                    };
                    masked[1] = Replacement::Text(format!("masked-{id}"));
                    match id % 100 {
                        0 => Fate::Dropped,
                        _ => Fate::Kept,
                    }
                }),
            )
        };
        let kept = clean_of(&setting, &manifest, rules()).await.unwrap();
        let again = clean_of(&setting, &manifest, rules()).await.unwrap();
        assert!(
            kept.is_same_as(&again),
            "the same backup becomes the same one"
        );
        let (target, context) = (setting.endpoint("target"), setting.context());
        let parts = Arc::new(kept.clone());
        let plan = Plan::with_token(1);
        let live = setting.restore_parts(parts, &target, &plan, &context).await;
        live.unwrap();
        let found = setting.engine().contents(&target, &context).await.unwrap();
        assert_eq!(found.tables, kept.manifest().tables);
        let rows = "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || bool_and(filler = 'masked-' || id) FROM large";
        assert_eq!(one(&target, rows), "4950 4950 true");
    });
}

/// Rows of some megabytes each in two tables that are rewritten at once, and short ones among them.
const LONG_ROWS: &str = "CREATE TABLE one(id integer PRIMARY KEY, filler text);
    INSERT INTO one SELECT id, repeat(md5(id::text), CASE id % 3 WHEN 0 THEN 200000 ELSE 1 END)
    FROM generate_series(1, 12) id;
    CREATE TABLE two AS TABLE one;";

#[test]
fn rows_of_any_length_are_rewritten() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LONG_ROWS);
        let manifest = backup(&setting, &source).await;
        let length = || {
            row(vec![ColumnUse::Copied, ColumnUse::Masked], |row, masked| {
                masked[1] = match row[1] {
                    Field::Text(text) => Replacement::Text(text.len().to_string()),
                    _ => Replacement::Null,
                };
                Fate::Kept
            })
        };
        let rules = Rules::keep(&manifest.catalog)
            .plan("one", length())
            .plan("two", length());
        let kept = clean_of(&setting, &manifest, rules).await.unwrap();
        let (target, context) = (setting.endpoint("target"), setting.context());
        let parts = Arc::new(kept.clone());
        let plan = Plan::with_token(1);
        let live = setting.restore_parts(parts, &target, &plan, &context).await;
        live.unwrap();
        for table in ["one", "two"] {
            let lengths = format!(
                "SELECT string_agg(filler, ' ' ORDER BY id) = \
                 repeat('32 32 6400000 ', 3) || '32 32 6400000' FROM {table}"
            );
            assert_eq!(one(&target, &lengths), "t");
        }
    });
}
