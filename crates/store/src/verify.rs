//! Reading a whole backup for its own sake.

use crate::reader::BackupReader;
use weir_engine::{Context, PartSource};
use weir_model::error::Result;
use weir_model::event::Unit;

/// Reads every part to its end, so that each is proven, and tells the progress. Returns the
/// bytes of content.
///
/// # Errors
/// `corrupt`, `store`; `interrupted` and `deadline` as the context says.
pub async fn verify_parts(reader: &BackupReader, context: &Context) -> Result<u64> {
    let manifest = reader.manifest();
    let (mut done, total) = (0, manifest.content_bytes());
    for part in &manifest.parts {
        let mut part = reader.open(&part.name).await?;
        loop {
            context.check("verify the backup")?;
            let Some(content) = part.next().await? else {
                break;
            };
            done += content.len() as u64;
            context.progress(Unit::Bytes, done, total);
        }
    }
    Ok(done)
}
