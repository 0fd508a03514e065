//! The golden backups of PostgreSQL databases. That of the first version of the format that has such: an
//! enum, a partition, an identity, a materialized view and a large object. That of 1.4: a collation.

use crate::golden::{Golden, V1_3_POSTGRES, V1_4_POSTGRES, restored};
use std::path::Path;
use weir_model::sanitising::State;
use weir_pipeline::{Engines, Settings, Weir};
use weir_store::{BackupName, PublicKey, SignatureStatus, read_manifest};
use weir_testkit::postgres::PostgresServer;

/// Where it is restored to.
const DATABASE: &str = "integration_golden";
/// Something of everything that is in it.
const CONTENTS: &str = "
    SELECT id, email, score, encode(photo, 'hex'), mood FROM users ORDER BY id;
    SELECT id, \"user\", lines, placed FROM orders_small;
    SELECT total FROM totals;
    SELECT email FROM authors;
    SELECT last_value, is_called FROM users_id_seq;
    SELECT encode(lo_get(4242), 'hex'), obj_description(4242, 'pg_largeobject');
    SELECT indexdef FROM pg_indexes WHERE indexname = 'users_by_email';";
const EXPECTED: &str = r#"1|ada@golden.example|1.5|00ff|happy
2|grace ünï@golden.example|||
3||-Infinity||sad
7|1|[{"sku": "a\\tb", "price": 1.50}]|2026-11-26 12:00:00.000001+00
7
ada@golden.example
3|t
deadbeef|a large object
CREATE INDEX users_by_email ON public.users USING btree (lower(email))"#;
const DIGESTS: [&str; 4] = [
    "orders_small 1 rows-v1:2f870cc6c08344822961fc12d80f01f8",
    "pg_catalog.pg_largeobject 1 rows-v1:b3e671aa1eb740bf159724fd33a0079c",
    "pg_catalog.pg_sequences 1 rows-v1:6abb2f1364e6410257168cc17c1cffa1",
    "users 3 rows-v1:3c9094e72d6de8781a1718c997493f9a",
];
const SCHEMA: &str = "schema-v1:6e7a318303845ba7390351bbc356a6826d9d964c3f9164df840cd924a22d656b";

/// A fleet whose staging store is the golden one.
fn weir(golden: &Golden, database: &str, folder: &Path) -> Weir {
    let config = format!(
        "weir: 1
environments:
  staging: {{store: {}}}
  integration: {{upstream: staging, store: integration, trusts: [\"{}\"]}}
apps:
  people: {{engine: postgres, database: people, url: \"{}\", schedule: by-hand}}
",
        golden.path().join("store").display(),
        golden.key,
        PostgresServer::shared()
            .url(database)
            .replace("integration", "{environment}"),
    );
    let fleet = weir_config::parse(&config, "weir.yaml", folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    Weir::new(fleet, Engines::built_in(), Settings::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backup_of_a_postgresql_database_is_restored() {
    let server = PostgresServer::shared();
    let folder = tempfile::tempdir().unwrap();
    let weir = weir(&V1_3_POSTGRES, DATABASE, folder.path());
    let restored = restored(&weir, &V1_3_POSTGRES).await;
    assert_eq!(restored, (6, Some(State::Raw)));
    assert_eq!(server.psql(DATABASE, CONTENTS).unwrap(), EXPECTED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_notes_its_collations_is_restored() {
    let database = "integration_collated";
    let folder = tempfile::tempdir().unwrap();
    let weir = weir(&V1_4_POSTGRES, database, folder.path());
    let restored = restored(&weir, &V1_4_POSTGRES).await;
    assert_eq!(restored, (2, Some(State::Raw)));
    let sql = "SELECT string_agg(name, ',' ORDER BY id) FROM users";
    let names = PostgresServer::shared().psql(database, sql).unwrap();
    assert_eq!(names, "ada,Ünï");

    let name = BackupName::parse(V1_4_POSTGRES.backup).unwrap();
    let read = read_manifest(&V1_4_POSTGRES.store(), &name, &[]).await;
    let collations = read.unwrap().unwrap().manifest.collations;
    let expected = [("icu en".to_owned(), "153.120".to_owned())];
    assert_eq!(collations, std::collections::BTreeMap::from(expected));
}

#[tokio::test]
async fn its_manifest_digests_and_signature_are_read_as_they_were_written() {
    let key = PublicKey::parse(V1_3_POSTGRES.key).unwrap();
    let name = BackupName::parse(V1_3_POSTGRES.backup).unwrap();
    let store = V1_3_POSTGRES.store();
    let read = read_manifest(&store, &name, &[key]).await.unwrap().unwrap();
    assert_eq!(
        read.signature,
        SignatureStatus::Signed { key, trusted: true }
    );
    let digests: Vec<String> = read
        .manifest
        .tables
        .iter()
        .map(|table| format!("{} {} {}", table.table, table.rows, table.digest))
        .collect();
    assert_eq!(digests, DIGESTS);
    assert_eq!(read.manifest.schema.to_string(), SCHEMA);
}
