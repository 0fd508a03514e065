//! Behaviours of the SQLite engine that users rely on, on real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

#[path = "all/adopt.rs"]
mod adopt;
#[path = "all/backup.rs"]
mod backup;
#[path = "all/checks.rs"]
mod checks;
#[path = "all/clean_backups.rs"]
mod clean_backups;
#[path = "all/conformance.rs"]
mod conformance;
#[path = "all/failures.rs"]
mod failures;
#[path = "all/healing.rs"]
mod healing;
#[path = "all/in_use.rs"]
mod in_use;
#[path = "all/interrupted.rs"]
mod interrupted;
#[path = "all/locking.rs"]
mod locking;
#[path = "all/masking.rs"]
mod masking;
#[path = "all/rollback.rs"]
mod rollback;
#[path = "all/round_trip.rs"]
mod round_trip;
#[path = "all/scripts.rs"]
mod scripts;
#[path = "all/steps.rs"]
mod steps;
#[path = "all/support.rs"]
mod support;
