//! What a run tells while it works: for the terminal, the log and the tests.

use serde::{Deserialize, Serialize};

/// Something that happened. Holds names and counts, never a value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A step of a verb begins.
    Step {
        /// Its number, from 1.
        number: u32,
        /// How many there are.
        total: u32,
        /// What it does, as a verb phrase.
        name: String,
    },
    /// Work done so far within the step; `total` is 0 when it cannot be known.
    Progress {
        /// What is counted.
        unit: Unit,
        /// Done so far.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// Something worth knowing that is not a failure.
    Note {
        /// The sentence.
        message: String,
    },
    /// Something an operator should look at, though the run goes on.
    Warning {
        /// The sentence.
        message: String,
    },
    /// Something outside is waited for, told at once, whenever it changes, and now and then while
    /// it goes on.
    Waiting {
        /// What, and what of it is still to come.
        what: String,
        /// When the wait ends if nothing changes.
        seconds_left: u64,
    },
    /// A state on disk or in the target that a kill may leave behind was reached.
    Checkpoint {
        /// Which.
        checkpoint: Checkpoint,
    },
}

/// What progress counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Bytes of content.
    Bytes,
    /// Rows.
    Rows,
}

/// The states a run passes, in this order. Every engine reports those it passes, at once and
/// on the thread that passes them, so that a test can stop or kill a run at exactly that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checkpoint {
    /// A backup name is claimed, nothing is stored yet.
    Claimed,
    /// The snapshot is held.
    SnapshotOpened,
    /// Every part is acknowledged, no manifest is written.
    PartsStored,
    /// The manifest is written, the pointer is not.
    ManifestStored,
    /// The lease of the target is held.
    Leased,
    /// The shadow exists and is empty.
    ShadowCreated,
    /// All rows are in the shadow; that they stayed as they were sent is not proven.
    RowsLoaded,
    /// What was sent is proven to have arrived.
    ReadBack,
    /// The scripts have run.
    ScriptsRun,
    /// The shadow is proven and ready.
    Verified,
    /// The copy to be replaced is kept aside.
    PreviousKept,
    /// The swap is about to happen.
    Swapping,
    /// The new copy is live; nothing is recorded yet.
    Swapped,
}

impl Checkpoint {
    /// All of them, in order.
    pub const ALL: [Self; 13] = [
        Self::Claimed,
        Self::SnapshotOpened,
        Self::PartsStored,
        Self::ManifestStored,
        Self::Leased,
        Self::ShadowCreated,
        Self::RowsLoaded,
        Self::ReadBack,
        Self::ScriptsRun,
        Self::Verified,
        Self::PreviousKept,
        Self::Swapping,
        Self::Swapped,
    ];
}
