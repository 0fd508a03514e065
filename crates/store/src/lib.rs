#![doc = env!("CARGO_PKG_DESCRIPTION")]
//!
//! What lies where, byte by byte, is a public contract: `docs/format.md`. A backup exists when
//! its manifest does; everything here is arranged so that nothing else has to be believed.

mod backups;
mod bucket;
mod budget;
mod buffers;
mod choose;
mod claim;
pub mod conformance;
mod discard;
mod document;
mod encryption;
mod failure;
mod foreign;
mod frames;
mod history;
mod holds;
mod keys;
mod lease;
mod location;
mod missing;
mod news;
#[doc(hidden)]
pub mod parsers;
mod pointer;
mod probe;
mod pull;
mod reader;
mod remove;
mod replicate;
mod schedule;
mod signing;
mod store;
mod task;
mod transport;
mod unique;
mod verify;
mod writer;

pub use backups::{
    BackupSummary, instances, list_backups, list_backups_anew, list_backups_near, list_backups_of,
    list_copies_of,
};
pub use bucket::{BucketRules, LifecycleRule, Lock, Told, Transition};
pub use budget::MemoryBudget;
pub use choose::{
    Choice, Chosen, Incomplete, PassedOver, Patience, Wanted, choose, choose_arrived, made_by,
};
pub use claim::{Claim, read_claim};
pub use discard::{discard_claimed, discard_incomplete, sweep_unfinished_writes};
pub use document::{ReadManifest, read_manifest};
pub use encryption::{Identities, NewIdentity, Recipients};
pub use foreign::ForeignObject;
pub use history::{
    Ending, RunLog, RunQuery, RunRecord, StoredRun, days_of_runs, list_runs, new_run_id,
    newest_runs, note_newest_run, read_run, read_status, remove_run, run_time, runs_of_day,
    statuses_of, unfinished_runs, update_status,
};
pub use holds::{
    KeptHold, is_hold_id, list_holds, new_hold_id, open_holds, place_hold, release_hold,
    remove_hold,
};
pub use keys::{BackupName, decode_segment, encode_segment, leading_time};
pub use lease::{Acquire, HeldLease, Lease, held_leases, is_alive, is_dead, this_process};
pub use location::Location;
pub use missing::{Missing, MissingParts};
pub use news::change_news;
pub use pointer::{Pointer, read_pointer};
pub use probe::{Probe, probe};
pub use pull::pull;
pub use reader::BackupReader;
pub use remove::remove_backup;
pub use replicate::{Reencryption, Replicated, replicate, replicate_encrypted};
pub use schedule::{
    Claimed, ClaimedDueTime, DueTime, JobName, OldClaim, ScheduleClaim, claim_due_time, first_seen,
    newest_claims, old_claims, remove_claim, run_of_claim, seen_since,
};
pub use signing::{PublicKey, SignatureStatus, SigningKey};
pub use store::Store;
pub use transport::DEFAULT_TIMEOUT;
pub use verify::verify_parts;
pub use writer::{BackupWriter, Committed};
