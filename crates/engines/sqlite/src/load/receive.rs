use crate::config::{Subject, blocking};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use weir_engine::{Context, PartSource};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;

/// Writes the content of a part into a file, to its end, which proves the bytes.
pub(super) async fn receive(
    parts: &dyn PartSource,
    part: &str,
    file: Arc<File>,
    path: &Path,
    context: &Context,
) -> Result<()> {
    let doing = "receive the backup into";
    let total = match parts.manifest().part(part) {
        Some(part) => part.content_bytes,
        None => return Err(missing(parts.manifest().backup.as_str(), part)),
    };
    let mut reader = parts.open(part).await?;
    let mut received = 0;
    while let Some(content) = reader.next().await? {
        context.check(doing)?;
        let length = content.len() as u64;
        let (file, subject) = (Arc::clone(&file), Subject::new(path, Kind::Target, context));
        blocking(move || {
            file.write_all_at(&content, received)
                .map_err(|error| subject.io(doing, error))
        })
        .await?;
        received += length;
        context.progress(Unit::Bytes, received, total);
    }
    Ok(())
}

fn missing(backup: &str, part: &str) -> Error {
    Error::new(
        Kind::Corrupt,
        format!("read the backup {backup}"),
        format!("its manifest lists no part {part}"),
    )
    .hint("choose a backup of an SQLite database")
}
