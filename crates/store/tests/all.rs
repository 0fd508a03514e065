//! Behaviours that users of the store rely on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod all {
    mod arrival;
    mod choice;
    mod claims;
    mod conformance;
    mod copied_parts;
    mod corruption;
    mod encryption;
    mod faulty;
    mod foreign;
    mod history;
    mod holds;
    mod leases;
    mod locations;
    mod long_history;
    mod manifests;
    mod memory;
    mod parts;
    mod remove;
    mod replication;
    mod replication_encrypted;
    mod schedule;
    mod support;
}
