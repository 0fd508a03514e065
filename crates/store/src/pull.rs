//! Taking a backup out of the store as it is stored, for the vendor's own tools.

use crate::reader::BackupReader;
use crate::store::make_private_folder;
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use weir_engine::{Context, PartSource as _};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Unit;

/// How much is copied at a time.
const PIECE: u64 = 8 * 1024 * 1024;

/// Copies every part and the manifest into `folder`, byte by byte as stored, proving each
/// against its digest, and returns the files written. What was written is removed on failure.
///
/// # Errors
/// `usage` when the folder holds something, `corrupt`, `store`.
pub async fn pull(reader: &BackupReader, folder: &Path, context: &Context) -> Result<Vec<PathBuf>> {
    let doing = format!("copy {} to {}", reader.manifest().backup, folder.display());
    empty_folder(folder, &doing)?;
    let mut written = Vec::new();
    let outcome = copy_all(reader, folder, &doing, &mut written, context).await;
    if outcome.is_err() {
        // The failure that led here is what matters; a leftover is visible in the folder.
        for file in written.iter().rev() {
            let _ = std::fs::remove_file(file);
            let within = |parent: &&Path| *parent != folder && parent.starts_with(folder);
            for parent in file.ancestors().skip(1).take_while(within) {
                let _ = std::fs::remove_dir(parent);
            }
        }
    }
    outcome.map(|()| written)
}

fn failed(doing: &str, error: std::io::Error) -> Error {
    Error::from_source(Kind::Usage, doing, error)
        .hint("name a folder that this user can write, on a disk with room")
}

fn empty_folder(folder: &Path, doing: &str) -> Result<()> {
    make_private_folder(folder).map_err(|error| failed(doing, error))?;
    let mut entries = std::fs::read_dir(folder).map_err(|error| failed(doing, error))?;
    if entries.next().is_some() {
        return Err(
            Error::new(Kind::Usage, doing, "the folder is not empty").hint("name a new folder")
        );
    }
    Ok(())
}

async fn copy_all(
    reader: &BackupReader,
    folder: &Path,
    doing: &str,
    written: &mut Vec<PathBuf>,
    context: &Context,
) -> Result<()> {
    let manifest = reader.manifest();
    let mut done = 0;
    for part in &manifest.parts {
        let mut file = create(folder, &part.name, doing, written)?;
        let mut hash = Sha256::new();
        let mut offset = 0;
        while offset < part.bytes {
            context.check(doing)?;
            let piece = reader
                .stored_range(part, offset..part.bytes.min(offset + PIECE))
                .await?;
            hash.update(&piece);
            file.write_all(&piece)
                .map_err(|error| failed(doing, error))?;
            offset += piece.len() as u64;
            done += piece.len() as u64;
            context.progress(Unit::Bytes, done, manifest.stored_bytes());
        }
        if Digest::new("sha256", &hash.finalize()) != part.stored {
            return Err(Error::new(
                Kind::Corrupt,
                doing,
                format!("the stored bytes of {} are not what was written", part.name),
            )
            .hint("take an older backup; `weir verify` reads one to its end"));
        }
        file.sync_all().map_err(|error| failed(doing, error))?;
    }
    let mut file = create(folder, "manifest.json", doing, written)?;
    let bytes = reader.stored_manifest().await?;
    file.write_all(&bytes)
        .and_then(|()| file.sync_all())
        .map_err(|error| failed(doing, error))
}

/// Where a part goes. A manifest made by anyone may name anything: nothing leaves the folder.
fn inside(folder: &Path, name: &str, doing: &str) -> Result<PathBuf> {
    let plain = Path::new(name)
        .components()
        .all(|component| matches!(component, Component::Normal(_)));
    if plain && !name.is_empty() {
        return Ok(folder.join(name));
    }
    Err(Error::new(
        Kind::Corrupt,
        doing,
        format!("the manifest names a part {name:?}, which is no file in its folder"),
    )
    .hint("find out who wrote this manifest; take another backup"))
}

/// A new file that only this user reads: a backup holds personal data.
fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn create(folder: &Path, name: &str, doing: &str, written: &mut Vec<PathBuf>) -> Result<File> {
    let path = inside(folder, name, doing)?;
    if let Some(parent) = path.parent() {
        make_private_folder(parent).map_err(|error| failed(doing, error))?;
    }
    let file = create_private(&path).map_err(|error| failed(doing, error))?;
    written.push(path);
    Ok(file)
}
