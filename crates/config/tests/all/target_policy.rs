//! What a restore does about what the target's server has otherwise, or lacks.

use crate::common::{problems, read, with_apps};
use weir_config::{MissingExtensions, MissingRoles, MissingTablespaces, show};

const POSTGRES: &str = "
defaults:
  sqlite: {url: \"{environment}/{database}.db\"}
  postgres: {url: \"postgres://weir@{environment}/{database}\", missing: {roles: create}}
";

fn with_postgres(apps: &str) -> String {
    let plain = "\ndefaults:\n  sqlite: {url: \"{environment}/{database}.db\"}\n";
    let text = with_apps(apps);
    assert!(text.contains(plain), "{text}");
    text.replace(plain, POSTGRES)
}

#[test]
fn the_nearest_word_about_each_thing_counts() {
    let fleet = read(&with_postgres(
        "  shop:
    engine: postgres
    database: shop
    roles: {owner: \"{environment}_owner\"}
    missing: {tablespaces: fail}
    in: {staging: {missing: {roles: fail, extensions: leave-out}}}
",
    ));
    let policy = |address: &str| {
        let job = fleet.jobs.iter().find(|job| job.address == address);
        job.unwrap().target_policy.clone().unwrap()
    };
    let (staging, training) = (policy("staging/shop"), policy("training/shop"));
    assert_eq!(staging.missing_roles.value, MissingRoles::Fail);
    assert_eq!(training.missing_roles.value, MissingRoles::Create);
    for policy in [&staging, &training] {
        let tablespaces = policy.missing_tablespaces.value;
        assert_eq!(tablespaces, MissingTablespaces::Fail);
    }
    assert_eq!(
        staging.missing_extensions.value,
        MissingExtensions::LeaveOut
    );
    assert_eq!(training.missing_extensions.value, MissingExtensions::Fail);
    let roles = staging.roles.unwrap().value;
    assert_eq!(roles.get("owner").unwrap(), "staging_owner");
}

#[test]
fn it_is_shown_with_its_lines() {
    let fleet = read(&with_postgres(
        "  shop: {engine: postgres, database: shop, roles: {a: b}}\n",
    ));
    let job = fleet.jobs.iter().find(|job| job.environment == "staging");
    let shown: Vec<String> = show(job.unwrap())
        .into_iter()
        .map(|line| format!("{} {} {}", line.field, line.value, line.origin))
        .filter(|line| line.starts_with("role ") || line.starts_with("missing "))
        .collect();
    let expected = [
        "role a b line 11 (apps.shop.roles)",
        "missing roles create line 9 (defaults.postgres.missing.roles)",
        "missing tablespaces default default: the database's own is used",
        "missing extensions fail default: a copy is whole",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn an_engine_without_roles_has_no_use_for_it() {
    let text = with_apps(
        "  ckan:
    engine: sqlite
    database: ckan
    roles: {a: b}
    in: {staging: {missing: {roles: create}}}
",
    );
    let expected =
        "weir.yaml:13:12: `roles` is for apps on postgres and mysql, and `ckan` is on sqlite
  13 |     roles: {a: b}
     |            ^^^^^^ would do nothing
  help: remove it: only databases of PostgreSQL and MySQL refer to roles of their server

weir.yaml:14:37: `missing` is for apps on postgres and mysql, and `ckan` is on sqlite
  14 |     in: {staging: {missing: {roles: create}}}
     |                                     ^^^^^^ would do nothing
  help: remove it: only databases of PostgreSQL and MySQL refer to roles of their server";
    assert_eq!(problems(&text), expected);
}

#[test]
fn a_policy_that_there_is_not() {
    let text =
        with_postgres("  shop: {engine: postgres, database: shop, missing: {roles: invent}}\n");
    let problems = problems(&text);
    assert!(
        problems.contains("strip") && problems.contains("create"),
        "{problems}"
    );
}
