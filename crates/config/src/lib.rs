#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! Text and a file name go in, a [`Fleet`] or all the [`problem::Problems`] come out. Nothing here
//! touches a file, a network, a clock or the environment.

mod check;
mod expand;
mod fleet;
mod located;
mod order;
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
    Around, Channel, Clean, DatabaseJob, Email, Environment, Fleet, Hook, HookAction, Hooks, Job,
    Objectives, Replica, SecretNeed, Serve, SignOn, SignedWebhook, Source, StoreAccess,
    TargetPolicy, Way,
};
pub use located::{Located, Origin};
pub use order::{OrderWarning, order_warnings};
pub use raw::{AcknowledgedClone, Bounds};
pub use reference::reference;
pub use schedule::Schedule;
pub use schema::schema;
pub use show::{Shown, show};
pub use value::{
    AcceptedData, Cloud, CronLine, Data, EngineKind, Event, Incomplete, Listen, Location,
    MailServer, MissingExtensions, MissingRoles, MissingTablespaces, Network, OnFailure,
    OperationKind, Period, Previous, Reads, Secret, Stale, Timezone, Verify, Viewing, WebAddress,
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
