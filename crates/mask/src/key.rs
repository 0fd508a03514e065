//! The masking key: one secret from which every pseudonym of every engine is derived.

use std::fmt;
use weir_model::error::{Error, Kind, Result};
use zeroize::Zeroizing;

/// Derivation context of the master key. Stored data depends on it: it never changes.
const MASTER: &str = "weir masking v1 2026";
/// Derivation context of the key of a domain. Stored data depends on it: it never changes.
const DOMAIN: &str = "weir masking v1 2026 domain";
/// What the key identifier is a hash of.
const IDENTIFIER: &[u8] = b"weir masking v1 2026 key identifier";
/// The least length of the secret, in bytes.
const LEAST_BYTES: usize = 16;

/// The secret that makes pseudonyms: the same in every app and engine whose copies are to fit
/// together. Wiped from memory when dropped, shown by no formatter.
#[derive(Clone)]
pub struct Key {
    master: Zeroizing<[u8; 32]>,
}

impl Key {
    /// Takes the secret as it was read; white space around it does not count, so that a file
    /// with a final newline and a variable without one give the same key.
    ///
    /// # Errors
    /// `secret` when it is shorter than 16 bytes.
    pub fn parse(secret: &[u8]) -> Result<Self> {
        let secret = secret.trim_ascii();
        if secret.len() < LEAST_BYTES {
            return Err(Error::new(
                Kind::Secret,
                "read the masking key",
                format!("it is shorter than {LEAST_BYTES} bytes, so it could be guessed"),
            )
            .hint("make one with `openssl rand -hex 32` and keep it where `masking_key` points"));
        }
        Ok(Self {
            master: Zeroizing::new(blake3::derive_key(MASTER, secret)),
        })
    }

    /// Identifies the key without revealing it: 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        let hash = blake3::keyed_hash(&self.master, IDENTIFIER);
        hash.to_hex().chars().take(16).collect()
    }

    /// The key of one domain. Pseudonyms of two domains do not correlate.
    pub(crate) fn domain(&self, name: &str) -> DomainKey {
        let mut material = Zeroizing::new(Vec::with_capacity(self.master.len() + name.len()));
        material.extend_from_slice(self.master.as_slice());
        material.extend_from_slice(name.as_bytes());
        DomainKey(Zeroizing::new(blake3::derive_key(DOMAIN, &material)))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(…)")
    }
}

/// The key of one domain.
#[derive(Clone)]
pub(crate) struct DomainKey(Zeroizing<[u8; 32]>);

impl DomainKey {
    /// The keyed hash of `bytes`.
    pub(crate) fn hash(&self, bytes: &[u8]) -> [u8; 32] {
        *blake3::keyed_hash(&self.0, bytes).as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_is_refused_without_showing_it() {
        let error = Key::parse(b"  hunter2hunter2  \n").unwrap_err();
        assert_eq!(error.kind(), Kind::Secret);
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn the_identifier_is_pinned_and_white_space_does_not_count() {
        let key = Key::parse(b"correct horse battery staple").unwrap();
        let same = Key::parse(b"correct horse battery staple\n").unwrap();
        assert_eq!((key.id().len(), key.id()), (16, same.id()));
        assert_eq!(key.id(), "7f851d82d16fa452");
    }

    #[test]
    fn no_formatter_shows_the_key() {
        let key = Key::parse(b"correct horse battery staple").unwrap();
        assert_eq!(format!("{key:?}"), "Key(…)");
    }
}
