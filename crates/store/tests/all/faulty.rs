//! Stores that misbehave, and one that measures.

use super::support::{Bench, manifest, write_part};
use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    UploadPart,
};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use weir_model::error::Kind;

/// How a store misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// A create-only write arrives, and its answer says that the object was there already.
    LostAnswer,
    /// Nothing can be written over.
    NoOverwrite,
    /// Nothing can be removed.
    NoDelete,
    /// The second piece of every upload fails.
    SecondPiece,
}

/// A store in memory with a fault, which measures the bytes under way.
#[derive(Debug)]
pub(crate) struct Faulty {
    inner: InMemory,
    fault: Fault,
    gauge: Arc<Gauge>,
}

#[derive(Debug, Default)]
pub(crate) struct Gauge {
    now: AtomicUsize,
    pub(crate) highest: AtomicUsize,
    pub(crate) aborted: AtomicUsize,
}

impl Faulty {
    pub(crate) fn new(fault: Fault) -> (Arc<Self>, Arc<Gauge>) {
        let gauge = Arc::new(Gauge::default());
        let store = Self {
            inner: InMemory::new(),
            fault,
            gauge: Arc::clone(&gauge),
        };
        (Arc::new(store), gauge)
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "faulty")
    }
}

fn denied(path: &Path) -> Error {
    Error::PermissionDenied {
        path: path.to_string(),
        source: "forbidden".into(),
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let create = options.mode == PutMode::Create;
        if self.fault == Fault::NoOverwrite && !create && path.as_ref().contains("latest-") {
            return Err(denied(path));
        }
        let result = self.inner.put_opts(path, payload, options).await?;
        if self.fault == Fault::LostAnswer && create {
            return Err(Error::AlreadyExists {
                path: path.to_string(),
                source: "412".into(),
            });
        }
        Ok(result)
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Measured {
            inner: self.inner.put_multipart_opts(path, options).await?,
            gauge: Arc::clone(&self.gauge),
            fault: self.fault,
            pieces: 0,
        }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(path, options).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        if self.fault == Fault::NoDelete {
            return Box::pin(futures::StreamExt::map(paths, |path| Err(denied(&path?))));
        }
        self.inner.delete_stream(paths)
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

#[derive(Debug)]
struct Measured {
    inner: Box<dyn MultipartUpload>,
    gauge: Arc<Gauge>,
    fault: Fault,
    pieces: usize,
}

#[async_trait]
impl MultipartUpload for Measured {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.pieces += 1;
        let fails = self.fault == Fault::SecondPiece && self.pieces == 2;
        let (bytes, gauge) = (data.content_length(), Arc::clone(&self.gauge));
        let now = gauge.now.fetch_add(bytes, Ordering::SeqCst) + bytes;
        gauge.highest.fetch_max(now, Ordering::SeqCst);
        let sent = self.inner.put_part(data);
        Box::pin(async move {
            // Slow enough that as many pieces pile up as are let in.
            for _ in 0..1000 {
                tokio::task::yield_now().await;
            }
            let result = sent.await;
            gauge.now.fetch_sub(bytes, Ordering::SeqCst);
            if fails {
                return Err(Error::Generic {
                    store: "faulty",
                    source: "Server returned non-2xx status code: 503 Slow Down".into(),
                });
            }
            result
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.inner.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.gauge.aborted.fetch_add(1, Ordering::SeqCst);
        self.inner.abort().await
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_no_failure() {
    let bench = Bench::on(Faulty::new(Fault::LostAnswer).0);
    let committed = bench.backup("demo", "2026-11-22T01:36:00Z").await;
    assert_eq!(committed.manifest.backup, "main/2026-11-22T013600Z-demo");
    let terms = weir_store::Acquire::new("t", "run", super::support::at("2026-11-22T01:36:00Z"));
    weir_store::Lease::acquire(&bench.state, &terms)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_pointer_that_cannot_be_moved_is_only_a_warning() {
    let bench = Bench::on(Faulty::new(Fault::NoOverwrite).0);
    let first = bench.backup("demo", "2026-11-22T01:36:00Z").await;
    assert!(first.pointer_failure.is_none(), "the first is created");
    let second = bench.backup("demo", "2026-11-23T01:36:00Z").await;
    let warning = second.pointer_failure.expect("a warning");
    assert_eq!(warning.kind(), Kind::Store);
    assert!(warning.hint_text().unwrap().contains("policy"));
}

#[tokio::test]
async fn a_bucket_that_forbids_removing_is_enough() {
    let bench = Bench::on(Faulty::new(Fault::NoDelete).0);
    let writer = bench.writer("demo", "2026-11-22T01:36:00Z").await;
    write_part(&writer, "data.zst", b"x").await;
    writer.abandon().await;
    for _ in 0..3 {
        let terms =
            weir_store::Acquire::new("t", "run", super::support::at("2026-11-22T01:36:00Z"));
        weir_store::Lease::acquire(&bench.state, &terms)
            .await
            .unwrap()
            .release()
            .await
            .unwrap();
    }
    bench.backup("demo", "2026-11-22T01:36:00Z").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_fails_fails_the_part_and_the_upload_is_aborted() {
    let (store, gauge) = Faulty::new(Fault::SecondPiece);
    let bench = Bench::on(store);
    let writer = bench.writer("demo", "2026-11-22T01:36:00Z").await;
    let spec = weir_engine::PartSpec {
        name: "data".to_owned(),
        codec: weir_model::manifest::Codec::None,
        expected_bytes: 0,
    };
    let mut part = weir_engine::PartSink::begin(&writer, spec).await.unwrap();
    let written = part.write(vec![1; 40 << 20].into()).await;
    let error = match written {
        Ok(()) => part.finish().await.unwrap_err(),
        Err(error) => {
            drop(part);
            error
        }
    };
    assert!(
        error.kind() == Kind::Store && error.is_transient(),
        "{error:?}"
    );
    assert!(writer.commit(manifest("production"), None).await.is_err());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while gauge.aborted.load(Ordering::SeqCst) == 0 {
        assert!(
            std::time::Instant::now() < deadline,
            "the upload was not aborted"
        );
        tokio::task::yield_now().await;
    }
}
