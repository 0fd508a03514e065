use crate::catalog;
use crate::config::{Database, Subject, blocking};
use crate::dump::{PART, Scratch};
use crate::verify::{self, Violations};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use weir_engine::{Context, PartSource, Verification, compare_tables};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;
use weir_model::manifest::Manifest;

/// What an image turned out to hold.
pub(crate) struct Received {
    pub(crate) catalog: Catalog,
    pub(crate) rows: u64,
    /// Foreign keys that its own data break.
    pub(crate) violations: Violations,
}

/// Writes the image into a private file. It is not proven yet, but for its bytes.
pub(crate) async fn receive_image(
    parts: &dyn PartSource,
    kind: Kind,
    context: &Context,
) -> Result<Scratch> {
    let raw = {
        let context = context.clone();
        blocking(move || Scratch::create(kind, &context)).await?
    };
    let file = Arc::clone(&raw.file);
    receive(parts, PART, file, &context.scratch, context).await?;
    Ok(raw)
}

/// Proves that an image is what its manifest says.
pub(crate) fn prove(
    raw: &mut Database,
    manifest: &Manifest,
    verification: Verification,
) -> Result<Received> {
    raw.subject.kind = Kind::Corrupt;
    verify::integrity(raw)?;
    let catalog = catalog::read(raw)?;
    let received = verify::digest_tables(raw, &catalog, None)?;
    let doing = "compare the rows received with the manifest";
    compare_tables(doing, &manifest.tables, &received, verification)?;
    let doing = "compare the schema received with the manifest";
    verify::refuse(doing, &manifest.catalog.differences(&catalog))?;
    Ok(Received {
        rows: received.iter().map(|table| table.rows).sum(),
        violations: verify::violations(raw, &catalog)?,
        catalog,
    })
}

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
