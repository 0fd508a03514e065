//! PostgreSQL joins the conformance suite.

#[path = "conformance/client.rs"]
mod client;
#[path = "conformance/fingerprint.rs"]
mod fingerprint;
#[path = "conformance/folders.rs"]
mod folders;
#[path = "conformance/harness.rs"]
mod harness;
#[path = "conformance/schema_changes.rs"]
mod schema_changes;
#[path = "conformance/seeds.rs"]
mod seeds;
#[path = "conformance/unusable.rs"]
mod unusable;

weir_testkit::conformance!(harness::PostgresHarness);
