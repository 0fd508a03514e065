//! What the parts of one backup share while they are written.

use crate::budget::MemoryBudget;
use crate::encryption::Recipients;
use crate::keys::is_part_name;
use crate::store::Store;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Part;

/// The name that no part may have.
const MANIFEST: &str = "manifest.json";
/// How the name of a frame index ends.
pub(super) const FRAMES: &str = ".frames";

pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) folder: String,
    /// Whom every part is encrypted to.
    pub(super) recipients: Option<Recipients>,
    pub(super) budget: MemoryBudget,
    /// Parts by name; `None` while they are being written.
    parts: Mutex<BTreeMap<String, Option<Part>>>,
}

impl Shared {
    pub(super) fn new(
        store: Store,
        folder: String,
        recipients: Option<Recipients>,
        budget: MemoryBudget,
    ) -> Self {
        Self {
            store,
            folder,
            recipients,
            budget,
            parts: Mutex::default(),
        }
    }

    /// The key of a part.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    /// Notes that a part was begun.
    pub(super) fn begin(&self, name: &str) -> Result<()> {
        let refuse = |cause: &str| {
            let doing = format!("begin part {name:?} of {}", self.store.place(&self.folder));
            Err(Error::new(Kind::Internal, doing, cause).hint("report this as a bug of the engine"))
        };
        if !is_part_name(name) {
            return refuse("a part's name is made of A-Z a-z 0-9 . _ - % and / between folders");
        }
        if name == MANIFEST || name.ends_with(FRAMES) {
            return refuse("the name is reserved");
        }
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.contains_key(name) {
            return refuse("there is a part of that name");
        }
        parts.insert(name.to_owned(), None);
        Ok(())
    }

    /// Notes that a part and its side objects were acknowledged.
    pub(super) fn finish(&self, finished: impl IntoIterator<Item = Part>) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        for part in finished {
            parts.insert(part.name.clone(), Some(part));
        }
    }

    pub(super) fn stored_bytes(&self) -> u64 {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.values().flatten().map(|part| part.bytes).sum()
    }

    /// All parts, when each was finished.
    pub(super) fn finished_parts(&self) -> Result<Vec<Part>> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let each = parts.iter().map(|(name, part)| {
            part.clone().ok_or_else(|| {
                let doing = format!("commit the backup {}", self.store.place(&self.folder));
                let cause = format!("part {name:?} was begun and never finished");
                Error::new(Kind::Internal, doing, cause).hint("report this as a bug of the engine")
            })
        });
        each.collect()
    }
}
