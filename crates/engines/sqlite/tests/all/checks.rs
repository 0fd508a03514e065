//! CHECKs of a backup are tried in this process, and anybody may have written them.

use crate::support::{Folder, create, endpoint};
use weir_engine::Tried;
use weir_engine_sqlite::SqliteEngine;
use weir_testkit::checks::tried;

#[tokio::test]
async fn a_check_that_makes_much_of_little_is_not_tried() {
    let folder = Folder::new();
    create(&folder.dir.path().join("live.db"), "CREATE TABLE t (a)");
    let live = endpoint(&folder.dir.path().join("live.db"));
    let nested = |times| format!("length({}a{}) > 0", "hex(".repeat(times), ")".repeat(times));
    let tried = async |expression: String| tried(&SqliteEngine, &live, &expression).await.unwrap();
    assert_eq!(tried(nested(3)).await, Tried::Satisfied(vec![true]));
    // 64 MiB.
    let large = tried(nested(26)).await;
    assert!(matches!(large, Tried::Unanswered(_)), "{large:?}");
}
