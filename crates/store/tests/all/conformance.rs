use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use std::sync::Arc;
use weir_store::conformance::store_conformance;

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_a_store() {
    store_conformance(|| Arc::new(InMemory::new())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_a_store() {
    let root = tempfile::tempdir().unwrap();
    let next = std::sync::atomic::AtomicU32::new(0);
    store_conformance(|| {
        let number = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let folder = root.path().join(number.to_string());
        std::fs::create_dir(&folder).unwrap();
        Arc::new(
            LocalFileSystem::new_with_prefix(folder)
                .unwrap()
                .with_fsync(true),
        )
    })
    .await;
}
