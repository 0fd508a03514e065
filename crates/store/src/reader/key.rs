//! Whether the identities at hand open an encrypted backup: known before anything is loaded.

use super::BackupReader;
use crate::encryption::{Envelope, opens};
use weir_model::error::{Error, Kind, Result};

impl BackupReader {
    /// Proves that the backup can be read with the identities at hand: they fit whom it is
    /// encrypted to, and one of them opens the smallest part. Passes for what is not encrypted.
    ///
    /// # Errors
    /// `secret` without an identity that fits, `corrupt`, `store`.
    pub async fn prove_identity(&self) -> Result<()> {
        self.expect_identity()?;
        let encrypted = self.manifest.parts.iter();
        let encrypted = encrypted.filter(|part| part.unencrypted_bytes.is_some());
        let Some(part) = encrypted.min_by_key(|part| part.bytes) else {
            return Ok(());
        };
        let envelope = Envelope::new(part, &self.identities)
            .map_err(|cause| self.check(part).corrupt(cause))?;
        let opening = self.stored_range(part, envelope.opening_range()).await?;
        if opens(&opening, &self.identities) {
            return Ok(());
        }
        Err(self
            .check(part)
            .corrupt("it is not encrypted to the recipients its manifest names"))
    }

    /// Compares the identities with the manifest's recipients: a failure after that is damage,
    /// not a wrong key.
    pub(super) fn expect_identity(&self) -> Result<()> {
        let Some(encryption) = &self.manifest.encryption else {
            return Ok(());
        };
        let own = self.identities.recipients();
        if own.iter().any(|key| encryption.recipients.contains(key)) {
            return Ok(());
        }
        let to = encryption.recipients.join(", ");
        let cause = match own.as_slice() {
            [] => format!("it is encrypted to {to}, and no identity is configured to read it"),
            own => format!(
                "it is encrypted to {to}; the identity configured is that of {}",
                own.join(", ")
            ),
        };
        let doing = format!("read the backup {}", self.manifest.backup);
        Err(Error::new(Kind::Secret, doing, cause).hint(
            "set `identity: {file: …}` of the environment that reads it to the secret key of one \
             of these recipients; a file may hold several keys",
        ))
    }
}
