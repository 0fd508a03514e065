//! What belongs to a database and not to its content: a target keeps its own.

use crate::conformance::client::{Database, identifier};
use crate::conformance::fingerprint::PROPERTIES;
use crate::support::{administrate, backup, filled, name_of, one, restore, with_setting};
use weir_engine::{Endpoint, Engine as _};
use weir_engine_postgres::PostgresEngine;
use weir_model::stamp::Token;
use weir_testkit::conformance::Plan;

const COMMENT: &str = "SELECT shobj_description(oid, 'pg_database') FROM pg_database
    WHERE datname = current_database()";

fn properties(endpoint: &Endpoint) -> String {
    one(endpoint, PROPERTIES)
}

/// Gives a database something of each kind.
fn give(endpoint: &Endpoint, owner: &str, limit: u32, comment: &str) {
    let name = identifier(&name_of(endpoint));
    Database::of(endpoint).run([
        format!("ALTER DATABASE {name} OWNER TO {owner}"),
        format!("ALTER DATABASE {name} CONNECTION LIMIT {limit}"),
        format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC"),
        format!("GRANT CONNECT ON DATABASE {name} TO visitor_of_{owner}"),
        format!("GRANT TEMPORARY ON DATABASE {name} TO visitor_of_{owner} WITH GRANT OPTION"),
        format!("ALTER DATABASE {name} SET search_path TO {owner}, \"$user\", public"),
        format!("ALTER DATABASE {name} SET work_mem TO '{limit}MB'"),
        format!("ALTER DATABASE {name} SET \"shop.greeting\" TO 'it''s {owner}, \"here\"'"),
        format!(
            "ALTER ROLE visitor_of_{owner} IN DATABASE {name} SET statement_timeout TO '{limit}s'"
        ),
        format!("COMMENT ON DATABASE {name} IS '{comment}'"),
    ]);
}

fn make_roles(owner: &str) {
    administrate(&format!(
        "CREATE ROLE {owner}; CREATE ROLE visitor_of_{owner} LOGIN"
    ));
}

#[test]
fn a_target_keeps_its_own_properties_through_a_swap_and_a_rollback() {
    make_roles("upstream");
    make_roles("downstream");
    with_setting(|setting| async move {
        let source = filled(&setting, "source", "CREATE TABLE t AS SELECT 1 AS x");
        give(&source, "upstream", 11, "the one that is read");
        let target = filled(&setting, "target", "CREATE TABLE t AS SELECT 2 AS x");
        give(
            &target,
            "downstream",
            7,
            "ask the data team\nbefore you touch it",
        );
        let (read, own) = (properties(&source), properties(&target));
        assert_ne!(read, own);

        let manifest = backup(&setting, &source).await;
        for token in [1, 2] {
            let plan = Plan::with_token(token);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
            assert_eq!(one(&target, "SELECT x FROM public.t"), "1");
            assert_eq!(properties(&target), own);
        }
        let context = setting.context();
        let back = PostgresEngine.rollback(&target, Token(3), &context);
        back.await.unwrap();
        assert_eq!(properties(&target), own);
        assert_eq!(properties(&source), read);
    });
}

#[test]
fn what_was_changed_since_the_swap_stays_through_a_rollback() {
    make_roles("first_owner");
    make_roles("second_owner");
    with_setting(|setting| async move {
        let source = filled(&setting, "source", "CREATE TABLE t AS SELECT 1 AS x");
        let target = filled(&setting, "target", "CREATE TABLE t AS SELECT 2 AS x");
        give(&target, "first_owner", 7, "before");
        let manifest = backup(&setting, &source).await;
        let plan = Plan::with_token(1);
        restore(&setting, &manifest, &target, &plan).await.unwrap();

        let name = identifier(&name_of(&target));
        Database::of(&target).run([
            format!("REVOKE ALL ON DATABASE {name} FROM visitor_of_first_owner"),
            format!("ALTER DATABASE {name} RESET \"shop.greeting\""),
            format!("ALTER ROLE visitor_of_first_owner IN DATABASE {name} RESET ALL"),
            format!("GRANT CREATE ON DATABASE {name} TO first_owner"),
        ]);
        let stamp = one(&target, COMMENT)
            .split_once("weir:1:")
            .unwrap()
            .1
            .to_owned();
        give(
            &target,
            "second_owner",
            9,
            &format!("after\nweir:1:{stamp}"),
        );
        let changed = properties(&target);
        for (token, x) in [(2, "2"), (3, "1")] {
            let context = setting.context();
            let back = PostgresEngine.rollback(&target, Token(token), &context);
            back.await.unwrap();
            assert_eq!(one(&target, "SELECT x FROM public.t"), x);
            assert_eq!(properties(&target), changed);
        }
    });
}

#[test]
fn the_owner_that_is_configured_counts_more_than_the_one_before() {
    administrate("CREATE ROLE configured_owner");
    with_setting(|setting| async move {
        let source = filled(&setting, "source", "CREATE TABLE t AS SELECT 1 AS x");
        let manifest = backup(&setting, &source).await;
        let target = Endpoint {
            owner: Some("configured_owner".to_owned()),
            ..filled(&setting, "target", "")
        };
        let plan = Plan::with_token(1);
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        let owner = "SELECT datdba::regrole FROM pg_database WHERE datname = current_database()";
        assert_eq!(one(&target, owner), "configured_owner");
    });
}
