//! Series, rules and dashboard before the programs that read them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]

#[path = "all/dashboard.rs"]
mod dashboard;
#[path = "all/exposition.rs"]
mod exposition;
#[path = "all/fleet.rs"]
mod fleet;
#[path = "all/prometheus.rs"]
mod prometheus;
#[path = "all/promtool.rs"]
mod promtool;
#[path = "all/rules.rs"]
mod rules;
