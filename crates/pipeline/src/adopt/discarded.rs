use async_trait::async_trait;
use bytes::Bytes;
use weir_engine::{PartSink, PartSpec, PartWriter};
use weir_model::error::Result;

/// A place for parts that keeps nothing of them: the engine proves the dump all the same.
pub(super) struct Discarded;

#[async_trait]
impl PartSink for Discarded {
    async fn begin(&self, _spec: PartSpec) -> Result<Box<dyn PartWriter>> {
        Ok(Box::new(Self))
    }
}

#[async_trait]
impl PartWriter for Discarded {
    async fn write(&mut self, _content: Bytes) -> Result<()> {
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
