//! What a restore writes into its target, inside the database itself.

use crate::identity::Identity;
use crate::sanitising::Mark;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Orders the writers of one target: a later run has a higher token, and the target itself
/// refuses a lower one inside the swap.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Token(pub u64);

/// One hop that data took on its way here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The environment it was backed up in.
    pub environment: String,
    /// The backup, as `<instance>/<folder>`.
    pub backup: String,
    /// The database it was taken from, so that data never comes back onto any of its sources.
    #[serde(default, skip_serializing_if = "Identity::is_empty")]
    pub identity: Identity,
}

/// The lineage stamp of a restored copy: who wrote it, from what, and how clean it is.
///
/// It lies inside the database it describes, so that a copy put there by anyone else has none,
/// and a later backup then calls its data raw and its lineage unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The run that put this copy live.
    pub run: String,
    /// Its fencing token.
    pub token: Token,
    /// The environment it was restored into.
    pub environment: String,
    /// When the data was true: the first snapshot, furthest upstream.
    pub data_as_of: Timestamp,
    /// How clean the copy is.
    pub sanitising: Mark,
    /// The backups the data came through, furthest upstream first.
    pub hops: Vec<Hop>,
}
