//! The fake engine joins the conformance suite.

use super::fake_harness::FakeHarness;

weir_testkit::conformance!(FakeHarness);
