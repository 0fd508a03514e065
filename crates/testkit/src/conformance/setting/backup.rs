//! A backup: claim, open, dump, commit.

use super::{INSTANCE, Setting, UPSTREAM};
use crate::conformance::Seed;
use jiff::Timestamp;
use std::sync::Arc;
use weir_engine::{Context, Dumped, Endpoint, ForeignDump, Masker, PartSource, schema_fingerprint};
use weir_model::error::Result;
use weir_model::event::Checkpoint;
use weir_model::identity::Identity;
use weir_model::manifest::{FORMAT, Manifest, Proof, Tools, VERSION};
use weir_model::sanitising::{Mark, RulesetMark, State};
use weir_store::{BackupName, BackupWriter, Choice, MemoryBudget};

/// The run that makes every backup.
const RUN: &str = "run-of-the-backup";

impl Setting {
    /// Takes a backup.
    ///
    /// # Errors
    /// What the engine or the store says.
    pub async fn backup(&self, endpoint: &Endpoint, context: &Context) -> Result<Manifest> {
        let identity = self.engine.identity(endpoint, context).await?;
        let now = Timestamp::now();
        let name = BackupName::new(INSTANCE, now, &endpoint.database);
        let writer = self.writer(name).await?;
        context.checkpoint(Checkpoint::Claimed);
        let opened = self.engine.open(endpoint, context).await?;
        let lineage = opened.stamp().map(|stamp| stamp.hops.clone());
        let dumped = opened.dump(&writer, None, context).await?;
        context.checkpoint(Checkpoint::PartsStored);
        let manifest = self.draft(dumped, identity, &endpoint.database, now);
        let manifest = Manifest {
            lineage,
            ..manifest
        };
        let committed = writer.commit(manifest, None).await?;
        context.checkpoint(Checkpoint::ManifestStored);
        self.delivered(committed.manifest).await
    }

    /// Takes in a dump that others made, as a backup of `database`.
    ///
    /// # Errors
    /// What the engine or the store says.
    pub async fn adopt(
        &self,
        database: &str,
        dump: &ForeignDump,
        context: &Context,
    ) -> Result<Manifest> {
        let now = Timestamp::now();
        let name = BackupName::new(INSTANCE, now, database);
        let writer = self.writer(name).await?;
        match self.engine.adopt(dump, &writer, context).await {
            Ok(dumped) => {
                let manifest = self.draft(dumped, dump.source.clone(), database, now);
                let proof = Proof::Adopted;
                let committed = writer.commit(Manifest { proof, ..manifest }, None).await?;
                self.delivered(committed.manifest).await
            }
            Err(error) => {
                let _ = writer.abandon().await;
                Err(error)
            }
        }
    }

    /// Takes a clean backup of a database, which is read as one of `name`.
    ///
    /// # Errors
    /// What the engine or the store says.
    pub async fn clean_backup(
        &self,
        endpoint: &Endpoint,
        name: &str,
        masker: Arc<dyn Masker>,
        context: &Context,
    ) -> Result<Manifest> {
        let identity = self.engine.identity(endpoint, context).await?;
        let mark = masker.mark();
        let opened = self.engine.open(endpoint, context).await?;
        let now = Timestamp::now();
        let writer = self.writer(BackupName::new(INSTANCE, now, name)).await?;
        let dumped = opened.dump(&writer, Some(masker), context).await;
        let drafted = dumped.map(|dumped| self.draft(dumped, identity, name, now));
        self.published(writer, drafted, mark).await
    }

    /// Makes a clean backup of a backup, which is read as one of `name`.
    ///
    /// # Errors
    /// What the engine or the store says.
    pub async fn rewrite(
        &self,
        parts: Arc<dyn PartSource>,
        name: &str,
        masker: Arc<dyn Masker>,
        context: &Context,
    ) -> Result<Manifest> {
        let identity = parts.manifest().identity.clone();
        let mark = masker.mark();
        let now = Timestamp::now();
        let writer = self.writer(BackupName::new(INSTANCE, now, name)).await?;
        let dumped = self.engine.rewrite(parts, masker, &writer, context).await;
        let drafted = dumped.map(|dumped| self.draft(dumped, identity, name, now));
        self.published(writer, drafted, mark).await
    }

    async fn published(
        &self,
        writer: BackupWriter,
        drafted: Result<Manifest>,
        mark: RulesetMark,
    ) -> Result<Manifest> {
        match drafted {
            Ok(manifest) => {
                let sanitising = sanitised(mark);
                let manifest = Manifest {
                    sanitising,
                    ..manifest
                };
                let committed = writer.commit(manifest, None).await?;
                self.delivered(committed.manifest).await
            }
            Err(error) => {
                let _ = writer.abandon().await;
                Err(error)
            }
        }
    }

    /// The manifest of a backup that was just made, as it is read.
    async fn delivered(&self, manifest: Manifest) -> Result<Manifest> {
        let choice = Choice::Named(manifest.backup.clone());
        self.deliver(&manifest.database, &choice).await?;
        Ok(self.parts(&manifest).await?.manifest().clone())
    }

    async fn writer(&self, name: BackupName) -> Result<BackupWriter> {
        let (state, budget) = (self.store.under("_weir"), MemoryBudget::default());
        let recipients = self.recipients();
        let recipients = recipients.as_ref();
        BackupWriter::claim(&self.store, &state, name, RUN, recipients, &budget).await
    }

    fn draft(
        &self,
        dumped: Dumped,
        identity: Identity,
        database: &str,
        now: Timestamp,
    ) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            requires: Vec::new(),
            environment: UPSTREAM.to_owned(),
            app: "app".to_owned(),
            engine: self.engine.name().to_owned(),
            instance: INSTANCE.to_owned(),
            database: database.to_owned(),
            // The writer fills in the folder's name and the parts.
            backup: String::new(),
            run: RUN.to_owned(),
            created: now,
            data_as_of: now,
            lineage: None,
            group: None,
            identity,
            snapshot: dumped.snapshot,
            collations: dumped.collations,
            sanitising: Mark::raw(),
            parts: Vec::new(),
            encryption: None,
            copied_from: None,
            native: None,
            schema: schema_fingerprint(&dumped.catalog),
            tables: dumped.tables,
            catalog: dumped.catalog,
            proof: Proof::Dumped,
            tools: Tools {
                weir: env!("CARGO_PKG_VERSION").to_owned(),
                engine: dumped.engine_version,
                readable_by: dumped.readable_by,
            },
            unknown: serde_json::Map::new(),
        }
    }

    /// A database with a seed, and a backup of it.
    ///
    /// # Panics
    /// When the backup fails.
    pub async fn backup_of(&self, name: &str, seed: Seed) -> Manifest {
        let endpoint = self.seeded(name, seed);
        self.backup(&endpoint, &self.context())
            .await
            .expect("take a backup")
    }

    /// A backup of a database that lies nowhere near [`Setting::databases`].
    ///
    /// # Panics
    /// When the backup fails.
    pub async fn distant_backup(&self, seed: Seed) -> Manifest {
        let endpoint = self
            .harness
            .endpoint(&self.folder.join("distant"), "source");
        self.harness.seed(&endpoint, seed);
        self.backup(&endpoint, &self.context())
            .await
            .expect("take a backup")
    }
}

/// The mark of a copy that rules were applied to.
pub(in crate::conformance) fn sanitised(ruleset: RulesetMark) -> Mark {
    Mark {
        state: State::Sanitised,
        ruleset: Some(ruleset),
        voucher: None,
    }
}
