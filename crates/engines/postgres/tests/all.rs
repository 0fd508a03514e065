//! Behaviours of the PostgreSQL engine that users rely on, on a real server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

#[path = "all/conformance.rs"]
mod conformance;
#[path = "all/tls.rs"]
mod tls;
