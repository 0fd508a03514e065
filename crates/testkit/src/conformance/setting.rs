//! One rule's surroundings, and the steps of a backup and a restore as the pipeline takes them.

use super::harness::{Harness, Seed};
use super::shelf::{Place, Shelf, StoreKind};
use crate::observe::Probe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use weir_engine::{
    Bounds, Context, Endpoint, Engine, Live, LoadRequest, Loaded, Masker, PartSource, Previous,
    Ready, Script, Verification, schema_fingerprint,
};
use weir_model::error::Result;
use weir_model::manifest::{FORMAT, Manifest, Proof, Tools, VERSION};
use weir_model::sanitising::Mark;
use weir_model::stamp::{Hop, Stamp, Token};
use weir_store::{BackupName, BackupReader, BackupWriter, Choice, MemoryBudget, Store, Wanted};

/// The environment that makes the backups.
const UPSTREAM: &str = "production";
/// The instance of every database.
const INSTANCE: &str = "server";

/// The engine, a store, and a folder for databases, of one rule.
pub struct Setting {
    harness: Arc<dyn Harness>,
    engine: Arc<dyn Engine>,
    store: Store,
    shelf: Option<Shelf>,
    folder: PathBuf,
    module: String,
    _owned: Option<TempDir>,
}

/// What a restore is asked for.
#[derive(Clone)]
pub struct Plan {
    /// The fencing token.
    pub token: u64,
    /// The rules, for a clean copy.
    pub masker: Option<Arc<dyn Masker>>,
    /// The scripts.
    pub scripts: Vec<Script>,
    /// What happens to the replaced copy.
    pub previous: Previous,
    /// Row counts that must hold.
    pub bounds: Bounds,
}

impl Plan {
    /// A plain restore that keeps the replaced copy.
    #[must_use]
    pub fn with_token(token: u64) -> Self {
        Self {
            token,
            masker: None,
            scripts: Vec::new(),
            previous: Previous::Keep,
            bounds: Bounds::new(),
        }
    }

    /// The same with rules.
    #[must_use]
    pub fn masked(mut self, masker: impl Masker + 'static) -> Self {
        self.masker = Some(Arc::new(masker));
        self
    }

    /// The same with a script.
    #[must_use]
    pub fn script(mut self, text: impl Into<String>) -> Self {
        self.scripts.push(Script {
            name: "script".to_owned(),
            text: text.into(),
        });
        self
    }
}

impl Setting {
    pub(super) fn new(harness: Arc<dyn Harness>, kind: StoreKind, module: &str) -> Self {
        let owned = tempfile::tempdir().expect("make a folder");
        let folder = owned.path().to_owned();
        for name in ["databases", "distant", "scratch", "store"] {
            std::fs::create_dir(folder.join(name)).expect("make a folder");
        }
        let shelf = Shelf::new(kind, &folder.join("store"));
        Self {
            engine: harness.engine(),
            store: shelf.store(),
            shelf: Some(shelf),
            harness,
            folder,
            module: module.to_owned(),
            _owned: Some(owned),
        }
    }

    /// The same surroundings, entered by another process.
    pub(super) fn join(harness: Arc<dyn Harness>, place: &Place, folder: PathBuf) -> Self {
        Self {
            engine: harness.engine(),
            store: place.store(),
            shelf: None,
            harness,
            folder,
            module: String::new(),
            _owned: None,
        }
    }

    /// The harness of the engine.
    #[must_use]
    pub fn harness(&self) -> &dyn Harness {
        self.harness.as_ref()
    }

    /// The harness of the engine, to share with a thread.
    #[must_use]
    pub fn shared_harness(&self) -> Arc<dyn Harness> {
        self.harness.clone()
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// The store of the rule.
    ///
    /// # Panics
    /// In a process that only joined the rule.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        self.shelf.as_ref().expect("the rule's own process asks")
    }

