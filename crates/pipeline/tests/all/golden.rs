//! Backups of each version of the format, as they were written on the day it was fixed. They lie
//! in `tests/golden` and are never written again: every later version restores them, for ever.

use crate::fixture::context;
use std::path::{Path, PathBuf};
use weir_model::manifest::{Manifest, canonical};
use weir_model::sanitising::State;
use weir_pipeline::{Engines, RunOptions, Selection, Settings, Weir};
use weir_store::{
    BackupName, Choice, Location, PublicKey, SignatureStatus, Store, read_manifest, read_pointer,
};

/// One of them.
pub(crate) struct Golden {
    folder: &'static str,
    /// Where it lies in there: in the store of the environment that made it, or where copies of it
    /// arrive.
    lies: Lies,
    /// Who signed it.
    pub(crate) key: &'static str,
    pub(crate) backup: &'static str,
    /// What reads it, in its folder.
    identity: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lies {
    Store,
    Replica,
}

const V1_0: Golden = Golden {
    folder: "v1-0",
    lies: Lies::Store,
    key: "weir-ed25519:GX9rI+FshTLGq8g4+s1ep4m+DHaykgM0A5v6iz02jWE=",
    backup: "people-sqlite/2026-11-22T120000Z-people",
    identity: None,
};

/// One of a PostgreSQL database, which [`crate::golden_postgres`] restores.
pub(crate) const V1_3_POSTGRES: Golden = Golden {
    folder: "v1-3-postgres",
    lies: Lies::Store,
    key: "weir-ed25519:4MUm/zpMu9O8ozUb6sBUnsCDMEdMciJMOhRZBAIbU8M=",
    backup: "people-postgres/2026-11-26T073650Z-people",
    identity: None,
};

/// One that notes the versions of its collations, in the same file.
pub(crate) const V1_4_POSTGRES: Golden = Golden {
    folder: "v1-4-postgres",
    lies: Lies::Store,
    key: "weir-ed25519:7o/nlk4q3/zRRk9LQoM2p9LS4CwsXdtaj4Ny09Jpuec=",
    backup: "people-postgres/2026-11-26T112459Z-people",
    identity: None,
};

/// All others; each holds the same rows.
const ALL: [Golden; 7] = [
    V1_0,
    Golden {
        folder: "v1-1",
        lies: Lies::Store,
        key: "weir-ed25519:9XbD/TT3Dq4eGUAY4Qs4Uf36h1Ry0FcUCZlAMWPYo0M=",
        backup: "people-sqlite/2026-11-23T003528Z-people",
        identity: None,
    },
    Golden {
        folder: "v1-1-encrypted",
        lies: Lies::Store,
        key: "weir-ed25519:OP59qDx5a4OGrEiSduUlNindVrUiRigxFlSpP5O+mb8=",
        backup: "people-sqlite/2026-11-23T003543Z-people",
        identity: Some("identity.txt"),
    },
    Golden {
        folder: "v1-2",
        lies: Lies::Store,
        key: "weir-ed25519:SkCowCIhS5IjTxsttCM/Yrdtlh0mZaqw4Ej58ABeTeI=",
        backup: "people-sqlite/2026-11-26T001004Z-people",
        identity: None,
    },
    // The same, copied byte for byte.
    Golden {
        folder: "v1-2-replicated",
        lies: Lies::Replica,
        key: "weir-ed25519:SkCowCIhS5IjTxsttCM/Yrdtlh0mZaqw4Ej58ABeTeI=",
        backup: "people-sqlite/2026-11-26T001004Z-people",
        identity: None,
    },
    // The same, encrypted on its way and signed by whoever copied it.
    Golden {
        folder: "v1-2-encrypted-anew",
        lies: Lies::Replica,
        key: "weir-ed25519:txYIFQEWMxVZ5qbWc2Yuet6qmyI39u/Ee32mgzTURz8=",
        backup: "people-sqlite/2026-11-26T001004Z-people",
        identity: Some("identity.txt"),
    },
    // One of a group, made at the same moment as the backup of `letters` beside it.
    Golden {
        folder: "v1-5",
        lies: Lies::Store,
        key: "weir-ed25519:A7+s3hvdKqP5londaIJnIw8cxaKKYMItavnjvhDnMBg=",
        backup: "people-sqlite/2026-11-28T031638Z-people",
        identity: None,
    },
];

impl Golden {
    pub(crate) fn path(&self) -> PathBuf {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        golden.join(self.folder)
    }

    /// The folder of what is stored.
    fn stored(&self) -> &'static str {
        match self.lies {
            Lies::Store => "store",
            Lies::Replica => "replica",
        }
    }

    fn manifest_bytes(&self) -> Vec<u8> {
        let folder = self.path().join(self.stored()).join(self.backup);
        std::fs::read(folder.join("manifest.json")).unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&Location {
            url: self.stored().to_owned(),
            base: self.path(),
            ..Location::default()
        })
        .unwrap()
    }
}

