//! PostgreSQL of other versions than this machine's, which `scripts/test` fetches: 14 with the
//! machine's own clients, 16 and 18 with clients of the same version, 17 with those of 18.

use crate::conformance::client::Database;
use crate::conformance::fingerprint::fingerprint;
use crate::conformance::harness::PostgresHarness;
use crate::conformance::seeds;
use crate::support::{backup, name_of, refused, restore, with_harness};
use crate::torture::{copied_parts, everything_moved};
use std::path::PathBuf;
use std::process::Command;
use weir_engine::ForeignDump;
use weir_model::error::Kind;
use weir_model::identity::Identity;
use weir_testkit::conformance::{Harness as _, Plan, Seed, rules};
use weir_testkit::postgres::ServerAddress;

/// What may be granted on a table before 17 knew `MAINTAIN`.
const ALL_BEFORE_17: &str = "SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE";

/// Makes rules of the conformance suite tests of a version.
macro_rules! rules_of {
    ($major:literal: $($topic:ident::$rule:ident,)+) => { $(
        #[test]
        fn $rule() {
            with_harness(of($major), rules::$topic::$rule);
        }
    )+ };
}

/// What is proven of each version, and what of this one alone.
macro_rules! versions {
    ($($name:ident: $major:literal { $($topic:ident::$rule:ident,)* })+) => { $(
        mod $name {
            use super::*;

            rules_of! { $major:
                access::a_sample_comes_from_the_table_asked_for,
                lineage::a_restore_leaves_its_stamp_and_others_do_not,
                previous::the_replaced_copy_can_be_put_back_and_forth,
                failure::a_cancel_at_any_state_leaves_all_old_or_all_new,
                masking::what_a_script_deletes_is_gone_from_the_bytes,
                $($topic::$rule,)*
            }

            #[test]
            fn everything_survives_weir_and_the_stock_tools() {
                super::everything_survives_weir_and_the_stock_tools($major);
            }
        }
    )+ };
}

versions! {
    version_14: 14 {}
    version_16: 16 {
        adopt::an_adopted_dump_restores,
    }
    version_17: 17 {}
    version_18: 18 {
        adopt::an_adopted_dump_restores,
        diagnosis::contents_are_what_a_backup_holds,
        masking::masked_values_arrive_and_originals_are_nowhere,
    }
}

fn of(major: u32) -> PostgresHarness {
    PostgresHarness { major: Some(major) }
}

fn everything_survives_weir_and_the_stock_tools(major: u32) {
    with_harness(of(major), |setting| async move {
        let (manifest, expected, found) = everything_moved(&setting).await;
        same(&found, &expected);

        let folder = copied_parts(&setting, &manifest);
        let contents = std::fs::read(folder.join("toc.dat")).unwrap();
        assert_eq!(contents[..8], *b"PGDMP\x01\x0e\0", "archive version 1.14");
        let by_hand = setting.seeded("by-hand", Seed::Empty);
        let arguments = ["--exit-on-error", "-j2", folder.to_str().unwrap()];
        let server = of(major).server();
        let said = server.run("pg_restore", &name_of(&by_hand), &arguments);
        said.expect("restore the parts with the stock tool");
        same(&setting.harness().fingerprint(&by_hand), &expected);
    });
}

/// A difference in few words: a fingerprint has thousands of lines.
fn same(found: &str, expected: &str) {
    let different = found
        .lines()
        .zip(expected.lines())
        .find(|(one, other)| one != other);
    assert_eq!(different, None);
    assert_eq!(found.len(), expected.len());
}

/// From one server to another, of a newer version, whose clients look at both.
fn moves_up(from: PostgresHarness, to: u32) {
    with_harness(of(to), |setting| async move {
        let source = from.endpoint(&setting.databases(), "source");
        from.seed(&source, Seed::Everything);
        // The server it moves to need not be built with lz4.
        Database::of(&source).run(["ALTER TABLE app.stored ALTER packed SET COMPRESSION pglz"]);
        let manifest = backup(&setting, &source).await;
        let target = setting.endpoint("target");
        Database::of(&target).maintenance().run([seeds::ROLES]);
        let plan = Plan::with_token(1);
        restore(&setting, &manifest, &target, &plan).await.unwrap();

        let seen_alike = ServerAddress {
            clients: of(to).server().clients.clone(),
            ..(**from.server()).clone()
        };
        let expected = fingerprint(&seen_alike, &Database::of(&source));
        let found = setting.harness().fingerprint(&target);
        same(&comparable(&found), &comparable(&expected));
    });
}

