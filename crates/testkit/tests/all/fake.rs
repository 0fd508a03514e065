//! What the fake engine does where no state of a run reaches.

use super::fake_harness::FakeHarness;
use std::sync::Arc;
use weir_engine::{Context, Endpoint, Engine as _, SilentObserver};
use weir_model::error::Kind;
use weir_testkit::conformance::{Harness as _, Seed};
use weir_testkit::fake::document::Document;
use weir_testkit::fake::{self, Beside, FakeEngine};

fn database(folder: &tempfile::TempDir) -> (Endpoint, Beside) {
    let endpoint = FakeHarness.endpoint(folder.path(), "it");
    FakeHarness.seed(&endpoint, Seed::Generation(1));
    let files = Beside::new(&fake::path(&endpoint).unwrap());
    (endpoint, files)
}

async fn heal(endpoint: &Endpoint) -> Vec<String> {
    let context = Context::new(Arc::new(SilentObserver));
    let healed = FakeEngine::default().heal(endpoint, &context).await;
    healed.unwrap().actions
}

/// A rollback that died between its two renames has the replaced copy under one name only.
#[tokio::test]
async fn healing_keeps_the_copy_that_a_dead_rollback_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (endpoint, files) = database(&folder);
    let replaced = Document::default();
    replaced.write(&files.previous_new).unwrap();
    assert_eq!(heal(&endpoint).await.len(), 1);
    let previous = Document::read(&files.previous, Kind::Target).unwrap();
    assert_eq!(previous, Some(replaced));
    assert!(!files.previous_new.exists());
}

/// A swap that died while it kept the live copy has kept nothing yet.
#[tokio::test]
async fn healing_drops_a_copy_of_what_is_still_live() {
    let folder = tempfile::tempdir().unwrap();
    let (endpoint, files) = database(&folder);
    std::fs::copy(&files.live, &files.previous_new).unwrap();
    assert_eq!(heal(&endpoint).await.len(), 1);
    assert!(!files.previous_new.exists() && !files.previous.exists());
}

/// A swap that died between keeping the live copy and replacing it left that copy twice; kept so,
/// a rollback would put back what is there already.
#[tokio::test]
async fn healing_drops_a_previous_copy_that_is_still_live() {
    let folder = tempfile::tempdir().unwrap();
    let (endpoint, files) = database(&folder);
    std::fs::copy(&files.live, &files.previous).unwrap();
    assert_eq!(heal(&endpoint).await.len(), 1);
    assert!(!files.previous.exists());
}
