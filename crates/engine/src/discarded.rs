//! A place for parts of which nothing is to be kept.

use crate::parts::{PartSink, PartSpec, PartWriter};
use async_trait::async_trait;
use bytes::Bytes;
use weir_model::error::Result;

/// A place for parts that keeps nothing of them: what is written is proven all the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discarded;

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
