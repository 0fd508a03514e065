//! Groups: jobs of one environment whose databases are backed up at one moment and put live
//! together, so that their data fits together.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The moment at which the snapshots of a group were opened: part of the manifest of each of its
/// backups, and the same in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMoment {
    /// The group.
    pub name: String,
    /// Which moment: backups with the same one fit together.
    pub moment: String,
    /// The databases whose snapshots were opened then, as `<environment>/<app>` or
    /// `<environment>/<app> (<database>)`.
    pub members: Vec<String>,
    /// Before this no snapshot was opened.
    pub first: Timestamp,
    /// After this none was.
    pub last: Timestamp,
    /// How far apart two of the snapshots can be, in milliseconds, by a clock that nobody sets.
    pub skew_ms: u64,
}

/// The run of a group that the run of a job is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRun {
    /// The group.
    pub name: String,
    /// Which run of it; also the moment of the backups that it makes.
    pub moment: String,
    /// The databases that it puts live together, named as in [`GroupMoment::members`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swaps: Vec<String>,
}
