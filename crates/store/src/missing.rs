//! What a backup lacks to be whole.

use crate::backups::Sizes;
use std::fmt;
use weir_model::manifest::Manifest;

/// A backup's folder that does not hold all of it: one that was never finished, that is still
/// arriving, or of which something was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Objects that are there.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What the manifest names and is not there; `None` while there is no manifest.
    pub parts: Option<MissingParts>,
}

/// Parts that are not there at their size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingParts {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// Bytes still to come.
    pub bytes: u64,
    /// The first of them.
    pub first: String,
    /// How many bytes of the first one are there; `None` when it is not there at all.
    pub first_has: Option<u64>,
    /// How many it should have.
    pub first_of: u64,
}

impl Missing {
    /// Of a folder without a manifest.
    pub(crate) fn manifest(sizes: &Sizes) -> Self {
        Self {
            objects: sizes.len() as u64,
            bytes: sizes.values().sum(),
            parts: None,
        }
    }

    /// What the folder lacks of what its manifest names; `None` when it has all of it.
    pub(crate) fn parts(manifest: &Manifest, sizes: &Sizes) -> Option<Self> {
        let here = |name: &str| sizes.get(name).copied();
        let mut missing = manifest
            .parts
            .iter()
            .filter(|part| here(&part.name) != Some(part.bytes));
        let bytes = missing
            .clone()
            .map(|part| part.bytes.saturating_sub(here(&part.name).unwrap_or(0)))
            .sum();
        let count = missing.clone().count();
        let first = missing.next()?;
        Some(Self {
            parts: Some(MissingParts {
                count,
                of: manifest.parts.len(),
                bytes,
                first: first.name.clone(),
                first_has: here(&first.name),
                first_of: first.bytes,
            }),
            ..Self::manifest(sizes)
        })
    }

    /// What is waited for, in words.
    #[must_use]
    pub fn awaited(&self) -> String {
        match (&self.parts, self.objects) {
            (Some(parts), _) => format!(
                "{} of {} parts, {} bytes to come",
                parts.count, parts.of, parts.bytes
            ),
            (None, 0) => "everything: only the pointer has arrived".to_owned(),
            (None, objects) => format!(
                "the manifest ({objects} objects, {} bytes have arrived)",
                self.bytes
            ),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parts) = &self.parts else {
            return formatter.write_str(if self.objects == 0 {
                "the pointer names it, and nothing of it is there"
            } else {
                "it has no manifest: it was never finished, or has not arrived"
            });
        };
        match parts.first_has {
            None => write!(formatter, "part {} is missing", parts.first)?,
            Some(size) => write!(
                formatter,
                "part {} has {size} bytes, not {}",
                parts.first, parts.first_of
            )?,
        }
        match parts.count {
            0 | 1 => Ok(()),
            count => write!(formatter, ", and {} more parts are not whole", count - 1),
        }
    }
}
