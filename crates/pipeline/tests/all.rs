//! The verbs over real SQLite databases and a real store on disk, and over a golden backup of PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "all/adopt.rs"]
mod adopt;
#[path = "all/chain.rs"]
mod chain;
#[path = "all/clock.rs"]
mod clock;
#[path = "all/closed.rs"]
mod closed;
#[path = "all/compare.rs"]
mod compare;
#[path = "all/doctor.rs"]
mod doctor;
#[path = "all/doctor/buckets.rs"]
mod doctor_buckets;
#[path = "all/doctor/keys.rs"]
mod doctor_keys;
#[path = "all/doctor/serving.rs"]
mod doctor_serving;
#[path = "all/drill.rs"]
mod drill;
#[path = "all/due_times.rs"]
mod due_times;
#[path = "all/fixture.rs"]
mod fixture;
#[path = "all/golden.rs"]
mod golden;
#[path = "all/golden_postgres.rs"]
mod golden_postgres;
#[path = "all/groups.rs"]
mod groups;
#[path = "all/groups_failing.rs"]
mod groups_failing;
#[path = "all/groups_killed.rs"]
mod groups_killed;
#[path = "all/guards.rs"]
mod guards;
#[path = "all/healing.rs"]
mod healing;
#[path = "all/holds.rs"]
mod holds;
#[path = "all/hooks.rs"]
mod hooks;
#[path = "all/killed.rs"]
mod killed;
#[path = "all/old_history.rs"]
mod old_history;
#[path = "all/plans.rs"]
mod plans;
#[path = "all/prune.rs"]
mod prune;
#[path = "all/publish.rs"]
mod publish;
#[path = "all/publish_limits.rs"]
mod publish_limits;
#[path = "all/publish_postgres.rs"]
mod publish_postgres;
#[path = "all/publish_watched.rs"]
mod publish_watched;
#[path = "all/records.rs"]
mod records;
#[path = "all/replicas.rs"]
mod replicas;
#[path = "all/replicas_encrypted.rs"]
mod replicas_encrypted;
#[path = "all/resume.rs"]
mod resume;
#[path = "all/s3.rs"]
mod s3;
#[path = "all/secrets.rs"]
mod secrets;
#[path = "all/silent_store.rs"]
mod silent_store;
#[path = "all/status.rs"]
mod status;
#[path = "all/stopping.rs"]
mod stopping;
