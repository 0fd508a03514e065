//! The trait every engine implements.

use crate::capabilities::Capabilities;
use crate::checks::{Trial, Tried};
use crate::context::Context;
use crate::diagnosis::{Contents, Finding, Purpose};
use crate::field::Replacement;
use crate::foreign::{Examined, ForeignDump, ForeignFile};
use crate::masker::Masker;
use crate::parts::{PartSink, PartSource};
use crate::policy::TargetPolicy;
use crate::proof::Bounds;
use crate::secret::Secret;
use crate::stages::{Dumped, Loaded, Opened};
use async_trait::async_trait;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use weir_model::catalog::Catalog;
use weir_model::error::Result;
use weir_model::identity::Identity;
use weir_model::stamp::{Stamp, Token};

/// Where one database lives and how to enter it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The address, without a secret, e.g. `sqlite:///srv/app.db`.
    pub url: String,
    /// The database's name, as configured.
    pub database: String,
    /// The password, where one is configured.
    pub password: Option<Secret>,
    /// The owner the database should have, where one is configured.
    pub owner: Option<String>,
    /// What a restore does about what the server lacks.
    pub policy: TargetPolicy,
}

/// What happens to the copy that a restore replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previous {
    /// Kept, so that `rollback` can put it back; removed before the next load.
    Keep,
    /// Not kept.
    None,
}

/// How much is proven after loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Rows and digests.
    Full,
    /// Rows only, for those who accept less.
    Counts,
}

/// What a restore asks of an engine.
#[derive(Clone)]
pub struct LoadRequest {
    /// What to write into the target, once live. Its token fences the swap.
    pub stamp: Stamp,
    /// The rules, when the copy is to be clean.
    pub masker: Option<Arc<dyn Masker>>,
    /// What to do with the replaced copy.
    pub previous: Previous,
    /// How much to prove.
    pub verification: Verification,
    /// Row counts that must hold after the scripts.
    pub bounds: Bounds,
    /// Whether there are scripts: what is gathered about rows before they run is gathered in vain,
    /// and holds values that they remove.
    pub scripts_follow: bool,
}

/// What `heal` found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Healed {
    /// One sentence for each thing that was dropped, finished or found wrong.
    pub actions: Vec<String>,
}

/// What `rollback` put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledBack {
    /// The stamp of the copy that is live again, if it has one.
    pub stamp: Option<Stamp>,
}

/// One kind of database.
///
/// Every method MUST return within the context's deadline, MUST stop soon after a cancel, and
/// MUST NOT put a row value or a secret into an error.
///
/// Who dumps, rewrites or loads the rows of a table MUST tell it by [`Context::at_table`], however
/// many do so at once: masking counts, building indexes does not. A part that is
/// copied as it is needs no time.
#[async_trait]
pub trait Engine: Send + Sync {
    /// The engine's name in the configuration.
    fn name(&self) -> &'static str;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Who the database at `endpoint` is. For a database that does not exist yet, the facts of
    /// the place where it would be.
    ///
    /// # Errors
    /// `source` or `target` when it cannot be reached.
    async fn identity(&self, endpoint: &Endpoint, context: &Context) -> Result<Identity>;

    /// Whether the database exists.
    ///
    /// # Errors
    /// `source` when it cannot be reached.
    async fn exists(&self, endpoint: &Endpoint, context: &Context) -> Result<bool>;

    /// The stamp of the live copy. `None` when there is no database, or when whoever put the
    /// copy there left none.
    ///
    /// # Errors
    /// `source` when it cannot be read.
    async fn stamp(&self, endpoint: &Endpoint, context: &Context) -> Result<Option<Stamp>>;

    /// What the live database holds, by name. MUST leave out Weir's own objects.
    ///
    /// # Errors
    /// `source` when it cannot be read.
    async fn catalog(&self, endpoint: &Endpoint, context: &Context) -> Result<Catalog>;

