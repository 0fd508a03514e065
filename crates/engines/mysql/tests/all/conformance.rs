//! MariaDB joins the conformance suite.

#[path = "conformance/client.rs"]
pub(crate) mod client;
#[path = "conformance/fingerprint.rs"]
pub(crate) mod fingerprint;
#[path = "conformance/folders.rs"]
pub(crate) mod folders;
#[path = "conformance/harness.rs"]
pub(crate) mod harness;
#[path = "conformance/schema_changes.rs"]
mod schema_changes;
#[path = "conformance/seeds.rs"]
pub(crate) mod seeds;
#[path = "conformance/unusable.rs"]
mod unusable;

weir_testkit::conformance!(harness::MariadbHarness::default(), few stores);
