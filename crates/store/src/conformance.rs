//! What Weir asks of anything that keeps objects, as a suite that a store joins with one call.
//! It panics like a test, with the rule that was broken.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a suite of tests that other crates call"
)]

use crate::keys::{decode_segment, encode_segment};
use crate::store::{Creation, Store};
use bytes::Bytes;
use futures::future::join_all;
use object_store::ObjectStore;
use std::sync::Arc;

/// Runs the whole suite; `make` gives a fresh, empty store each time.
pub async fn store_conformance<M>(make: M)
where
    M: Fn() -> Arc<dyn ObjectStore>,
{
    let store = || Store::from_object_store(make(), "the store under test");
    create_only_has_one_winner(&store()).await;
    ranges_are_exact(&store()).await;
    listing_is_complete(&store()).await;
    every_name_is_kept(&store()).await;
    an_aborted_upload_is_invisible(&store()).await;
    an_upload_is_whole(&store()).await;
    changes_are_not_lost(&store()).await;
    removing_twice_is_fine(&store()).await;
}

/// Of several writers of one key, exactly one wins, and what it wrote stays.
pub async fn create_only_has_one_winner(store: &Store) {
    for round in 0..16 {
        let key = format!("race/{round}");
        let tasks = (0..8).map(|writer| {
            let (store, key) = (store.clone(), key.clone());
            tokio::spawn(async move {
                let bytes = Bytes::from(format!("writer {writer}"));
                (store.create(&key, &bytes).await.expect("create"), bytes)
            })
        });
        let results: Vec<_> = join_all(tasks)
            .await
            .into_iter()
            .map(|task| task.expect("task"))
            .collect();
        let winners: Vec<_> = results
            .iter()
            .filter(|(creation, _)| *creation == Creation::Created)
            .collect();
        assert_eq!(
            winners.len(),
            1,
            "create-only: {} writers won",
            winners.len()
        );
        let found = store.get(&key, 100).await.expect("read");
        assert_eq!(
            found.as_ref(),
            winners.first().map(|(_, bytes)| bytes),
            "the winner's bytes stay"
        );
    }
}

/// A range is exactly the bytes asked for; behind the end there are none, and nothing is made up
/// for an object that is not there.
pub async fn ranges_are_exact(store: &Store) {
    let bytes: Bytes = (0..=255_u8)
        .cycle()
        .take(100_000)
        .collect::<Vec<_>>()
        .into();
    store
        .put("range", bytes.clone().into())
        .await
        .expect("write");
    for (from, to) in [(0, 1), (0, 100_000), (99_999, 100_000), (4_096, 70_001)] {
        let (found, size) = store
            .get_range("range", from..to)
            .await
            .expect("read")
            .expect("there");
        let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
        assert_eq!(
            (found, size),
            (bytes.slice(range), 100_000),
            "range {from}..{to}"
        );
    }
    let (beyond, size) = store
        .get_range("range", 100_000..100_010)
        .await
        .expect("read")
        .expect("there");
    assert!(beyond.is_empty() && size == 100_000, "behind the end");
    assert_eq!(
        store.get_range("absent", 0..1).await.expect("read"),
        None,
        "no object"
    );
    assert_eq!(store.size("absent").await.expect("look"), None, "no object");
    assert!(store.get("range", 99_999).await.is_err(), "a limit is kept");
}

/// A listing shows everything, however many pages it has, and an offset leaves out what comes
/// before it and itself.
pub async fn listing_is_complete(store: &Store) {
    let keys: Vec<String> = (0..1_101)
        .map(|number| format!("many/{number:05}/x"))
        .collect();
    for chunk in keys.chunks(64) {
        let puts = chunk
            .iter()
            .map(|key| store.put(key, Bytes::from_static(b"x").into()));
        for put in join_all(puts).await {
            put.expect("write");
        }
    }
    store
        .put("many-not", Bytes::new().into())
        .await
        .expect("write");
    let listed: Vec<String> = store
        .list("many")
        .await
        .expect("list")
        .into_iter()
        .map(|e| e.key)
        .collect();
    assert_eq!(listed, keys, "every key, ordered, and no other folder's");
    let after = store
        .list_after("many", Some("many/01099/x"))
        .await
        .expect("list");
    assert_eq!(after.len(), 1, "after the offset");
    assert_eq!(
        store.folders("many").await.expect("list").len(),
        1_101,
        "every folder"
    );
    assert!(
        store.list("none").await.expect("list").is_empty(),
        "an absent folder is empty"
    );
}

