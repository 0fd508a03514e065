//! The steps of a backup and of a restore, each a type that only the step before can make.

use crate::context::Context;
use crate::masker::Masker;
use crate::parts::PartSink;
use crate::proof::ScriptEffect;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_model::catalog::Catalog;
use weir_model::error::Result;
use weir_model::manifest::{NativeReference, Snapshot, TableDigest};
use weir_model::sanitising::Mark;
use weir_model::stamp::Stamp;

/// A snapshot is held; no data has been read.
#[async_trait]
pub trait Opened: Send {
    /// The stamp the source carried within the snapshot, to carry its lineage on.
    fn stamp(&self) -> Option<&Stamp>;

    /// Reads everything within the snapshot into parts.
    ///
    /// MUST return an error unless every row was read and every part finished; a child process
    /// that did not exit 0 is an error.
    ///
    /// With a masker the parts are those of a clean backup: no raw byte reaches the sink, the
    /// catalog and the digests are of what was written, and data carriers that the masker does
    /// not keep are left out or refused as in a restore.
    ///
    /// # Errors
    /// `source`, `store`, `sanitise`.
    async fn dump(
        self: Box<Self>,
        sink: &dyn PartSink,
        masker: Option<Arc<dyn Masker>>,
        context: &Context,
    ) -> Result<Dumped>;
}

/// Everything is in the parts.
#[derive(Debug, Clone)]
pub struct Dumped {
    /// How the snapshot was held.
    pub snapshot: Snapshot,
    /// Versions of the collations that the server sorts text by, where it tells them.
    pub collations: BTreeMap<String, String>,
    /// Where the data lies, for an engine whose capabilities say that it writes no parts.
    pub native: Option<NativeReference>,
    /// What the database holds.
    pub catalog: Catalog,
    /// Rows and digest of every table, as dumped.
    pub tables: Vec<TableDigest>,
    /// The server or library and its version.
    pub engine_version: String,
    /// The oldest client that restores the parts.
    pub readable_by: String,
}

/// A script of the operator's.
#[derive(Debug, Clone)]
pub struct Script {
    /// Its file name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// All rows are in the shadow, proven to be what was sent.
#[async_trait]
pub trait Loaded: Send {
    /// Rows of every table as they were sent, after masking.
    fn sent(&self) -> &[TableDigest];

    /// Says how clean the rows have turned out to be: the stamp carries it once the copy is live.
    fn certify(&mut self, sanitising: Mark);

    /// Runs scripts in the shadow, in one transaction where the engine can, stopping at the
    /// first error, and leaves no replaced value behind in the shadow's bytes. MUST remove the
    /// shadow when it fails.
    ///
    /// # Errors
    /// `script`, with the script's name and the statement's line but none of its output.
    async fn sanitise(
        self: Box<Self>,
        scripts: &[Script],
        context: &Context,
    ) -> Result<Box<dyn Sanitised>>;

    /// Gives up: removes the shadow.
    ///
    /// # Errors
    /// `target` when it cannot be removed.
    async fn discard(self: Box<Self>) -> Result<()>;
}

/// The scripts have run.
#[async_trait]
pub trait Sanitised: Send {
    /// Proves constraints, indexes, schema and row bounds in the shadow. MUST remove the shadow
    /// when it fails.
    ///
    /// # Errors
    /// `verify`.
    async fn verify(self: Box<Self>, context: &Context) -> Result<Box<dyn Ready>>;
}

/// The shadow is proven and can be put live, now or later with others.
#[async_trait]
pub trait Ready: Send {
    /// Rows of every table as they will be live, and what the scripts changed.
    fn tables(&self) -> &[TableDigest];

    /// What the scripts did to row counts.
    fn effects(&self) -> &[ScriptEffect];

    /// Puts the shadow live. MUST compare the fencing token with the target's inside the swap,
    /// and refuse when the target's is not lower. MUST be atomic where the capabilities say so.
    ///
    /// # Errors
    /// `locked` when a newer run was here, `swap`; the live copy is then as it was.
    async fn swap(self: Box<Self>, context: &Context) -> Result<Live>;

    /// Gives up: removes the shadow.
    ///
    /// # Errors
    /// `target` when it cannot be removed.
    async fn discard(self: Box<Self>) -> Result<()>;
}

/// The new copy is live.
#[derive(Debug, Clone)]
pub struct Live {
    /// What it carries.
    pub stamp: Stamp,
    /// Whether the replaced copy can be rolled back to.
    pub previous_kept: bool,
}