    /// Up to `limit` rows of a table, in no particular order, for checks and detection.
    ///
    /// # Errors
    /// `source` when it cannot be read.
    async fn sample(
        &self,
        endpoint: &Endpoint,
        table: &str,
        limit: u64,
        context: &Context,
    ) -> Result<Vec<Vec<Replacement>>>;

    /// Says of made-up rows whether they satisfy a CHECK, as the server at `endpoint` would if they
    /// were loaded; the database itself need not exist.
    ///
    /// MUST change nothing and read no table: it runs nothing but what [`Trial::harmless`] lets
    /// through, in a transaction that only reads and is bounded in time. Whatever the server cannot
    /// say (a function or type it does not know, an answer that depends on a collation) is
    /// [`Tried::Unanswered`].
    ///
    /// # Errors
    /// `source` when the server cannot be reached, `interrupted`, `deadline`.
    async fn satisfies(
        &self,
        endpoint: &Endpoint,
        trial: &Trial,
        context: &Context,
    ) -> Result<Tried>;

    /// Takes a snapshot and holds it, reading no data yet, so that several databases can be
    /// opened at one moment.
    ///
    /// # Errors
    /// `source`.
    async fn open(&self, endpoint: &Endpoint, context: &Context) -> Result<Box<dyn Opened>>;

    /// Takes in a dump of this engine's kind that others made, as the parts that
    /// [`Opened::dump`] would have written, so that `load` restores it.
    ///
    /// MUST read the files to their end and prove what the format lets it prove (its trailer, its
    /// own checks, nothing behind the end), and MUST return an error for anything but one whole
    /// dump, so that no manifest is ever written for it. MUST refuse a source told in other facts
    /// than [`Engine::identity`] tells, or in another form: it would never be known again. MUST
    /// leave the files and what lies beside them as they were, and no stamp in the parts.
    ///
    /// # Errors
    /// `usage` for files or facts that are none of this engine's, `corrupt` for a dump that is
    /// not whole, `source` when it cannot be read, `store`.
    async fn adopt(
        &self,
        dump: &ForeignDump,
        sink: &dyn PartSink,
        context: &Context,
    ) -> Result<Dumped>;

    /// Which of the names in a folder are files of one dump of this engine's kind, or of what is left
    /// of one. None where each file stands for itself.
    fn files_of_one_dump(&self, names: &[String]) -> Vec<String>;

    /// Reads a file that others made to its end, and proves it as `adopt` does, storing nothing.
    /// `None` when its content says that it is no dump of this engine's kind, which MUST be found
    /// from its beginning, or, of a folder, as `files_of_one_dump` does.
    ///
    /// # Errors
    /// `corrupt` for a dump that is not whole, `unsupported` for one that cannot be read by this
    /// build, `source` when it cannot be read, `store`.
    async fn examine(&self, file: &ForeignFile, context: &Context) -> Result<Option<Examined>>;

    /// Makes a clean backup of a backup: its parts go through the masker into `sink`, as
    /// [`Opened::dump`] with a masker would have written them. No database is asked.
    ///
    /// MUST prove that bytes, rows and digests received equal the manifest, and MUST hand parts
    /// that the masker neither changes nor reads to [`PartSink::copy`].
    ///
    /// # Errors
    /// `corrupt`, `sanitise`, `store`, `unsupported`.
    async fn rewrite(
        &self,
        parts: Arc<dyn PartSource>,
        masker: Arc<dyn Masker>,
        sink: &dyn PartSink,
        context: &Context,
    ) -> Result<Dumped>;

