#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! Text and a file name go in, a [`Fleet`] or all the [`problem::Problems`] come out. Nothing here
//! touches a file, a network, a clock or the environment.

mod check;
mod expand;
mod fleet;
mod located;
pub mod problem;
mod raw;
mod reference;
mod report;
mod schedule;
mod schema;
mod show;
mod value;
pub mod yaml;

pub use fleet::{
    Clean, DatabaseJob, Environment, Fleet, Job, Replica, SecretNeed, Source, StoreAccess,
    TargetPolicy,
};
pub use located::{Located, Origin};
pub use raw::{AcknowledgedClone, Bounds};
pub use reference::reference;
pub use schedule::Schedule;
pub use schema::schema;
pub use show::{Shown, show};
pub use value::{
    AcceptedData, Cloud, CronLine, Data, EngineKind, Incomplete, Location, MissingExtensions,
    MissingRoles, MissingTablespaces, OperationKind, Period, Previous, Reads, Secret, Timezone,
    Verify,
};

use std::path::PathBuf;

use problem::Problems;

/// Reads a configuration: the text of the file called `file`, whose relative paths start at `base`.
///
/// # Errors
/// Every mistake that can be told apart, in the order of the file.
pub fn parse(text: &str, file: &str, base: impl Into<PathBuf>) -> Result<Fleet, Problems> {
    expand::parse(text, file, base.into())
}
