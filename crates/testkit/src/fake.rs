//! An engine whose databases are JSON files: the contract kept in the plainest way.
//!
//! A database is one file ([`document::Document`]), put live by a rename. It is meant for small
//! data: a snapshot is the whole file, read at once. Its script language has three statements,
//! one a line: `delete TABLE where COLUMN = VALUE`, `set TABLE.COLUMN = VALUE`, `drop TABLE`.

mod adopt;
mod catalog;
mod config;
mod diagnose;
pub mod document;
mod dump;
mod files;
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
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use weir_engine::{
    Capabilities, Contents, Context, DumpKind, Dumped, Endpoint, Engine, Examined, Finding,
    ForeignDump, ForeignFile, Healed, LoadRequest, Loaded, Masker, Opened, PartSink, PartSource,
    Purpose, Replacement, RolledBack, SwapKind, Trial, Tried,
};
use weir_model::catalog::Catalog;
use weir_model::error::{Kind, Result};
use weir_model::identity::Identity;
use weir_model::stamp::{Stamp, Token};

pub use config::{password_digest, path};
pub use files::Beside;

/// The fake engine. Its urls are `fake:///absolute/path.json`.
#[derive(Debug, Clone, Copy)]
pub struct FakeEngine {
    name: &'static str,
}

impl FakeEngine {
    /// In the place of the engine of that name: a configuration knows none called `fake`.
    #[must_use]
    pub const fn in_place_of(name: &'static str) -> Self {
        Self { name }
    }
}

impl Default for FakeEngine {
    fn default() -> Self {
        Self { name: "fake" }
    }
}

#[async_trait]
impl Engine for FakeEngine {
    fn name(&self) -> &'static str {
        self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            dump: DumpKind::Parts,
            swap: SwapKind::Atomic,
            isolated_scripts: true,
            masks_in_flight: true,
            enforces_types: false,
            keeps_previous: true,
            scratch_copies: 0,
        }
    }

    async fn identity(&self, endpoint: &Endpoint, context: &Context) -> Result<Identity> {
        context.check("identify the database")?;
        identity::identity(endpoint)
    }

    async fn exists(&self, endpoint: &Endpoint, context: &Context) -> Result<bool> {
        context.check("look for the database")?;
        Ok(config::exists(endpoint, Kind::Source)?.is_some())
    }

    async fn stamp(&self, endpoint: &Endpoint, context: &Context) -> Result<Option<Stamp>> {
        context.check("read the stamp")?;
        stamp::live(endpoint)
    }

    async fn catalog(&self, endpoint: &Endpoint, context: &Context) -> Result<Catalog> {
        context.check("read the catalog")?;
        Ok(catalog::catalog(&config::read(endpoint, Kind::Source)?))
    }

    async fn sample(
        &self,
        endpoint: &Endpoint,
        table: &str,
        limit: u64,
        context: &Context,
    ) -> Result<Vec<Vec<Replacement>>> {
        context.check("read a few rows")?;
        sample::sample(endpoint, table, limit)
    }

    async fn satisfies(
        &self,
        _endpoint: &Endpoint,
        _trial: &Trial,
        context: &Context,
    ) -> Result<Tried> {
        context.check("try values")?;
        Ok(Tried::Unanswered("it has no expressions".to_owned()))
    }

    async fn open(&self, endpoint: &Endpoint, context: &Context) -> Result<Box<dyn Opened>> {
        dump::open(endpoint, context)
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
        dump::rewrite(parts.as_ref(), masker.as_ref(), sink, context).await
    }

    async fn load(
        &self,
        endpoint: &Endpoint,
        request: LoadRequest,
        parts: Arc<dyn PartSource>,
        context: &Context,
    ) -> Result<Box<dyn Loaded>> {
        load::load(endpoint, request, parts, context).await
    }

    fn scratch_endpoint(&self, endpoint: &Endpoint, folder: &Path) -> Result<Endpoint> {
        Ok(config::scratch_endpoint(endpoint, folder))
    }

    async fn diagnose(
        &self,
        endpoint: &Endpoint,
        purpose: Purpose,
        expected_bytes: u64,
        context: &Context,
    ) -> Result<Vec<Finding>> {
        context.check("look at the database")?;
        diagnose::diagnose(endpoint, purpose, expected_bytes)
    }

    async fn contents(&self, endpoint: &Endpoint, context: &Context) -> Result<Contents> {
        context.check("read the database")?;
        Ok(verify::contents(&config::read(endpoint, Kind::Source)?))
    }

    async fn verify_live(&self, endpoint: &Endpoint, context: &Context) -> Result<()> {
        context.check("verify the database")?;
        verify::sound(&config::read(endpoint, Kind::Source)?)
    }

    async fn heal(&self, endpoint: &Endpoint, context: &Context) -> Result<Healed> {
        context.check("heal the database")?;
        heal::heal(endpoint)
    }

    async fn leftovers(&self, endpoint: &Endpoint, context: &Context) -> Result<Vec<String>> {
        context.check("look for leftovers")?;
        heal::leftovers(endpoint)
    }

    async fn previous_stamp(
        &self,
        endpoint: &Endpoint,
        _context: &Context,
    ) -> Result<Option<Stamp>> {
        rollback::previous_stamp(endpoint)
    }

    async fn rollback(
        &self,
        endpoint: &Endpoint,
        token: Token,
        context: &Context,
    ) -> Result<RolledBack> {
        context.check("roll the database back")?;
        rollback::rollback(endpoint, token)
    }

    async fn expire_previous(
        &self,
        endpoint: &Endpoint,
        kept_for: Duration,
        context: &Context,
    ) -> Result<bool> {
        context.check("look at the previous copy")?;
        rollback::expire(endpoint, kept_for)
    }
}