    /// Loads a backup into a shadow beside the live copy, masking on the way.
    ///
    /// MUST prove that bytes, rows and digests received equal the manifest before they are
    /// masked, and that what was sent equals what a fresh connection reads back. MUST leave the
    /// live copy untouched, and no shadow behind when it fails. Raw rows MUST NOT become
    /// visible outside the shadow, and when a masker is given, not even in the shadow's bytes.
    ///
    /// # Errors
    /// `corrupt`, `target`, `sanitise`, `verify`, `locked` when another writer holds the target.
    async fn load(
        &self,
        endpoint: &Endpoint,
        request: LoadRequest,
        parts: Arc<dyn PartSource>,
        context: &Context,
    ) -> Result<Box<dyn Loaded>>;

    /// A place beside nothing, where a copy of the database at `endpoint` can be loaded, proven and
    /// discarded: nobody else knows it, and no database is there. It is reached as `endpoint` is.
    ///
    /// MUST neither touch nor lock the live copy. What the engine leaves at that place MUST lie in
    /// `folder`, which is absolute, private, empty, and removed by the caller.
    ///
    /// # Errors
    /// `config` when `folder` cannot be named in an address.
    fn scratch_endpoint(&self, endpoint: &Endpoint, folder: &Path) -> Result<Endpoint>;

    /// Finds out whether a run would get through at `endpoint`: that it is reached, which version
    /// it is, what may be done there, whether there is room for what a run makes, and which
    /// programs are needed. `expected_bytes` is how large the database will be, 0 when unknown.
    ///
    /// MUST change nothing, and MUST NOT fail over what is merely missing or refused: that is a
    /// finding, whose fix is the command or the grant to paste.
    ///
    /// # Errors
    /// `config` for an address that is none, `interrupted`, `deadline`.
    async fn diagnose(
        &self,
        endpoint: &Endpoint,
        purpose: Purpose,
        expected_bytes: u64,
        context: &Context,
    ) -> Result<Vec<Finding>>;

    /// What the live database holds, with the digests a backup made at the same moment would
    /// have. MUST read all of it within one snapshot, and MUST leave out Weir's own objects.
    ///
    /// # Errors
    /// `source` when it cannot be read.
    async fn contents(&self, endpoint: &Endpoint, context: &Context) -> Result<Contents>;

    /// Proves the live copy sound by the engine's own checks (pages, indexes, constraints).
    ///
    /// # Errors
    /// `verify` with what is wrong, `source` when it cannot be read.
    async fn verify_live(&self, endpoint: &Endpoint, context: &Context) -> Result<()>;

    /// Derives from the target alone what a dead run left, and drops or finishes it. MUST be
    /// harmless on a healthy target and while another run works (it then reports `locked`).
    ///
    /// # Errors
    /// `locked`, `target`.
    async fn heal(&self, endpoint: &Endpoint, context: &Context) -> Result<Healed>;

    /// What `heal` would find, in sentences, changing nothing: empty on a healthy target.
    ///
    /// # Errors
    /// `target` when it cannot be looked at.
    async fn leftovers(&self, endpoint: &Endpoint, context: &Context) -> Result<Vec<String>>;

    /// The stamp of the previous copy, so that a rollback can be refused where the copy must not
    /// be seen. `None` when none is kept, or when it has no stamp.
    ///
    /// # Errors
    /// `target` when it cannot be read.
    async fn previous_stamp(&self, endpoint: &Endpoint, context: &Context)
    -> Result<Option<Stamp>>;

    /// Puts the previous copy back; the copy it replaces becomes the previous one, so that a
    /// rollback can be undone.
    ///
    /// # Errors
    /// `no-backup` when no previous copy is kept, `locked`, `swap`.
    async fn rollback(
        &self,
        endpoint: &Endpoint,
        token: Token,
        context: &Context,
    ) -> Result<RolledBack>;

    /// Removes the previous copy once it has been kept for `kept_for`; says whether it did. MUST
    /// leave it alone while another run works.
    ///
    /// # Errors
    /// `locked`, `target`.
    async fn expire_previous(
        &self,
        endpoint: &Endpoint,
        kept_for: Duration,
        context: &Context,
    ) -> Result<bool>;
}
