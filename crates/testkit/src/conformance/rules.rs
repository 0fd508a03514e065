//! The rules, by topic. Each is a function that breaks when an engine breaks its promise.

pub mod access;
pub mod adopt;
pub mod ahead;
pub mod canaries;
pub mod clean_backups;
pub mod corruption;
pub mod diagnosis;
pub mod failure;
pub mod identity;
pub mod kill;
pub mod lineage;
pub mod live;
pub mod masking;
pub mod previous;
pub mod proofs;
pub mod round_trip;
pub mod row_masks;
pub mod schema;
pub mod scratch;
pub mod secrets;
pub mod steps;
pub mod times;
pub mod whole_run;
pub mod writers;

use super::setting::Setting;
use std::sync::Arc;
use weir_engine::Endpoint;
use weir_model::error::{Error, Kind};
use weir_model::manifest::TableDigest;

/// The error of something that must have failed, with one of these kinds and a hint.
fn refused<T>(result: Result<T, Error>, kinds: &[Kind], what: &str) -> Error {
    let Err(error) = result else {
        panic!("{what} must be refused");
    };
    assert!(
        kinds.contains(&error.kind()),
        "{what} must be refused with one of {kinds:?}, not with {error:?}"
    );
    assert!(
        error.hint_text().is_some_and(|hint| !hint.is_empty()),
        "{what}: the error must say what to do next: {error:?}"
    );
    error
}

/// The rows of a table that must be there.
fn rows_of(tables: &[TableDigest], name: &str) -> u64 {
    let mut tables = tables.iter();
    let table = tables.find(|table| table.table == name);
    table.expect("the table is there").rows
}

/// A target with another copy than the backup's, and how it looks.
struct Target {
    endpoint: Endpoint,
    before: String,
}

impl Target {
    /// The generation of a target before a restore.
    const OLD: u32 = 2;
    /// The generation of the backups restored into it.
    const NEW: u32 = 1;

    fn new(setting: &Setting, name: &str) -> Self {
        let endpoint = setting.seeded(name, super::Seed::Generation(Self::OLD));
        let before = setting.harness().fingerprint(&endpoint);
        Self { endpoint, before }
    }

    /// Fails unless the live copy is as it was and nothing lies around it.
    async fn assert_untouched(&self, setting: &Setting, after: &str) {
        assert_eq!(
            setting.harness().fingerprint(&self.endpoint),
            self.before,
            "after {after} the live copy must be as it was"
        );
        setting.assert_nothing_left(&self.endpoint, after).await;
    }
}

/// Failures seen by an observer, which must not panic on the engine's thread.
#[derive(Clone, Default)]
struct Findings(Arc<std::sync::Mutex<Vec<String>>>);

impl Findings {
    fn add(&self, finding: impl Into<String>) {
        self.0.lock().unwrap().push(finding.into());
    }

    fn assert_none(&self) {
        let findings = self.0.lock().unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}
