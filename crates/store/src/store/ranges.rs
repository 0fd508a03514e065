//! Reading objects in ranges.

use super::Store;
use crate::failure::is_absent;
use bytes::Bytes;
use object_store::{Error as StoreError, GetOptions, ObjectStore as _};
use std::ops::Range;
use weir_model::error::{Error, Kind, Result};

/// A range of an object, as much of it as there is.
pub(crate) struct Ranged {
    pub(crate) bytes: Bytes,
    /// The size of the whole object.
    pub(crate) size: u64,
    /// What the store calls this content of the object, where it tells contents apart.
    pub(crate) version: Option<String>,
}

impl Store {
    /// Reads a range of an object, as much of it as there is, and the size of the whole object;
    /// `None` when the object is not there.
    pub(crate) async fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<(Bytes, u64)>> {
        let ranged = self.get_range_of(key, range, None).await?;
        Ok(ranged.map(|ranged| (ranged.bytes, ranged.size)))
    }

    /// The same of one content of the object: an error once it has another.
    pub(crate) async fn get_range_of(
        &self,
        key: &str,
        range: Range<u64>,
        version: Option<&str>,
    ) -> Result<Option<Ranged>> {
        let path = self.path(key)?;
        let options = GetOptions::new()
            .with_range(Some(range.clone()))
            .with_if_match(version);
        let read = async {
            let result = self.inner.get_opts(&path, options).await?;
            let (size, version) = (result.meta.size, result.meta.e_tag.clone());
            let bytes = result.bytes().await?;
            Ok(Ranged {
                bytes,
                size,
                version,
            })
        };
        match self.unless_stopped("read", key, read).await? {
            Ok(ranged) => {
                let there = range.end.min(ranged.size).saturating_sub(range.start);
                if (ranged.bytes.len() as u64) < there {
                    return Err(self.broke_off(key));
                }
                Ok(Some(ranged))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(StoreError::Precondition { .. }) => Err(self.replaced(key)),
            // Stores answer in many ways to a range that begins behind the end.
            Err(error) => match self.size(key).await? {
                Some(size) if size < range.end => Ok(Some(Ranged {
                    bytes: Bytes::new(),
                    size,
                    version: None,
                })),
                _ => Err(self.failed("read", key, &error)),
            },
        }
    }

    fn replaced(&self, key: &str) -> Error {
        let doing = format!("read {}", self.place(key));
        Error::new(Kind::Store, doing, "it was replaced while it was read")
            .hint("begin anew, when nobody writes it")
            .transient()
    }
}
