//! The proof of one part: its sizes and digests against the manifest.

use sha2::{Digest as _, Sha256};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Part;

/// What has been read of a part so far.
pub(super) struct PartCheck {
    pub(super) part: Part,
    place: String,
    stored: Sha256,
    stored_bytes: u64,
    content: blake3::Hasher,
    content_bytes: u64,
}

impl PartCheck {
    pub(super) fn new(part: Part, place: String) -> Self {
        Self {
            part,
            place,
            stored: Sha256::new(),
            stored_bytes: 0,
            content: blake3::Hasher::new(),
            content_bytes: 0,
        }
    }

    /// An error that says what is wrong with this part.
    pub(super) fn corrupt(&self, cause: impl Into<String>) -> Error {
        corrupt(&self.place, cause)
    }

    /// Takes the next stored bytes.
    pub(super) fn stored(&mut self, bytes: &[u8]) {
        self.stored.update(bytes);
        self.stored_bytes += bytes.len() as u64;
    }

    /// Takes the next content. There is never more than the manifest says.
    pub(super) fn content(&mut self, bytes: &[u8]) -> Result<()> {
        self.content.update(bytes);
        self.content_bytes += bytes.len() as u64;
        if self.content_bytes > self.part.content_bytes {
            return Err(self.corrupt("it holds more content than the manifest says"));
        }
        Ok(())
    }

    /// Proves the stored bytes, all of them read.
    pub(super) fn prove_stored(&self) -> Result<()> {
        if self.stored_bytes != self.part.bytes {
            let (found, stated) = (self.stored_bytes, self.part.bytes);
            return Err(self.corrupt(format!("it has {found} bytes, the manifest says {stated}")));
        }
        if Digest::new("sha256", &self.stored.clone().finalize()) != self.part.stored {
            return Err(
                self.corrupt("its stored bytes are not those that were written (sha256 differs)")
            );
        }
        Ok(())
    }

    /// Proves the part as a whole.
    pub(super) fn prove(&self) -> Result<()> {
        self.prove_stored()?;
        if self.content_bytes != self.part.content_bytes {
            let (found, stated) = (self.content_bytes, self.part.content_bytes);
            return Err(self.corrupt(format!(
                "it holds {found} bytes of content, the manifest says {stated}"
            )));
        }
        if Digest::new("blake3", self.content.finalize().as_bytes()) != self.part.content {
            return Err(self.corrupt("its content is not what was written (blake3 differs)"));
        }
        Ok(())
    }
}

/// An error that says what is wrong with the part at `place`.
pub(super) fn corrupt(place: &str, cause: impl Into<String>) -> Error {
    Error::new(Kind::Corrupt, format!("read part {place}"), cause)
        .hint("take an earlier backup with `--at`, and check the others with `weir verify`")
}
