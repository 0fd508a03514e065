//! A failure on purpose: one byte of a stored backup is flipped, and put back afterwards.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use weir_model::error::{Error, Kind, Result};

/// A flipped byte. Dropping it repairs the file, however the demo ends.
pub(crate) struct FlippedByte {
    path: PathBuf,
    position: u64,
}

impl FlippedByte {
    /// Flips the byte in the middle of the file.
    pub(crate) fn in_the_middle_of(path: &Path) -> Result<Self> {
        let length = std::fs::metadata(path)
            .map_err(|error| failed(path, error))?
            .len();
        let flipped = Self {
            path: path.to_path_buf(),
            position: length / 2,
        };
        flip(path, flipped.position).map_err(|error| failed(path, error))?;
        Ok(flipped)
    }

    /// Which byte it is.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }
}

impl Drop for FlippedByte {
    fn drop(&mut self) {
        // A byte that cannot be put back stays detectable: every reader proves the digests.
        let _ = flip(&self.path, self.position);
    }
}

/// Digest of a file's bytes, to tell whether anything touched it.
pub(crate) fn fingerprint(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    File::open(path)
        .and_then(|mut file| std::io::copy(&mut file, &mut hasher))
        .map_err(|error| failed(path, error))?;
    Ok(hasher.finalize().to_hex().chars().take(16).collect())
}

fn flip(path: &Path, position: u64) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut byte = [0_u8];
    file.seek(SeekFrom::Start(position))?;
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::Start(position))?;
    file.write_all(&byte.map(|bits| bits ^ 1))?;
    file.sync_all()
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    Error::from_source(
        Kind::Internal,
        format!("look into {}", path.display()),
        error,
    )
    .hint("delete the demo's folder and run `weir demo` again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_is_put_back() {
        let path = std::env::temp_dir().join(format!("weir-flip-{}", std::process::id()));
        std::fs::write(&path, b"abcdefg").unwrap();
        let before = fingerprint(&path).unwrap();
        let flipped = FlippedByte::in_the_middle_of(&path).unwrap();
        let during = fingerprint(&path).unwrap();
        drop(flipped);
        let after = fingerprint(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_ne!(before, during);
        assert_eq!(before, after);
    }
}
