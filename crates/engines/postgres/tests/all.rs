//! Behaviours of the PostgreSQL engine that users rely on, on a real server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

#[path = "all/adopt.rs"]
mod adopt;
#[path = "all/checks.rs"]
mod checks;
#[path = "all/clean_backups.rs"]
mod clean_backups;
#[path = "all/collations.rs"]
mod collations;
#[path = "all/concurrent.rs"]
mod concurrent;
#[path = "all/conformance.rs"]
mod conformance;
#[path = "all/failures.rs"]
mod failures;
#[path = "all/foretold.rs"]
mod foretold;
#[path = "all/interrupted.rs"]
mod interrupted;
#[path = "all/lacking.rs"]
mod lacking;
#[path = "all/large.rs"]
mod large;
#[path = "all/masked_types.rs"]
mod masked_types;
#[path = "all/obstacles.rs"]
mod obstacles;
#[path = "all/parts.rs"]
mod parts;
#[path = "all/privileges.rs"]
mod privileges;
#[path = "all/properties.rs"]
mod properties;
#[path = "all/reconnecting.rs"]
mod reconnecting;
#[path = "all/removed_rows.rs"]
mod removed_rows;
#[path = "all/roles.rs"]
mod roles;
#[path = "all/row_rules.rs"]
mod row_rules;
#[path = "all/support.rs"]
mod support;
#[path = "all/tls.rs"]
mod tls;
#[path = "all/torture.rs"]
mod torture;
#[path = "all/versions.rs"]
mod versions;
