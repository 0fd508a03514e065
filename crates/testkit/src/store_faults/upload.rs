//! An object of several pieces in a store with faults.

use super::fault::{Call, Effect, Fault, after, before};
use super::store::Gauge;
use async_trait::async_trait;
use object_store::path::Path;
use object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[derive(Debug)]
pub(super) struct FaultyUpload {
    pub(super) inner: Box<dyn MultipartUpload>,
    pub(super) path: Path,
    pub(super) faults: Arc<Vec<Fault>>,
    pub(super) gauge: Arc<Gauge>,
}

impl FaultyUpload {
    fn effect(&self, call: Call) -> Option<Effect> {
        let effects: Vec<_> = self
            .faults
            .iter()
            .map(|fault| fault.of(call, &self.path))
            .collect();
        effects.into_iter().flatten().next()
    }
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let effect = self.effect(Call::Piece);
        let (bytes, gauge) = (data.content_length(), Arc::clone(&self.gauge));
        let now = gauge.now.fetch_add(bytes, Ordering::SeqCst) + bytes;
        gauge.highest.fetch_max(now, Ordering::SeqCst);
        let (path, sent) = (self.path.clone(), self.inner.put_part(data));
        Box::pin(async move {
            // Slow enough that as many pieces pile up as are let in.
            for _ in 0..1000 {
                tokio::task::yield_now().await;
            }
            let result = match before(effect, &path).await {
                Ok(()) => sent.await,
                Err(error) => Err(error),
            };
            gauge.now.fetch_sub(bytes, Ordering::SeqCst);
            match after(effect, Call::Piece, &path) {
                Some(error) => Err(error),
                None => result,
            }
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let effect = self.effect(Call::Complete);
        before(effect, &self.path).await?;
        let result = self.inner.complete().await?;
        match after(effect, Call::Complete, &self.path) {
            Some(error) => Err(error),
            None => Ok(result),
        }
    }

    async fn abort(&mut self) -> Result<()> {
        self.gauge.aborted.fetch_add(1, Ordering::SeqCst);
        self.inner.abort().await
    }
}
