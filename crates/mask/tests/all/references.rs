//! Foreign keys agree on both sides.

use crate::support::{catalog, key, parse, pointing, refused, table};
use weir_mask::Types;
use weir_model::catalog::Catalog;

fn database() -> Catalog {
    catalog(vec![
        table("users", &["email TEXT pk"]),
        pointing(
            table("logins", &["user_email TEXT"]),
            "user_email",
            "users",
            "",
        ),
    ])
}

fn rules(users: &str, logins: &str) -> String {
    format!("weir-rules: 1\ntables:\n  users: {users}\n  logins: {logins}\n")
}

#[test]
fn a_key_masked_on_one_side_only_is_refused() {
    assert_eq!(
        refused(&rules("{columns: {email: email}}", "{columns: {user_email: keep}}"), &database()),
        "rules.yaml:4:34: `logins.user_email` (kept) points to `users.email` (masked by email, domain email): rows would no longer find each other
  4 |   logins: {columns: {user_email: keep}}
    |                                  ^^^^
  help: give both columns the same rule, or make this one `null`"
    );
    let text = refused(
        &rules("keep", "{columns: {user_email: email}}"),
        &database(),
    );
    assert!(
        text.contains("(masked by email, domain email) points to `users.email` (kept)"),
        "{text}"
    );
    let text = refused(&rules("{columns: {email: email}}", "keep"), &database());
    assert!(
        text.contains("rules.yaml:4:3: `logins.user_email` (kept)"),
        "{text}"
    );
}

#[test]
fn a_key_masked_in_two_domains_is_refused() {
    let other = "{columns: {user_email: {mask: email, domain: staff}}}";
    let text = refused(&rules("{columns: {email: email}}", other), &database());
    assert!(text.contains("masked by email, domain staff"), "{text}");
}

#[test]
fn rows_do_not_point_to_tables_that_are_gone() {
    let text = refused(&rules("{rows: none}", "keep"), &database());
    assert!(
        text.contains("`logins.user_email` points to table `users`, which is made empty"),
        "{text}"
    );
    let text = refused(
        &rules("{drop: true}", "{columns: {user_email: email}}"),
        &database(),
    );
    assert!(text.contains("which is dropped"), "{text}");
}

#[test]
fn what_agrees_is_accepted() {
    for (users, logins) in [
        ("keep", "keep"),
        (
            "{columns: {email: email}}",
            "{columns: {user_email: email}}",
        ),
        ("{columns: {email: email}}", "{columns: {user_email: null}}"),
        ("{columns: {email: email}}", "{rows: none}"),
        ("{rows: none}", "{columns: {user_email: null}}"),
        ("{rows: none}", "{drop: true}"),
    ] {
        let bound = parse(&rules(users, logins)).bind(&database(), &key());
        assert!(bound.is_ok(), "{users} {logins}: {}", bound.unwrap_err());
    }
}

#[test]
fn numbers_that_types_keep_within_bounds_of_their_own_are_refused() {
    let checked = |rule: &str, parent: &str, child: &str| {
        let rules = format!(
            "weir-rules: 1\ntables:\n  users: {{columns: {{id: {rule}}}}}\n  \
             logins: {{columns: {{user: {rule}}}}}\nreferences:\n  - {{from: logins.user, to: users.id}}\n"
        );
        let users = table("users", &[&format!("id {parent}")]);
        let logins = table("logins", &[&format!("user {child}")]);
        let checked = parse(&rules).check(&catalog(vec![users, logins]), Types::Enforced);
        checked.map_err(|problems| problems.to_string())
    };
    for (rule, parent, child) in [
        ("format-preserving", "smallint", "integer"),
        ("format-preserving", "varchar(20)", "integer"),
        ("format-preserving", "numeric(9)", "bigint"),
        ("phone", "bigint", "integer"),
        ("number", "smallint", "bigint"),
    ] {
        let said = checked(rule, parent, child).unwrap_err();
        assert!(said.contains("give both columns one type"), "{said}");
    }
    for (rule, parent, child) in [
        ("format-preserving", "bigint", "integer"),
        ("format-preserving", "varchar(20)", "text"),
        ("hash", "varchar(80)", "text"),
        ("phone", "int(11)", "int"),
    ] {
        assert_eq!(checked(rule, parent, child), Ok(()), "{rule}");
    }
}