/// A fleet whose staging store, or the replica of it, is the golden one, and an integration that
/// takes only clean data: the mark in the manifest counts by its signature.
fn weir(golden: &Golden, folder: &Path) -> Weir {
    let identity = golden.identity.map_or_else(String::new, |file| {
        let file = golden.path().join(file);
        format!(", identity: {{file: {}}}", file.display())
    });
    let stored = golden.path().join(golden.stored());
    let (store, replica) = match golden.lies {
        Lies::Store => (stored.display().to_string(), String::new()),
        Lies::Replica => (
            "nowhere".to_owned(),
            format!(", replica: {}", stored.display()),
        ),
    };
    let config = format!(
        "weir: 1
environments:
  production: {{store: production}}
  staging: {{upstream: production, store: {store}}}
  integration: {{upstream: staging, store: integration, trusts: [\"{}\"], data: sanitised{identity}{replica}}}
defaults:
  sqlite: {{url: \"sqlite:{{environment}}.db\"}}
apps:
  people: {{engine: sqlite, database: people, schedule: by-hand}}
",
        golden.key
    );
    let fleet = weir_config::parse(&config, "weir.yaml", folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    Weir::new(fleet, Engines::built_in(), Settings::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backups_of_every_version_are_restored() {
    for golden in &ALL {
        is_restored(golden).await;
    }
}

/// Restores the newest backup of staging into integration. How many rows it has, and what is
/// known of their sanitising.
pub(crate) async fn restored(weir: &Weir, golden: &Golden) -> (u64, Option<State>) {
    let options = RunOptions {
        operations: Some(vec![weir_config::OperationKind::Restore]),
        choice: Choice::Newest,
        ..RunOptions::default()
    };
    let selection = Selection::parse("integration/people", false);
    let report = weir_pipeline::run::run(weir, "restore", &selection, &options, &context())
        .await
        .unwrap();
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    let step = &report.jobs[0].steps[0];
    assert_eq!(
        step.backup.as_deref(),
        Some(format!("staging:{}", golden.backup).as_str())
    );
    (step.rows, step.sanitising)
}

async fn is_restored(golden: &Golden) {
    let folder = tempfile::tempdir().unwrap();
    let weir = weir(golden, folder.path());
    assert_eq!(restored(&weir, golden).await, (4, Some(State::Own)));

    let database = rusqlite::Connection::open(folder.path().join("integration.db")).unwrap();
    let mut rows = database
        .prepare("SELECT quote(id) || ' ' || quote(email) || ' ' || quote(score) || ' ' || quote(photo) FROM users ORDER BY id")
        .unwrap();
    let rows: Vec<String> = rows
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        rows,
        [
            "1 'ada@golden.example' 1.5 X'00FF'",
            "2 'grace ünï@golden.example' NULL NULL",
            "3 '' -2.0 X''",
        ]
    );
    let total: i64 = database
        .query_row("SELECT total FROM totals", [], |row| row.get(0))
        .unwrap();
    assert_eq!(total, 7);
}

#[tokio::test]
async fn their_manifests_digests_and_signatures_are_read_as_they_were_written() {
    for golden in &ALL {
        is_read(golden).await;
    }
}

async fn is_read(golden: &Golden) {
    let store = golden.store();
    let key = PublicKey::parse(golden.key).unwrap();
    let name = BackupName::parse(golden.backup).unwrap();
    let pointed = read_pointer(&store, "people-sqlite", "people")
        .await
        .unwrap();
    assert_eq!(pointed.as_ref(), Some(&name));
    let read = read_manifest(&store, &name, &[key]).await.unwrap().unwrap();
    assert_eq!(
        read.signature,
        SignatureStatus::Signed { key, trusted: true }
    );
    let digests: Vec<(&str, u64, String)> = read
        .manifest
        .tables
        .iter()
        .map(|table| (table.table.as_str(), table.rows, table.digest.to_string()))
        .collect();
    assert_eq!(
        digests,
        [
            (
                "users",
                3,
                "rows-v1:52158c169840956c9f57a6c2c7164e44".to_owned()
            ),
            (
                "orders",
                1,
                "rows-v1:aeb5ce1b9a0e4f73324751af0fb3f21d".to_owned()
            ),
        ]
    );
    assert_eq!(
        read.manifest.schema.to_string(),
        "schema-v1:642fb8dcfae55486ce0e1e6bc9a54433b458b2a279d438b695c958966d2eccba"
    );
}

#[test]
fn their_manifests_are_written_again_as_they_were_with_what_a_later_minor_adds() {
    for golden in ALL.iter().chain([&V1_3_POSTGRES, &V1_4_POSTGRES]) {
        let bytes = golden.manifest_bytes();
        let mut document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        document.as_object_mut().unwrap().remove("signature");
        document["added_by_a_later_minor"] = serde_json::json!({"kept": [1, null]});
        let manifest: Manifest = serde_json::from_value(document.clone()).unwrap();
        let again = serde_json::to_value(&manifest).unwrap();
        assert_eq!(canonical(&again), canonical(&document));
    }
}
