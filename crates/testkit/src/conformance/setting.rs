//! One rule's surroundings, and the steps of a backup and a restore as the pipeline takes them.

mod backup;
mod copies;
mod restore;

use super::harness::{Harness, Seed};
use super::shelf::{Place, Shelf, StoreKind};
use crate::observe::Probe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use weir_engine::{Context, Endpoint, Engine};
use weir_store::{Identities, Recipients, Store};

pub(super) use backup::sanitised;
pub use restore::Plan;
pub(super) use restore::stamp;

/// The environment that makes the backups.
const UPSTREAM: &str = "production";
/// The instance of every database.
const INSTANCE: &str = "server";

/// The engine, a store, and a folder for databases, of one rule.
pub struct Setting {
    harness: Arc<dyn Harness>,
    engine: Arc<dyn Engine>,
    /// Where backups are made.
    store: Store,
    shelf: Option<Shelf>,
    place: Place,
    folder: PathBuf,
    module: String,
    _owned: Option<TempDir>,
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
            store: shelf.place().store(),
            place: shelf.place().clone(),
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
            place: place.clone(),
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

    /// Whom the parts of backups are encrypted to, if to anybody.
    fn recipients(&self) -> Option<Recipients> {
        recipients(&self.place.identities())
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

/// Whom parts are encrypted to that these identities read, if to anybody.
fn recipients(identities: &Identities) -> Option<Recipients> {
    let keys = identities.recipients();
    let keys = (!keys.is_empty()).then(|| Recipients::parse(keys.iter().map(String::as_str)));
    keys.transpose().expect("read the recipients")
}