    /// The rule's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn module(&self) -> &str {
        &self.module
    }

    /// Where databases lie.
    #[must_use]
    pub fn databases(&self) -> PathBuf {
        self.folder.join("databases")
    }

    /// Where the engine may keep scratch files.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// Where the database of that name is.
    #[must_use]
    pub fn endpoint(&self, name: &str) -> Endpoint {
        self.harness.endpoint(&self.databases(), name)
    }

    /// A database that is there.
    #[must_use]
    pub fn seeded(&self, name: &str, seed: Seed) -> Endpoint {
        let endpoint = self.endpoint(name);
        self.harness.seed(&endpoint, seed);
        endpoint
    }

    /// A context that nobody listens to.
    #[must_use]
    pub fn context(&self) -> Context {
        self.watched(&Arc::new(Probe::default()))
    }

    /// A context that a probe listens to.
    #[must_use]
    pub fn watched(&self, probe: &Arc<Probe>) -> Context {
        let mut context = probe.context();
        context.scratch = self.scratch();
        context
    }

    /// Takes a backup.
    ///
    /// # Errors
    /// What the engine or the store says.
    pub async fn backup(&self, endpoint: &Endpoint, context: &Context) -> Result<Manifest> {
        let identity = self.engine.identity(endpoint, context).await?;
        let now = jiff::Timestamp::now();
        let name = BackupName::new(INSTANCE, now, &endpoint.database);
        let state = self.store.under("_weir");
        let budget = MemoryBudget::default();
        let writer =
            BackupWriter::claim(&self.store, &state, name, "run-of-the-backup", &budget).await?;
        let opened = self.engine.open(endpoint, context).await?;
        let lineage = opened.stamp().map(|stamp| stamp.hops.clone());
        let dumped = opened.dump(&writer, context).await?;
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            requires: Vec::new(),
            environment: UPSTREAM.to_owned(),
            app: "app".to_owned(),
            engine: self.engine.name().to_owned(),
            instance: INSTANCE.to_owned(),
            database: endpoint.database.clone(),
            // The writer fills in the folder's name and the parts.
            backup: String::new(),
            run: "run-of-the-backup".to_owned(),
            created: now,
            data_as_of: now,
            lineage,
            identity,
            snapshot: dumped.snapshot,
            sanitising: Mark::raw(),
            parts: Vec::new(),
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
        };
        Ok(writer.commit(manifest, None).await?.manifest)
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

    /// Chooses the newest backup of a database.
    ///
    /// # Errors
    /// What the store says.
    pub async fn choose(&self, database: &str) -> Result<Arc<dyn PartSource>> {
        self.choose_by(database, &Choice::Newest).await
    }

    /// Chooses a backup that is known.
    ///
    /// # Errors
    /// What the store says.
    pub async fn parts(&self, manifest: &Manifest) -> Result<Arc<dyn PartSource>> {
        let choice = Choice::Named(manifest.backup.clone());
        self.choose_by(&manifest.database, &choice).await
    }

    async fn choose_by(&self, database: &str, choice: &Choice) -> Result<Arc<dyn PartSource>> {
        let wanted = Wanted {
            environment: UPSTREAM,
            instance: INSTANCE,
            database,
            trusted: &[],
        };
        let chosen = weir_store::choose(&self.store, &wanted, choice).await?;
        let manifest = chosen.read.manifest;
        let budget = MemoryBudget::default();
        Ok(Arc::new(BackupReader::new(&self.store, manifest, &budget)))
    }

    /// Loads a backup into a shadow.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn load(
        &self,
        parts: Arc<dyn PartSource>,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Box<dyn Loaded>> {
        let request = LoadRequest {
            stamp: stamp(parts.manifest(), plan.token),
            masker: plan.masker.clone(),
            previous: plan.previous,
            verification: Verification::Full,
            bounds: plan.bounds.clone(),
        };
        self.engine.load(target, request, parts, context).await
    }

    /// Prepares a shadow up to the swap.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn prepare(
        &self,
        parts: Arc<dyn PartSource>,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Box<dyn Ready>> {
        let loaded = self.load(parts, target, plan, context).await?;
        let sanitised = loaded.sanitise(&plan.scripts, context).await?;
        sanitised.verify(context).await
    }

    /// Restores parts into a target.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn restore_parts(
        &self,
        parts: Arc<dyn PartSource>,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Live> {
        let ready = self.prepare(parts, target, plan, context).await?;
        ready.swap(context).await
    }

    /// Restores a backup into a target.
    ///
    /// # Errors
    /// What the store or the engine says.
    pub async fn restore(
        &self,
        manifest: &Manifest,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Live> {
        let parts = self.parts(manifest).await?;
        self.restore_parts(parts, target, plan, context).await
    }

    /// Fails unless nothing unfinished lies around a target.
    ///
    /// # Panics
    /// When something does.
    pub async fn assert_nothing_left(&self, target: &Endpoint, after: &str) {
        let remains = self.harness.remains(target);
        assert!(
            remains.is_empty(),
            "after {after}, these remain: {remains:?}"
        );
        let context = self.context();
        let leftovers = self.engine.leftovers(target, &context).await;
        let leftovers = leftovers.expect("look for leftovers");
        assert!(
            leftovers.is_empty(),
            "after {after}, the engine finds {leftovers:?}"
        );
        let scratch: Vec<PathBuf> = super::damage::files_below(&self.scratch());
        assert!(
            scratch.is_empty(),
            "after {after}, scratch files remain: {scratch:?}"
        );
    }
}

/// The stamp of a restore with that token.
pub(super) fn stamp(manifest: &Manifest, token: u64) -> Stamp {
    let mut hops = manifest.lineage.clone().unwrap_or_default();
    hops.push(Hop {
        environment: manifest.environment.clone(),
        backup: manifest.backup.clone(),
    });
    Stamp {
        run: format!("run-{token}"),
        token: Token(token),
        environment: "staging".to_owned(),
        data_as_of: manifest.data_as_of,
        sanitising: Mark::raw(),
        hops,
    }
}
