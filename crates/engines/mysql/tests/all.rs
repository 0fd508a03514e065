//! Behaviours of the MySQL engine that users rely on, on a real server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

#[path = "all/blockers.rs"]
mod blockers;
#[path = "all/broken_off.rs"]
mod broken_off;
#[path = "all/checks.rs"]
mod checks;
#[path = "all/clean.rs"]
mod clean;
#[path = "all/concurrent.rs"]
mod concurrent;
#[path = "all/conformance.rs"]
mod conformance;
#[path = "all/fixtures.rs"]
mod fixtures;
#[path = "all/in_the_shadow.rs"]
mod in_the_shadow;
#[path = "all/kept.rs"]
mod kept;
#[path = "all/masks.rs"]
mod masks;
#[path = "all/memory.rs"]
mod memory;
#[path = "all/no_outage.rs"]
mod no_outage;
#[path = "all/privileges.rs"]
mod privileges;
#[path = "all/secrets.rs"]
mod secrets;
#[path = "all/support.rs"]
mod support;
#[path = "all/tls.rs"]
mod tls;
#[path = "all/torture.rs"]
mod torture;
