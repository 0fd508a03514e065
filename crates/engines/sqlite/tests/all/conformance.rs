//! SQLite joins the conformance suite, once for each kind of journal its users have.

#[path = "conformance/harness.rs"]
mod harness;
#[path = "conformance/seeds.rs"]
mod seeds;

mod wal {
    weir_testkit::conformance!(super::harness::SqliteHarness { journal: "wal" });
}

mod rollback_journal {
    weir_testkit::conformance!(super::harness::SqliteHarness { journal: "delete" });
}
