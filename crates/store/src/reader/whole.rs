//! A small part: fetched and proven as a whole before a byte of it is handed out.

use super::decompress::decompress;
use super::fetch::Fetcher;
use async_trait::async_trait;
use bytes::Bytes;
use weir_engine::PartReader;
use weir_model::error::Result;

pub(super) struct WholePart {
    fetcher: Fetcher,
    done: bool,
}

impl WholePart {
    pub(super) fn new(fetcher: Fetcher) -> Self {
        Self {
            fetcher,
            done: false,
        }
    }

    /// The content, proven.
    pub(super) async fn read(&mut self) -> Result<Bytes> {
        let fetcher = &mut self.fetcher;
        let (stored_bytes, content_bytes) =
            (fetcher.check.part.bytes, fetcher.check.part.content_bytes);
        let between = fetcher.check.part.unencrypted_bytes.unwrap_or(0);
        fetcher
            .reserve(stored_bytes + between + content_bytes)
            .await?;
        let stream = if stored_bytes == 0 {
            fetcher.expect_empty().await?;
            Bytes::new()
        } else {
            fetcher.plan_whole();
            fetcher
                .next()
                .await?
                .map_or_else(Bytes::new, |(bytes, _)| bytes)
        };
        let check = &mut fetcher.check;
        check.prove_stored()?;
        let content = decompress(
            check.part.codec,
            stream,
            content_bytes,
            fetcher.budget.buffers(),
        )
        .ok_or_else(|| check.corrupt("it cannot be decompressed to the size stated"))?;
        check.content(&content)?;
        check.prove()?;
        Ok(content)
    }
}

#[async_trait]
impl PartReader for WholePart {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let content = self.read().await?;
        Ok((!content.is_empty()).then_some(content))
    }
}
