//! Removing backups: what goes first, and what a reader sees whenever it stops.

use super::support::{Bench, at, read_part};
use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;
use std::sync::{Arc, Mutex};
use weir_model::error::Kind;
use weir_store::{
    BackupName, Choice, Wanted, choose, discard_incomplete, list_backups, remove_backup,
};

const FIRST: &str = "2026-11-20T01:00:00Z";
const SECOND: &str = "2026-11-21T01:00:00Z";
const THIRD: &str = "2026-11-22T01:00:00Z";

/// A store that writes down every change, and refuses all after the number allowed.
#[derive(Debug)]
struct Recording {
    inner: Arc<InMemory>,
    changes: Arc<Mutex<Changes>>,
}

#[derive(Debug, Default)]
struct Changes {
    made: Vec<String>,
    allowed: Option<usize>,
}

impl Changes {
    fn make(&mut self, change: String) -> Result<()> {
        if self.allowed == Some(0) {
            return Err(Error::PermissionDenied {
                path: change,
                source: "forbidden".into(),
            });
        }
        self.allowed = self.allowed.map(|allowed| allowed - 1);
        self.made.push(change);
        Ok(())
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "recording")
    }
}

#[async_trait]
impl ObjectStore for Recording {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.changes.lock().unwrap().make(format!("write {path}"))?;
        self.inner.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.changes.lock().unwrap().make(format!("write {path}"))?;
        self.inner.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(path, options).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let changes = Arc::clone(&self.changes);
        let allowed = paths.map(move |path| {
            let path = path?;
            changes.lock().unwrap().make(format!("remove {path}"))?;
            Ok(path)
        });
        self.inner.delete_stream(allowed.boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn name(time: &str) -> BackupName {
    BackupName::new("main", at(time), "demo")
}

/// Three backups of two parts, with the pointer on the first, as an old replica of it would be.
async fn three_backups() -> (Bench, Arc<Mutex<Changes>>) {
    let changes = Arc::default();
    let inner = Arc::new(InMemory::new());
    let bench = Bench::on(Arc::new(Recording {
        inner,
        changes: Arc::clone(&changes),
    }));
    let mut pointer = Vec::new();
    for time in [FIRST, SECOND, THIRD] {
        let parts = [
            ("a.zst", b"a".to_vec()),
            ("b.zst", time.as_bytes().to_vec()),
        ];
        bench.backup_of("demo", time, &parts, None).await;
        if time == FIRST {
            pointer = bench.get("main/latest-demo.json").await.unwrap();
        }
    }
    bench.put("main/latest-demo.json", pointer).await;
    changes.lock().unwrap().made.clear();
    (bench, changes)
}

async fn chosen(bench: &Bench, choice: Choice) -> std::result::Result<BackupName, Kind> {
    let wanted = Wanted {
        environment: "production",
        instance: "main",
        database: "demo",
        trusted: &[],
    };
    let chosen = choose(&bench.store, &wanted, &choice).await;
    let chosen = chosen.map_err(|error| error.kind())?;
    let reader = bench.reader(&chosen.read.manifest);
    for part in ["a.zst", "b.zst"] {
        read_part(&reader, part, &mut Vec::new()).await.unwrap();
    }
    Ok(chosen.name)
}

#[tokio::test]
async fn the_pointer_goes_on_then_the_manifest_goes_then_the_parts() {
    let (bench, changes) = three_backups().await;
    let removed = remove_backup(&bench.store, &name(FIRST), &name(THIRD)).await;
    assert_eq!(removed.unwrap(), 3);
    let folder = "main/2026-11-20T010000Z-demo";
    assert_eq!(
        changes.lock().unwrap().made,
        [
            "write main/latest-demo.json".to_owned(),
            format!("remove {folder}/manifest.json"),
            format!("remove {folder}/a.zst"),
            format!("remove {folder}/b.zst"),
        ]
    );
    // One that the pointer does not name leaves it alone.
    changes.lock().unwrap().made.clear();
    let removed = remove_backup(&bench.store, &name(SECOND), &name(THIRD)).await;
    assert_eq!(removed.unwrap(), 3);
    let made = changes.lock().unwrap().made.clone();
    assert!(made[0].ends_with("T010000Z-demo/manifest.json"), "{made:?}");
    assert_eq!(chosen(&bench, Choice::Newest).await, Ok(name(THIRD)));
}

#[tokio::test]
async fn stopped_at_any_change_a_reader_finds_whole_backups_only() {
    for allowed in 0..4 {
        let (bench, changes) = three_backups().await;
        changes.lock().unwrap().allowed = Some(allowed);
        let stopped = remove_backup(&bench.store, &name(FIRST), &name(THIRD)).await;
        assert_eq!(stopped.unwrap_err().kind(), Kind::Store, "after {allowed}");

        assert_eq!(chosen(&bench, Choice::Newest).await, Ok(name(THIRD)));
        let first = chosen(&bench, Choice::Named(name(FIRST).key())).await;
        let expected = if allowed < 2 {
            Ok(name(FIRST))
        } else {
            Err(Kind::NoBackup)
        };
        assert_eq!(first, expected, "after {allowed}");

        // The next one ends what was begun.
        changes.lock().unwrap().allowed = None;
        if allowed < 2 {
            remove_backup(&bench.store, &name(FIRST), &name(THIRD))
                .await
                .unwrap();
        } else {
            discard_incomplete(&bench.store, &name(FIRST))
                .await
                .unwrap();
        }
        let left = list_backups(&bench.store, None, &[]).await.unwrap();
        let left: Vec<BackupName> = left.into_iter().map(|backup| backup.name).collect();
        assert_eq!(left, [name(THIRD), name(SECOND)]);
    }
}

#[tokio::test]
async fn where_nothing_may_be_removed_nothing_is_gone() {
    let (bench, changes) = three_backups().await;
    let before = list_backups(&bench.store, None, &[]).await.unwrap();
    changes.lock().unwrap().allowed = Some(1);
    let error = remove_backup(&bench.store, &name(FIRST), &name(THIRD)).await;
    assert_eq!(error.unwrap_err().kind(), Kind::Store);
    let after = list_backups(&bench.store, None, &[]).await.unwrap();
    let bytes = |list: &[weir_store::BackupSummary]| -> Vec<u64> {
        list.iter().map(|backup| backup.stored_bytes).collect()
    };
    assert_eq!(bytes(&before), bytes(&after));
}

#[tokio::test]
async fn the_last_whole_backup_never_goes() {
    let (bench, changes) = three_backups().await;
    let cases = [
        (THIRD, name(SECOND)),
        (THIRD, name(THIRD)),
        (FIRST, BackupName::new("main", at(THIRD), "other")),
        (FIRST, BackupName::new("other", at(THIRD), "demo")),
        (FIRST, name("2026-11-23T01:00:00Z")),
    ];
    for (time, successor) in cases {
        let refused = remove_backup(&bench.store, &name(time), &successor).await;
        assert_eq!(refused.unwrap_err().kind(), Kind::Guard, "{successor:?}");
    }
    bench.delete("main/2026-11-22T010000Z-demo/b.zst").await;
    changes.lock().unwrap().made.clear();
    let refused = remove_backup(&bench.store, &name(FIRST), &name(THIRD)).await;
    let refused = refused.unwrap_err();
    assert!(
        refused.to_string().contains("b.zst is missing"),
        "{refused}"
    );
    assert_eq!(changes.lock().unwrap().made, Vec::<String>::new());
}
