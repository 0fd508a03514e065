use super::support::{MIB, noise};
use object_store::ObjectStoreExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;
use std::io::Read;
use std::sync::Arc;
use weir_engine::ForeignFile;
use weir_model::error::{Error, Kind};
use weir_store::Store;

/// A store in memory, and what others reach it by.
fn store() -> (Store, Arc<InMemory>) {
    let objects = Arc::new(InMemory::new());
    (
        Store::from_object_store(objects.clone(), "memory:"),
        objects,
    )
}

async fn put(objects: &InMemory, key: &str, content: &[u8]) {
    let path = Path::parse(key).unwrap();
    objects.put(&path, content.to_vec().into()).await.unwrap();
}

/// Reads everything that is left, as engines do.
async fn rest(mut reader: Box<dyn Read + Send>) -> Result<Vec<u8>, Error> {
    let reading = tokio::task::spawn_blocking(move || {
        let mut content = Vec::new();
        let read = reader.read_to_end(&mut content);
        read.map(|_| content)
            .map_err(|error| ForeignFile::unreadable("read it", error))
    });
    reading.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_others_are_read_from_front_to_back_whatever_their_size() {
    let (store, objects) = store();
    for size in [0, 1, 64 << 10, (64 << 10) + 1, 4 * MIB, 9 * MIB + 7] {
        let content = noise(size);
        put(&objects, "host/dump.gz", &content).await;
        let file = store.find_foreign("host/dump.gz").await.unwrap().unwrap();
        assert_eq!(file.members().unwrap(), None);
        let read = rest(file.open().unwrap()).await.unwrap();
        assert!(read == content, "{size} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_known_by_what_lies_directly_in_it() {
    let (store, objects) = store();
    for key in [
        "host/dump/toc.dat",
        "host/dump/1.dat.gz",
        "host/dump/more/x",
        "host/dump2/y",
    ] {
        put(&objects, key, key.as_bytes()).await;
    }
    let folder = store.find_foreign("host/dump").await.unwrap().unwrap();
    assert_eq!(folder.members().unwrap().unwrap(), ["1.dat.gz", "toc.dat"]);
    let read = rest(folder.open_member("toc.dat").unwrap()).await;
    assert_eq!(read.unwrap(), b"host/dump/toc.dat");
    let missing = rest(folder.open_member("2.dat.gz").unwrap()).await;
    assert_eq!(missing.unwrap_err().kind(), Kind::Source);
    assert!(store.find_foreign("host/nothing").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_replaced_while_it_is_read_is_never_a_mixture() {
    let (store, objects) = store();
    put(&objects, "dump", &noise(20 * MIB)).await;
    let mut reader = store.foreign_file("dump").open().unwrap();
    let begun = tokio::task::spawn_blocking(move || {
        let mut first = [0];
        reader.read_exact(&mut first).map(|()| reader)
    });
    let reader = begun.await.unwrap().unwrap();
    put(&objects, "dump", &noise(20 * MIB)).await;
    let error = rest(reader).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "{error:?}");
    assert!(error.to_string().contains("replaced"), "{error:?}");
}
