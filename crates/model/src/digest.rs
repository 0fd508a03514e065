//! Digests as they stand in stored data: an algorithm's name, a colon, lower-case hexadecimal.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A digest with its algorithm, e.g. `sha256:9f86d0…` or `rows-v1:00ff…`.
///
/// The name is part of the value, so that a later algorithm can never be compared by accident
/// with an earlier one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// A digest of `algorithm` over bytes already hashed.
    #[must_use]
    pub fn new(algorithm: &str, bytes: &[u8]) -> Self {
        use fmt::Write as _;
        let mut text = String::with_capacity(algorithm.len() + 1 + bytes.len() * 2);
        text.push_str(algorithm);
        text.push(':');
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The algorithm's name, before the colon.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.0
            .split_once(':')
            .map_or("", |(algorithm, _)| algorithm)
    }

    /// The hexadecimal part, after the colon: what `sha256sum` prints.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0
            .split_once(':')
            .map_or(self.0.as_str(), |(_, hex)| hex)
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
