#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! An engine moves one kind of database. The order of steps is in the types: a backup goes
//! [`Opened`] → [`Dumped`], a restore goes [`Loaded`] → [`Sanitised`] → [`Ready`] → [`Live`],
//! and only [`Ready::swap`] makes a copy live. Skipping a step does not compile; death at any
//! point is what [`Engine::heal`] is for.
//!
//! The comments say MUST where the pipeline relies on it; the conformance suite in `testkit`
//! holds each of them as a test.

mod capabilities;
mod checks;
mod context;
mod diagnosis;
mod discarded;
mod engine;
mod field;
mod foreign;
mod masker;
mod parts;
mod policy;
mod proof;
mod room;
mod rows;
mod secret;
mod stages;
mod times;

pub use capabilities::{Capabilities, DumpKind, SwapKind};
pub use checks::{Quotes, Token, Trial, TrialColumn, Tried, checks_of, columns_in, tokens};
pub use context::{Cancel, Context, Observer, SilentObserver};
pub use diagnosis::{Contents, Finding, Purpose, Severity};
pub use discarded::Discarded;
pub use engine::{Endpoint, Engine, Healed, LoadRequest, Previous, RolledBack, Verification};
pub use field::{Field, Replacement};
pub use foreign::{Examined, ForeignDump, ForeignFile, StoredFile};
pub use masker::{
    ByColumn, ColumnMask, ColumnUse, Fate, LOOK_AHEAD, Masker, RowMask, ShadowStep, TablePlan,
};
pub use parts::{
    CompressedPart, PartReader, PartSink, PartSource, PartSpec, PartWriter, copy_content,
};
pub use policy::{MissingExtensions, MissingRoles, MissingTablespaces, TargetPolicy};
pub use proof::{Bounds, ScriptEffect, compare_tables, row_bounds, script_effects};
pub use room::Room;
pub use rows::{RowDigester, schema_fingerprint};
pub use secret::Secret;
pub use stages::{Dumped, Live, Loaded, Opened, Ready, Sanitised, Script};
pub use times::{TableTimes, TableWork};
