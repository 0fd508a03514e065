//! Writing a backup: claim a name, stream the parts, and only then say that it exists.

mod copy;
mod encode;
pub(crate) mod object;
mod part;
pub(crate) mod pieces;
mod shared;

use crate::budget::MemoryBudget;
use crate::claim::claim;
use crate::discard::discard_incomplete;
use crate::document::{decode, encode};
use crate::encryption::Recipients;
use crate::keys::BackupName;
use crate::pointer::advance;
use crate::signing::SigningKey;
use crate::store::{Creation, Store};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use shared::Shared;
use std::sync::Arc;
use weir_engine::{PartSink, PartSource, PartSpec, PartWriter};
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{AGE, Encryption, FORMAT, GZIP, Manifest, VERSION};

/// A backup being written. Until [`Self::commit`] nothing of it counts; dropped, it never does.
pub struct BackupWriter {
    shared: Arc<Shared>,
    name: BackupName,
    run: String,
}

/// A backup that exists.
#[derive(Debug)]
pub struct Committed {
    /// Its manifest, as stored.
    pub manifest: Manifest,
    /// Digest of the manifest's bytes.
    pub digest: Digest,
    /// Why the pointer could not be moved. The backup is whole all the same: the pointer is a
    /// hint, and a warning is enough.
    pub pointer_failure: Option<Error>,
}

impl BackupWriter {
    /// Takes a name for the backup, in the state store: the first free second at or after
    /// `wanted`, whose parts go into `store`, encrypted where there are recipients.
    ///
    /// # Errors
    /// `config` for an empty name, `store`.
    pub async fn claim(
        store: &Store,
        state: &Store,
        wanted: BackupName,
        run: &str,
        recipients: Option<&Recipients>,
        budget: &MemoryBudget,
    ) -> Result<Self> {
        if wanted.instance.is_empty() || wanted.database.is_empty() {
            let cause = "the instance and the database need a name";
            return Err(Error::new(Kind::Config, "name a backup", cause)
                .hint("set `instance` and `database` of the app"));
        }
        let now: Timestamp = wanted.time;
        let name = claim(store, state, wanted, now, run).await?;
        let (key, recipients) = (name.key(), recipients.cloned());
        Ok(Self {
            shared: Arc::new(Shared::new(store.clone(), key, recipients, budget.clone())),
            name,
            run: run.to_owned(),
        })
    }

    /// The name that was taken.
    #[must_use]
    pub fn name(&self) -> &BackupName {
        &self.name
    }

    /// Stored bytes acknowledged so far, for progress.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.shared.stored_bytes()
    }

    /// Makes the backup exist: fills in the parts, the names and the encryption, signs where there is a key, and
    /// writes the manifest, create-only; then moves the pointer.
    ///
    /// # Errors
    /// `internal` when a part was begun and never finished, `store`.
    pub async fn commit(&self, manifest: Manifest, key: Option<&SigningKey>) -> Result<Committed> {
        let encryption = self.shared.recipients.as_ref().map(|keys| Encryption {
            scheme: AGE.to_owned(),
            recipients: keys.names(),
        });
        let mut manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            encryption,
            instance: self.name.instance.clone(),
            database: self.name.database.clone(),
            backup: self.name.key(),
            run: self.run.clone(),
            parts: self.shared.finished_parts()?,
            ..manifest
        };
        let encrypted = manifest.encryption.is_some().then_some(AGE);
        let compressed = manifest.has_gzip().then_some(GZIP);
        let features = encrypted.into_iter().chain(compressed);
        manifest.requires.extend(features.map(str::to_owned));
        // What stops here stops nothing but the proof: the parts are stored.
        let store = &self.shared.store.winding_up();
        let bytes = Bytes::from(encode(&manifest, key)?);
        let doing = format!("write {}", store.place(&self.name.manifest_key()));
        if store.create(&self.name.manifest_key(), &bytes).await? != Creation::Created {
            return Err(
                Error::new(Kind::Store, doing, "another manifest is there already")
                    .hint("find out who else writes into this folder; run the backup again"),
            );
        }
        // What counts is what a reader will see, so the result is read from the bytes.
        let read = decode(&bytes, &[], &doing)?;
        let pointer = advance(store, &self.name, &read.digest).await;
        Ok(Committed {
            manifest: read.manifest,
            digest: read.digest,
            pointer_failure: pointer.err(),
        })
    }

    /// Gives up: removes the parts where the store lets us.
    ///
    /// # Errors
    /// `store` when parts stay behind. Without a manifest they are no backup; what may be read in
    /// them is for the caller to weigh.
    pub async fn abandon(self) -> Result<()> {
        discard_incomplete(&self.shared.store.winding_up(), &self.name)
            .await
            .map(drop)
    }
}

#[async_trait]
impl PartSink for BackupWriter {
    async fn begin(&self, spec: PartSpec) -> Result<Box<dyn PartWriter>> {
        self.shared.begin(&spec.name)?;
        Ok(Box::new(part::StoredPart::new(
            Arc::clone(&self.shared),
            spec,
        )))
    }

    async fn copy(&self, source: &dyn PartSource, name: &str) -> Result<()> {
        match source.compressed(name).await? {
            Some(compressed) => copy::copy(&self.shared, compressed).await,
            None => weir_engine::copy_content(self, source, name).await,
        }
    }
}
