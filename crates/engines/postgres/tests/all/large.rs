//! A table that is most of its database.

use crate::support::{Target, backup, filled, one, restore, with_setting};
use weir_testkit::conformance::Plan;

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
