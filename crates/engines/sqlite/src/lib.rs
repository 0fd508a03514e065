#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! | file | what it does |
//! |---|---|
//! | `config` | where a database lies and how it is opened |
//! | `identity` | who it is |
//! | `catalog` | what it holds, by name |
//! | `sample` | a few of its rows |
//! | `diagnose` | whether a run would get through |
//! | `dump` | from a database in use to one part, as it is or clean; from a backup to a clean one |
//! | `adopt` | from a file that others made to the same part |
//! | `load` | from that part to a proven shadow |
//! | `mask` | from one database through masks into a new one |
//! | `transform` | steps of the rules and scripts in the shadow |
//! | `verify` | integrity, rows, constraints, schema |
//! | `swap` | the shadow becomes the live copy |
//! | `rollback` | the replaced copy comes back |
//! | `heal` | what a dead run left |
//! | `stamp`, `lock` | who wrote the live copy, and who may write it next |
//!
//! All that SQLite does waits for the disk, so it runs on blocking threads.

mod adopt;
mod catalog;
mod config;
mod diagnose;
mod dump;
mod heal;
mod identity;
mod load;
mod lock;
mod mask;
mod rollback;
mod sample;
mod stamp;
mod swap;
mod transform;
mod verify;

use async_trait::async_trait;
use config::{Place, blocking};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use weir_engine::{
    Capabilities, Contents, Context, DumpKind, Dumped, Endpoint, Engine, Examined, Finding,
    ForeignDump, ForeignFile, Healed, LoadRequest, Loaded, Masker, Opened, PartSink, PartSource,
    Purpose, Replacement, RolledBack, SwapKind, Trial, Tried,
};
use weir_model::catalog::Catalog;
use weir_model::error::Result;
use weir_model::identity::Identity;
use weir_model::stamp::{Stamp, Token};

/// SQLite databases, each one file.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteEngine;

/// Calls `work` with the place and a context of its own, on a thread that may wait.
async fn at<T, F>(endpoint: &Endpoint, context: &Context, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&Place, &Context) -> Result<T> + Send + 'static,
{
    let (endpoint, context) = (endpoint.clone(), context.clone());
    blocking(move || {
        context.check("begin")?;
        work(&Place::of(&endpoint)?, &context)
    })
    .await
}

#[async_trait]
impl Engine for SqliteEngine {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            dump: DumpKind::Parts,
            swap: SwapKind::Atomic,
            isolated_scripts: true,
            masks_in_flight: true,
            enforces_types: false,
            keeps_previous: true,
            scratch_copies: 1,
        }
    }

    async fn identity(&self, endpoint: &Endpoint, context: &Context) -> Result<Identity> {
        at(endpoint, context, identity::identity).await
    }

    async fn exists(&self, endpoint: &Endpoint, context: &Context) -> Result<bool> {
        at(endpoint, context, identity::exists).await
    }

    async fn stamp(&self, endpoint: &Endpoint, context: &Context) -> Result<Option<Stamp>> {
        at(endpoint, context, stamp::live).await
    }

    async fn catalog(&self, endpoint: &Endpoint, context: &Context) -> Result<Catalog> {
        at(endpoint, context, catalog::live).await
    }

    async fn sample(
        &self,
        endpoint: &Endpoint,
        table: &str,
        limit: u64,
        context: &Context,
    ) -> Result<Vec<Vec<Replacement>>> {
        let table = table.to_owned();
        at(endpoint, context, move |place, context| {
            sample::sample(place, &table, limit, context)
        })
        .await
    }

    async fn satisfies(
        &self,
        endpoint: &Endpoint,
        trial: &Trial,
        context: &Context,
    ) -> Result<Tried> {
        let trial = trial.clone();
        at(endpoint, context, move |place, context| {
            sample::satisfies(place, &trial, context)
        })
        .await
    }

    async fn open(&self, endpoint: &Endpoint, context: &Context) -> Result<Box<dyn Opened>> {
        at(endpoint, context, dump::open).await
    }

    async fn adopt(
        &self,
        dump: &ForeignDump,
        sink: &dyn PartSink,
        context: &Context,
    ) -> Result<Dumped> {
        adopt::adopt(dump, sink, context).await
    }

    fn files_of_one_dump(&self, _names: &[String]) -> Vec<String> {
        Vec::new()
    }

    async fn examine(&self, file: &ForeignFile, context: &Context) -> Result<Option<Examined>> {
        adopt::examine(file, context).await
    }

    async fn rewrite(
        &self,
        parts: Arc<dyn PartSource>,
        masker: Arc<dyn Masker>,
        sink: &dyn PartSink,
        context: &Context,
    ) -> Result<Dumped> {
        dump::rewrite(parts, masker, sink, context).await
    }

    async fn load(
        &self,
        endpoint: &Endpoint,
        request: LoadRequest,
        parts: Arc<dyn PartSource>,
        context: &Context,
    ) -> Result<Box<dyn Loaded>> {
        load::load(Place::of(endpoint)?, request, parts, context).await
    }

    fn scratch_endpoint(&self, endpoint: &Endpoint, folder: &Path) -> Result<Endpoint> {
        config::scratch_endpoint(endpoint, folder)
    }

    async fn diagnose(
        &self,
        endpoint: &Endpoint,
        purpose: Purpose,
        expected_bytes: u64,
        context: &Context,
    ) -> Result<Vec<Finding>> {
        at(endpoint, context, move |place, context| {
            diagnose::diagnose(place, purpose, expected_bytes, context)
        })
        .await
    }

    async fn contents(&self, endpoint: &Endpoint, context: &Context) -> Result<Contents> {
        at(endpoint, context, verify::contents).await
    }

    async fn verify_live(&self, endpoint: &Endpoint, context: &Context) -> Result<()> {
        at(endpoint, context, verify::live).await
    }

    async fn heal(&self, endpoint: &Endpoint, context: &Context) -> Result<Healed> {
        at(endpoint, context, heal::heal).await
    }

    async fn leftovers(&self, endpoint: &Endpoint, context: &Context) -> Result<Vec<String>> {
        at(endpoint, context, heal::leftovers).await
    }

    async fn previous_stamp(
        &self,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<Option<Stamp>> {
        at(endpoint, context, stamp::previous).await
    }

    async fn rollback(
        &self,
        endpoint: &Endpoint,
        token: Token,
        context: &Context,
    ) -> Result<RolledBack> {
        at(endpoint, context, move |place, context| {
            rollback::rollback(place, token, context)
        })
        .await
    }

    async fn expire_previous(
        &self,
        endpoint: &Endpoint,
        kept_for: Duration,
        context: &Context,
    ) -> Result<bool> {
        at(endpoint, context, move |place, context| {
            rollback::expire(place, kept_for, context)
        })
        .await
    }
}