/// Every byte a name can have survives as a key.
pub async fn every_name_is_kept(store: &Store) {
    let all: String = (0..=127_u8)
        .map(char::from)
        .chain("éß漢\u{1F600}".chars())
        .collect();
    let mut names: Vec<String> = all.chars().map(String::from).collect();
    names.extend(["..", "a b", "%41", "-_.~", "latest-.json"].map(str::to_owned));
    for name in &names {
        let key = format!("names/{}/object", encode_segment(name));
        store
            .put(&key, Bytes::from(name.clone()).into())
            .await
            .expect("write");
        let found = store.get(&key, 100).await.expect("read").expect("there");
        assert_eq!(found, name.as_bytes(), "{name:?}");
    }
    let folders = store.folders("names").await.expect("list");
    let mut found: Vec<String> = folders
        .iter()
        .filter_map(|folder| decode_segment(folder))
        .collect();
    found.sort();
    names.sort();
    assert_eq!(found, names, "names read back from a listing");
}

/// Nothing of an upload that was not completed is seen.
pub async fn an_aborted_upload_is_invisible(store: &Store) {
    let mut upload = store.multipart("aborted").await.expect("begin");
    upload
        .put_part(vec![7; 5 << 20].into())
        .await
        .expect("piece");
    assert_eq!(
        store.size("aborted").await.expect("look"),
        None,
        "before its completion"
    );
    upload.abort().await.expect("abort");
    assert_eq!(
        store.size("aborted").await.expect("look"),
        None,
        "after its end"
    );
    assert!(
        store.list("").await.expect("list").is_empty(),
        "in a listing"
    );
}

/// The pieces of an upload are joined in their order, whichever arrives first.
pub async fn an_upload_is_whole(store: &Store) {
    let mut upload = store.multipart("upload").await.expect("begin");
    let pieces = [vec![1; 5 << 20], vec![2; 5 << 20], vec![3; 10]];
    let sent: Vec<_> = pieces
        .iter()
        .map(|piece| upload.put_part(piece.clone().into()))
        .collect();
    for result in join_all(sent.into_iter().rev()).await {
        result.expect("piece");
    }
    store
        .complete("upload", upload.as_mut(), (10 << 20) + 10)
        .await
        .expect("complete");
    let found = store
        .get("upload", 1 << 30)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(found, pieces.concat(), "all pieces in order");
}

/// Several who change one document at once lose nothing, and a later write replaces an earlier.
pub async fn changes_are_not_lost(store: &Store) {
    let tasks = (0..8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .change("document", |found| {
                    let mut bytes = found.map(|found| found.to_vec()).unwrap_or_default();
                    bytes.push(number);
                    Ok(Some(bytes))
                })
                .await
        })
    });
    for task in join_all(tasks).await {
        task.expect("task").expect("change");
    }
    let found = store
        .get("document", 100)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(found.len(), 8, "every change is there");
    store
        .put("document", Bytes::from_static(b"new").into())
        .await
        .expect("write");
    let found = store.get("document", 100).await.expect("read");
    assert_eq!(found, Some(Bytes::from_static(b"new")), "replaced");
}

/// Removing what is not there is no failure.
pub async fn removing_twice_is_fine(store: &Store) {
    store.put("gone", Bytes::new().into()).await.expect("write");
    store.delete("gone").await.expect("remove");
    store.delete("gone").await.expect("remove again");
    assert_eq!(store.get("gone", 1).await.expect("read"), None, "removed");
}
