use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use weir_store::Store;
use weir_store::conformance::{self, store_conformance};
use weir_testkit::store_faults::{Call, Effect, Fault, FaultyStore, Habit};

/// Folders of their own within one, as stores.
fn folders(root: &Path) -> impl Fn() -> Arc<dyn ObjectStore> {
    let next = AtomicU32::new(0);
    move || {
        let folder = root.join(next.fetch_add(1, Ordering::SeqCst).to_string());
        std::fs::create_dir(&folder).unwrap();
        let files = LocalFileSystem::new_with_prefix(folder).unwrap();
        Arc::new(files.with_fsync(true))
    }
}

fn faulty() -> FaultyStore {
    FaultyStore::new(Arc::new(InMemory::new()))
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_a_store() {
    store_conformance(|| Arc::new(InMemory::new())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_a_store() {
    let root = tempfile::tempdir().unwrap();
    store_conformance(folders(root.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_habits_is_a_store() {
    let habits = [
        Habit::KeepsVersions,
        Habit::AtomicCreate,
        Habit::Pages(1000),
        Habit::Pages(40),
        Habit::ClockAhead(Duration::from_secs(5 * 3600)),
        Habit::ClockBehind(Duration::from_secs(5 * 3600)),
    ];
    for habit in habits {
        store_conformance(|| Arc::new(faulty().that(habit))).await;
    }
    let root = tempfile::tempdir().unwrap();
    let folder = folders(root.path());
    store_conformance(|| Arc::new(FaultyStore::new(folder()).that(Habit::Pages(1000)))).await;
}

/// Every write is carried out and no answer of one arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_answers_are_lost_is_a_store() {
    store_conformance(|| {
        let lost = |call| Fault::on(call, Effect::LosesAnswer);
        let store = faulty()
            .with(lost(Call::Create))
            .with(lost(Call::Put))
            .with(lost(Call::Update))
            .with(lost(Call::Complete))
            .with(lost(Call::Delete));
        Arc::new(store)
    })
    .await;
    store_conformance(|| {
        let tried_twice = |call| Fault::on(call, Effect::SaysItWasThere);
        let store = faulty()
            .with(tried_twice(Call::Create))
            .with(tried_twice(Call::Update))
            .with(tried_twice(Call::Complete));
        Arc::new(store)
    })
    .await;
}

/// What a store that forbids things cannot promise is left out, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_forbids_keeps_every_other_promise() {
    for habit in [Habit::NoDelete, Habit::NoOverwrite] {
        let store = || Store::from_object_store(Arc::new(faulty().that(habit)), "forbids");
        conformance::create_only_has_one_winner(&store()).await;
        conformance::ranges_are_exact(&store()).await;
        conformance::listing_is_complete(&store()).await;
        conformance::every_name_is_kept(&store()).await;
        conformance::an_aborted_upload_is_invisible(&store()).await;
        conformance::an_upload_is_whole(&store()).await;
        match habit {
            Habit::NoDelete => conformance::changes_are_not_lost(&store()).await,
            _ => conformance::removing_twice_is_fine(&store()).await,
        }
    }
}
