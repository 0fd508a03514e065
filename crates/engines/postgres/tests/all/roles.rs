//! Roles that the target has otherwise, or lacks: mapped, made, stripped or refused.

use crate::conformance::client::{Database, identifier};
use crate::support::{
    administrate, backup, diagnosed, entered_by, filled, name_of, one, refused, with_setting,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{Endpoint, MissingRoles, Purpose, TargetPolicy};
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::Manifest;
use weir_testkit::conformance::{Plan, Setting};
use weir_testkit::observe::Probe;

/// Something of each kind that names a role, by an owner and a reader.
fn objects(owner: &str, reader: &str) -> String {
    format!(
        "CREATE SCHEMA sales AUTHORIZATION {owner};
         CREATE TABLE sales.orders(id integer PRIMARY KEY, who text);
         INSERT INTO sales.orders VALUES (1, 'a'), (2, 'b');
         ALTER TABLE sales.orders OWNER TO {owner};
         CREATE FUNCTION sales.twice(x integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * x';
         ALTER FUNCTION sales.twice(integer) OWNER TO {owner};
         GRANT USAGE ON SCHEMA sales TO {reader};
         GRANT SELECT ON sales.orders TO {reader} WITH GRANT OPTION;
         GRANT UPDATE (who) ON sales.orders TO {reader};
         ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA sales GRANT SELECT ON TABLES TO {reader};
         ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;
         CREATE POLICY common ON sales.orders FOR SELECT TO {reader}, {owner} USING (who <> ' TO x');
         CREATE POLICY reading ON sales.orders TO {reader} USING (true);
         COMMENT ON POLICY reading ON sales.orders IS 'for one';
         CREATE FOREIGN DATA WRAPPER nothing_of_{owner};
         CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing_of_{owner};
         CREATE USER MAPPING FOR {reader} SERVER elsewhere OPTIONS (who 'me')"
    )
}

/// A backup of a database whose roles are gone by now.
async fn backup_of_lost_roles(setting: &Setting, owner: &str, reader: &str) -> Manifest {
    administrate(&format!("CREATE ROLE {owner}; CREATE ROLE {reader}"));
    let source = filled(setting, "source", &objects(owner, reader));
    let manifest = backup(setting, &source).await;
    let name = identifier(&name_of(&source));
    administrate(&format!("DROP DATABASE {name}"));
    administrate(&format!("DROP ROLE {owner}; DROP ROLE {reader}"));
    manifest
}

fn target_with(setting: &Setting, policy: TargetPolicy) -> Endpoint {
    Endpoint {
        policy,
        ..filled(setting, "target", "CREATE TABLE t AS SELECT 2 AS x")
    }
}

fn mapped<const N: usize>(roles: [(&str, &str); N]) -> TargetPolicy {
    let roles = roles.map(|(from, to)| (from.to_owned(), to.to_owned()));
    TargetPolicy {
        roles: BTreeMap::from(roles),
        ..TargetPolicy::default()
    }
}

fn when_missing(missing_roles: MissingRoles) -> TargetPolicy {
    TargetPolicy {
        missing_roles,
        ..TargetPolicy::default()
    }
}

/// A restore, and what it warned of and got to.
async fn restored(
    setting: &Setting,
    manifest: &Manifest,
    target: &Endpoint,
) -> (Result<()>, Arc<Probe>) {
    let (probe, plan) = (Arc::new(Probe::default()), Plan::with_token(1));
    let context = setting.watched(&probe);
    let done = setting.restore(manifest, target, &plan, &context).await;
    (done.map(drop), probe)
}

/// Fails unless a restore is refused before anything is made, with that in its cause and its hint.
async fn refused_at_once(
    setting: &Setting,
    manifest: &Manifest,
    target: &Endpoint,
    cause: &str,
    fix: &str,
) {
    let (done, probe) = restored(setting, manifest, target).await;
    let error = refused(done, Kind::Target);
    assert!(error.cause().contains(cause), "{error:?}");
    assert!(error.hint_text().unwrap().contains(fix), "{error:?}");
    assert!(!probe.checkpoints().contains(&Checkpoint::ShadowCreated));
    assert_eq!(one(target, "SELECT x FROM t"), "2");
}

/// Who owns what, and what names roles, as the server tells it.
fn told(endpoint: &Endpoint) -> String {
    one(
        endpoint,
        "SELECT concat_ws(E'\n', 'schema ' || nspowner::regrole, 'table ' || c.relowner::regrole,
             'function ' || p.proowner::regrole, c.relacl::text, n.nspacl::text,
             (SELECT string_agg(defaclrole::regrole || ' ' || defaclacl::text, ' ') FROM pg_default_acl),
             (SELECT string_agg(polname || ' ' || (SELECT string_agg(role::regrole::text, ',' ORDER BY 1)
                  FROM unnest(polroles) role), ' ' ORDER BY polname) FROM pg_policy),
             (SELECT string_agg(usename, ' ') FROM pg_user_mappings))
         FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'orders'
         JOIN pg_proc p ON p.pronamespace = n.oid WHERE nspname = 'sales'",
    )
}

#[test]
fn mapped_roles_have_everything_that_those_of_the_source_had() {
    with_setting(|setting| async move {
        administrate("CREATE ROLE zz_owner; CREATE ROLE \"aa Reader\"");
        let manifest = backup_of_lost_roles(&setting, "map_owner", "map_reader").await;
        let policy = mapped([("map_owner", "zz_owner"), ("map_reader", "aa Reader")]);
        let target = target_with(&setting, policy);
        let (done, probe) = restored(&setting, &manifest, &target).await;
        done.unwrap();
        assert_eq!(probe.warnings(), Vec::<String>::new());
        let told = told(&target);
        for expected in [
            "schema zz_owner\ntable zz_owner\nfunction zz_owner\n",
            "\\\"aa Reader\\\"=r*/zz_owner",
            "common \"aa Reader\",zz_owner reading \"aa Reader\"",
        ] {
            assert!(told.contains(expected), "{expected} is not in {told}");
        }
        assert!(told.ends_with("\naa Reader"), "{told}");
        assert!(!told.contains("map_"), "{told}");
    });
}

#[test]
fn two_roles_may_become_one() {
    with_setting(|setting| async move {
        administrate("CREATE ROLE only_one");
        let manifest = backup_of_lost_roles(&setting, "merged_owner", "merged_reader").await;
        let policy = mapped([("merged_owner", "only_one"), ("merged_reader", "only_one")]);
        let target = target_with(&setting, policy);
        restored(&setting, &manifest, &target).await.0.unwrap();
        assert!(told(&target).contains("reading only_one"));
    });
}

#[test]
fn a_role_that_others_are_mapped_to_must_be_there() {
    with_setting(|setting| async move {
        let manifest = backup_of_lost_roles(&setting, "gone_owner", "gone_reader").await;
        let target = target_with(&setting, mapped([("gone_owner", "never_made")]));
        let (cause, fix) = ("never_made", "CREATE ROLE \"never_made\" NOLOGIN;");
        refused_at_once(&setting, &manifest, &target, cause, fix).await;
        let found = diagnosed(&setting, &target, Purpose::Target).await;
        let found = format!("{found:?}");
        assert!(found.contains("never_made"), "{found}");
    });
}

#[test]
fn missing_roles_are_made_and_stay() {
    with_setting(|setting| async move {
        let manifest = backup_of_lost_roles(&setting, "new_owner", "new_reader").await;
        let target = target_with(&setting, when_missing(MissingRoles::Create));
        let (done, probe) = restored(&setting, &manifest, &target).await;
        done.unwrap();
        let warnings = probe.warnings().join("\n");
        assert!(
            warnings.contains("CREATE ROLE \"new_owner\" NOLOGIN;"),
            "{warnings}"
        );
        let told = told(&target);
        for expected in [
            "table new_owner",
            "new_reader=r*/new_owner",
            "common new_owner,new_reader",
        ] {
            assert!(told.contains(expected), "{told}");
        }
        let may_log_in = "SELECT bool_or(rolcanlogin) FROM pg_roles WHERE rolname LIKE 'new\\_%er'";
        assert_eq!(one(&target, may_log_in), "f");
    });
}

#[test]
fn missing_roles_are_made_by_who_may_and_else_the_grant_is_told() {
    with_setting(|setting| async move {
        administrate("CREATE ROLE makes_few LOGIN CREATEDB; CREATE ROLE lost_owner");
        let source = filled(
            &setting,
            "source",
            "CREATE SCHEMA sales AUTHORIZATION lost_owner; CREATE TABLE sales.orders(id integer PRIMARY KEY);
             ALTER TABLE sales.orders OWNER TO lost_owner",
        );
        let manifest = backup(&setting, &source).await;
        let name = identifier(&name_of(&source));
        administrate(&format!("DROP DATABASE {name}"));
        administrate("DROP ROLE lost_owner");
        let target = target_with(&setting, when_missing(MissingRoles::Create));
        let name = identifier(&name_of(&target));
        Database::of(&target).run(["ALTER TABLE t OWNER TO makes_few"]);
        administrate(&format!("ALTER DATABASE {name} OWNER TO makes_few"));
        let by_role = entered_by(&target, "makes_few");
        let fix = "ALTER ROLE \"makes_few\" CREATEROLE; or make them: CREATE ROLE \"lost_owner\" NOLOGIN;";
        refused_at_once(&setting, &manifest, &by_role, "lost_owner", fix).await;
        let found = diagnosed(&setting, &by_role, Purpose::Target).await;
        let found = format!("{found:?}");
        assert!(found.contains("CREATEROLE"), "{found}");

        administrate("ALTER ROLE makes_few CREATEROLE");
        restored(&setting, &manifest, &by_role).await.0.unwrap();
        let owner = "SELECT relowner::regrole FROM pg_class WHERE relname = 'orders'";
        assert_eq!(one(&target, owner), "lost_owner");
    });
}

#[test]
fn missing_roles_are_refused_where_the_policy_says_so() {
    with_setting(|setting| async move {
        let manifest = backup_of_lost_roles(&setting, "strict_owner", "strict_reader").await;
        let target = target_with(&setting, when_missing(MissingRoles::Fail));
        let (cause, fix) = ("strict_reader", "CREATE ROLE \"strict_owner\" NOLOGIN;");
        refused_at_once(&setting, &manifest, &target, cause, fix).await;
    });
}

#[test]
fn what_is_for_missing_roles_alone_is_left_out_and_open_to_nobody_else() {
    with_setting(|setting| async move {
        administrate("CREATE ROLE kept_reader");
        let manifest = backup_of_lost_roles(&setting, "old_owner", "old_reader").await;
        let policy = mapped([("old_owner", "kept_reader")]);
        let target = target_with(&setting, policy);
        let (done, probe) = restored(&setting, &manifest, &target).await;
        done.unwrap();
        let warnings = probe.warnings().join("\n");
        assert!(
            warnings.contains("CREATE ROLE \"old_reader\" NOLOGIN;"),
            "{warnings}"
        );
        let told = told(&target);
        assert!(told.contains("\ncommon kept_reader"), "{told}");
        assert!(
            !told.contains("reading") && !told.contains("old_"),
            "{told}"
        );
    });
}
