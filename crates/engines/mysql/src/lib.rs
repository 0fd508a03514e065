#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! | file | what it does |
//! |---|---|
//! | `config` | where a database lies, how it is entered, what server is there, what errors mean |
//! | `identity` | who it is |
//! | `catalog` | what it holds, by name |
//! | `sample` | a few of its rows |
//! | `diagnose` | whether a run would get through |
//! | `dump` | from a database in use, or from a backup through rules, to files of SQL |
//! | `adopt` | from a dump that others made to the same parts |
//! | `load` | from those files to a proven shadow |
//! | `mask` | rows as statements write them, digested and masked on their way |
//! | `transform` | scripts in the shadow |
//! | `verify` | rows, constraints, schema |
//! | `swap` | the shadow becomes the live copy |
//! | `rollback` | the replaced copy comes back |
//! | `heal` | what a dead run left |
//! | `stamp`, `lock` | who wrote the live copy, and who may write it next |

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
use config::Address;
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

/// The readers of what others wrote, by themselves: for whoever feeds them nonsense.
pub mod parsers {
    pub use crate::adopt::parsers::{definition, dump, statements};
    pub use crate::mask::parsers::inflow;
}

/// Databases of MySQL and MariaDB servers, each a schema of its server.
#[derive(Debug, Clone, Copy, Default)]
pub struct MysqlEngine;

#[async_trait]
impl Engine for MysqlEngine {
    fn name(&self) -> &'static str {
        "mysql"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            dump: DumpKind::Parts,
            swap: SwapKind::Atomic,
            isolated_scripts: true,
            masks_in_flight: true,
            enforces_types: true,
            keeps_previous: true,
            scratch_copies: 0,
        }
    }

    async fn identity(&self, endpoint: &Endpoint, context: &Context) -> Result<Identity> {
        identity::identity(&Address::of(endpoint)?, context).await
    }

    async fn exists(&self, endpoint: &Endpoint, context: &Context) -> Result<bool> {
        identity::exists(&Address::of(endpoint)?, context).await
    }

    async fn stamp(&self, endpoint: &Endpoint, context: &Context) -> Result<Option<Stamp>> {
        stamp::live(&Address::of(endpoint)?, context).await
    }

    async fn catalog(&self, endpoint: &Endpoint, context: &Context) -> Result<Catalog> {
        catalog::live(&Address::of(endpoint)?, context).await
    }

    async fn sample(
        &self,
        endpoint: &Endpoint,
        table: &str,
        limit: u64,
        context: &Context,
    ) -> Result<Vec<Vec<Replacement>>> {
        sample::sample(&Address::of(endpoint)?, table, limit, context).await
    }

    async fn satisfies(
        &self,
        endpoint: &Endpoint,
        trial: &Trial,
        context: &Context,
    ) -> Result<Tried> {
        sample::satisfies(&Address::of(endpoint)?, trial, context).await
    }

    async fn open(&self, endpoint: &Endpoint, context: &Context) -> Result<Box<dyn Opened>> {
        dump::open(Address::of(endpoint)?, context).await
    }

    async fn adopt(
        &self,
        dump: &ForeignDump,
        sink: &dyn PartSink,
        context: &Context,
    ) -> Result<Dumped> {
        adopt::adopt(dump, sink, context).await
    }

    fn files_of_one_dump(&self, names: &[String]) -> Vec<String> {
        adopt::files_of_one_dump(names)
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
        load::load(Address::of(endpoint)?, request, parts, context).await
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
        diagnose::diagnose(&Address::of(endpoint)?, purpose, expected_bytes, context).await
    }

    async fn contents(&self, endpoint: &Endpoint, context: &Context) -> Result<Contents> {
        verify::contents(&Address::of(endpoint)?, context).await
    }

    async fn verify_live(&self, endpoint: &Endpoint, context: &Context) -> Result<()> {
        verify::live(&Address::of(endpoint)?, context).await
    }

    async fn heal(&self, endpoint: &Endpoint, context: &Context) -> Result<Healed> {
        heal::heal(&Address::of(endpoint)?, context).await
    }

    async fn leftovers(&self, endpoint: &Endpoint, context: &Context) -> Result<Vec<String>> {
        heal::leftovers(&Address::of(endpoint)?, context).await
    }

    async fn previous_stamp(
        &self,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<Option<Stamp>> {
        rollback::previous_stamp(&Address::of(endpoint)?, context).await
    }

    async fn rollback(
        &self,
        endpoint: &Endpoint,
        token: Token,
        context: &Context,
    ) -> Result<RolledBack> {
        rollback::rollback(&Address::of(endpoint)?, token, context).await
    }

    async fn expire_previous(
        &self,
        endpoint: &Endpoint,
        kept_for: Duration,
        context: &Context,
    ) -> Result<bool> {
        rollback::expire(&Address::of(endpoint)?, kept_for, context).await
    }
}