/// A fingerprint without what servers write down in words of their own: what views select, and
/// names that one from 18 on gives to columns that must be set, and all that may be granted.
fn comparable(fingerprint: &str) -> String {
    let mut is_view = false;
    let mut kept = String::new();
    for line in fingerprint.lines() {
        if line.starts_with("-- Name: ") {
            is_view = ["VIEW", "MATERIALIZED VIEW", "RULE"]
                .iter()
                .any(|kind| line.contains(&format!("; Type: {kind}; ")));
        }
        let is_statement = ["-- ", "ALTER ", "GRANT "]
            .iter()
            .any(|start| line.starts_with(start));
        if !is_view || is_statement {
            kept.push_str(&in_common_words(line));
            kept.push('\n');
        }
    }
    kept
}

fn in_common_words(line: &str) -> String {
    let line = line.replace(ALL_BEFORE_17, "ALL");
    let named = line
        .split_once(" CONSTRAINT ")
        .and_then(|(column, rest)| Some((column, rest.split_once("_not_null NOT NULL")?.1)));
    match named {
        Some((column, rest)) => format!("{column} NOT NULL{rest}"),
        None => line,
    }
}

#[test]
fn everything_moves_from_version_14_to_16() {
    moves_up(of(14), 16);
}

#[test]
fn everything_moves_from_version_15_to_18() {
    moves_up(PostgresHarness::default(), 18);
}

/// Dumps of 17 and newer group large objects by owner and grants.
#[test]
fn a_dump_that_groups_large_objects_is_adopted() {
    with_harness(of(18), |setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        Database::of(&source).run([
            "SELECT lo_from_bytea(9001, repeat('a', 600000)::bytea), lo_create(9002), lo_create(9003);
             GRANT SELECT ON LARGE OBJECT 9002 TO PUBLIC; COMMENT ON LARGE OBJECT 9003 IS 'empty'",
        ]);
        let dumped = backup(&setting, &source).await;
        let (newer, context) = (of(18), setting.context());
        let target = setting.endpoint("target");
        for (token, format) in [(1, "custom"), (2, "directory")] {
            let path = setting.folder().join(format);
            let (format, file) = (
                format!("--format={format}"),
                format!("--file={}", path.display()),
            );
            let said = newer
                .server()
                .run("pg_dump", &name_of(&source), &[&format, &file]);
            said.expect("dump with the stock tool");
            let foreign = ForeignDump {
                files: vec![path.into()],
                source: Identity::default().with("address", "db-1:5432/shop"),
            };
            let manifest = setting.adopt("adopted", &foreign, &context).await.unwrap();
            assert_eq!(manifest.tables, dumped.tables, "{format}");
            let plan = Plan::with_token(token);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
            let found = setting.harness().fingerprint(&target);
            same(&found, &setting.harness().fingerprint(&source));
        }
    });
}

#[test]
fn a_server_newer_than_every_client_is_refused_in_words() {
    let others = std::env::var_os("WEIR_POSTGRES").expect("scripts/test says where they are");
    let path = std::env::var_os("PATH").unwrap();
    let own = std::env::split_paths(&path).filter(|folder| !folder.starts_with(&others));
    let own: Vec<PathBuf> = own.collect();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact"])
        .arg("versions::with_the_clients_of_this_machine_alone")
        .env("PATH", std::env::join_paths(own).unwrap())
        .status();
    assert!(status.unwrap().success());
}

#[test]
#[ignore = "the other process of the test above"]
fn with_the_clients_of_this_machine_alone() {
    with_harness(of(18), |setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        let context = setting.context();
        let error = refused(setting.backup(&source, &context).await, Kind::Unsupported);
        let said = error.to_string();
        assert!(said.contains("pg_dump must be of version 18"), "{said}");
        assert!(said.contains("the newest here is of version"), "{said}");
        let hint = error.hint_text().unwrap();
        assert!(hint.contains("postgresql-client-18"), "{hint}");
    });
}
