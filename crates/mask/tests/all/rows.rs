//! Which rows arrive, and what follows when some do not.

use crate::support::{catalog, key, parse, pointing, refused, rows, table};
use weir_engine::{ColumnUse, Fate, Field, Masker, Replacement, ShadowStep};
use weir_mask::{BoundRules, Filtering, Types};
use weir_model::catalog::Catalog;

fn shop() -> Catalog {
    catalog(vec![
        table("users", &["id INTEGER pk", "status TEXT", "made TEXT"]),
        pointing(
            table(
                "orders",
                &["id INTEGER pk", "user_id INTEGER", "total NUMERIC"],
            ),
            "user_id",
            "users",
            "id",
        ),
        pointing(
            table("items", &["id INTEGER pk", "order_id INTEGER"]),
            "order_id",
            "orders",
            "id",
        ),
    ])
}

fn rules(users: &str, orders: &str, items: &str) -> String {
    format!(
        "weir-rules: 1\ntables:\n  users: {{rows: {users}, columns: keep}}\n  orders: {orders}\n  items: {items}\n"
    )
}

fn bound(text: &str) -> BoundRules {
    let now = "2026-06-15T12:00:00Z".parse().unwrap();
    parse(text)
        .bind_at(&shop(), &key(), now, weir_mask::Types::Enforced)
        .unwrap()
}

fn arrives(bound: &BoundRules, row: &[Field<'_>]) -> bool {
    let users = rows(bound, "users");
    users
        .mask(row, &mut vec![Replacement::Null; row.len()])
        .unwrap()
        == Fate::Kept
}

const FOLLOW: &str = "{rows: {with: users}, columns: keep}";
const ITEMS: &str = "{rows: {with: orders}, columns: keep}";

#[test]
fn rows_are_left_out_by_condition_and_counted() {
    let keep = "{keep: \"status <> 'deleted' and made > now - 2 years\"}";
    let bound = bound(&rules(keep, FOLLOW, ITEMS));
    let user = |status: &'static [u8], made: &'static [u8]| {
        [Field::Integer(1), Field::Text(status), Field::Text(made)]
    };
    assert!(arrives(&bound, &user(b"open", b"2025-01-01")));
    assert!(!arrives(&bound, &user(b"deleted", b"2025-01-01")));
    assert!(!arrives(&bound, &user(b"open", b"2024-01-01")));
    assert!(
        !arrives(
            &bound,
            &[Field::Integer(1), Field::Null, Field::Text(b"2025-01-01")]
        ),
        "what is not known is not kept"
    );
    assert_eq!(bound.mark().rows_left_out, 3);
    let uses = rows(&bound, "users").columns().to_vec();
    assert_eq!(uses, [ColumnUse::Copied, ColumnUse::Read, ColumnUse::Read]);
}

#[test]
fn what_is_not_known_to_be_dropped_is_kept() {
    let bound = bound(&rules("{drop: \"status = 'deleted'\"}", FOLLOW, ITEMS));
    assert!(arrives(
        &bound,
        &[Field::Integer(1), Field::Null, Field::Null]
    ));
    assert!(!arrives(
        &bound,
        &[Field::Integer(1), Field::Text(b"deleted"), Field::Null]
    ));
}

#[test]
fn a_sample_is_a_share_and_the_same_in_every_table() {
    let text = "weir-rules: 1\ntables:\n  users: {rows: {one-in: 10, by: id}, columns: keep}\n  orders: {rows: {one-in: 10, by: user_id, with: users}, columns: keep}\n  items: {rows: {with: orders}, columns: keep}\n";
    let bound = bound(text);
    let (users, orders) = (rows(&bound, "users"), rows(&bound, "orders"));
    let fate = |rows: &dyn weir_engine::RowMask, row: &[Field<'_>]| {
        rows.mask(row, &mut vec![Replacement::Null; 3]).unwrap()
    };
    let mut kept = 0;
    for id in 0..10_000 {
        let user = fate(&*users, &[Field::Integer(id), Field::Null, Field::Null]);
        let order = fate(
            &*orders,
            &[Field::Integer(id * 7), Field::Integer(id), Field::Null],
        );
        assert!(user == order, "an order goes where its user goes");
        kept += u32::from(user == Fate::Kept);
    }
    assert!((900..1_100).contains(&kept), "{kept} of 10000");
}

#[test]
fn a_sample_goes_by_the_primary_key_unless_said_otherwise() {
    let by_id = bound(&rules("{one-in: 10, by: id}", FOLLOW, ITEMS));
    let by_key = bound(&rules("{one-in: 10}", FOLLOW, ITEMS));
    for id in 0..1_000 {
        let row = [Field::Integer(id), Field::Null, Field::Null];
        assert_eq!(arrives(&by_id, &row), arrives(&by_key, &row));
    }
    let unkeyed = catalog(vec![table("t", &["size TEXT"])]);
    let text = "weir-rules: 1\ntables:\n  t: {rows: {one-in: 10}, columns: keep}\n";
    let said = refused(text, &unkeyed);
    assert!(
        said.contains("rules.yaml:3:22: it is not said which column of `t` decides"),
        "{said}"
    );
    assert!(said.contains("write {one-in: 10, by: COLUMN}"), "{said}");
}

#[test]
fn a_limit_lets_as_many_rows_through_as_it_says_whoever_reads_them() {
    let bound = bound(&rules(
        "{drop: \"status = 'deleted'\", limit: 1000}",
        FOLLOW,
        ITEMS,
    ));
    let kept: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let bound = &bound;
                scope.spawn(move || {
                    let row = |id: i64| {
                        let status: &[u8] = if id % 2 == 0 { b"open" } else { b"deleted" };
                        [Field::Integer(id), Field::Text(status), Field::Null]
                    };
                    let mut ids = worker * 1_000..(worker + 1) * 1_000;
                    ids.by_ref().filter(|id| arrives(bound, &row(*id))).count()
                })
            })
            .collect();
        workers.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(kept, 1_000);
    assert_eq!(bound.mark().rows_left_out, 3_000);
}

#[test]
fn of_a_limited_table_something_is_read_so_that_engines_ask() {
    let bound = bound(&rules("{limit: 2}", FOLLOW, ITEMS));
    assert_eq!(rows(&bound, "users").columns()[0], ColumnUse::Read);
    let row = [Field::Integer(1), Field::Null, Field::Null];
    assert_eq!(
        [1, 2, 3].map(|_| arrives(&bound, &row)),
        [true, true, false]
    );
}

#[test]
fn rows_that_point_to_a_limited_table_must_follow_it() {
    let said = refused(&rules("{limit: 5}", "keep", "keep"), &shop());
    assert!(said.contains("of which rows are left out"), "{said}");
    let none = weir_mask::Ruleset::parse(&rules("{limit: 0}", FOLLOW, ITEMS), "rules.yaml");
    let said = none.unwrap_err().to_string();
    assert!(said.contains("rules.yaml:3:25: a limit of 0"), "{said}");
}

#[test]
fn what_decides_about_rows_is_told_with_its_line() {
    let text = rules(
        "{keep: \"made > '2026'\", one-in: 10, limit: 5}",
        FOLLOW,
        ITEMS,
    );
    let filters = parse(&text).row_filters(&shop());
    let told: Vec<_> = filters["users"]
        .iter()
        .map(|one| (one.does, one.by.as_str(), one.place.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Filtering::Keep, "made > '2026'", "line 3"),
            (Filtering::Sample, "one in 10 by id", "line 3"),
            (Filtering::Limit, "the first 5 that are read", "line 3"),
        ]
    );
    assert!(filters["orders"].is_empty());
}

#[test]
fn children_follow_their_parents_in_an_order_that_works() {
    let bound = bound(&rules("{drop: \"id = 1\"}", FOLLOW, ITEMS));
    let tables: Vec<_> = bound
        .steps()
        .iter()
        .map(|step| match step {
            ShadowStep::RemoveOrphans { table, parent, .. } => (table.as_str(), parent.as_str()),
            ShadowStep::Shuffle { .. } => ("", ""),
        })
        .collect();
    assert_eq!(tables, [("orders", "users"), ("items", "orders")]);
}

#[test]
fn a_kept_row_that_points_to_one_left_out_is_refused_with_the_line_to_add() {
    let text = refused(&rules("{drop: \"id = 1\"}", "keep", "keep"), &shop());
    assert!(
        text.contains("`orders.user_id` points to table `users`, of which rows are left out"),
        "{text}"
    );
    assert!(text.contains("rows: {with: users}"), "{text}");
    let text = refused(&rules("{drop: \"id = 1\"}", FOLLOW, "keep"), &shop());
    assert!(
        text.contains("`items.order_id` points to table `orders`"),
        "{text}"
    );
    let nulled = "{columns: {id: keep, user_id: null, total: keep}}";
    assert!(
        parse(&rules("{drop: \"id = 1\"}", nulled, "keep"))
            .check(&shop(), Types::Hints)
            .is_ok()
    );
}

#[test]
fn what_a_table_follows_is_what_it_points_to() {
    let text = refused(
        &rules(
            "{drop: \"id = 1\"}",
            FOLLOW,
            "{rows: {with: users}, columns: keep}",
        ),
        &shop(),
    );
    assert!(
        text.contains("table `items` does not point to table `users`"),
        "{text}"
    );
    let mut circle = shop();
    circle.tables[0] = pointing(circle.tables[0].clone(), "id", "items", "id");
    let text = refused(&rules("{with: items}", FOLLOW, ITEMS), &circle);
    assert!(text.contains("follow each other's"), "{text}");
}

#[test]
fn conditions_name_columns_that_are_there_at_their_place() {
    assert_eq!(
        refused(
            &rules("{keep: \"id > 1 and statsu = 'x'\"}", FOLLOW, ITEMS),
            &shop()
        ),
        "rules.yaml:3:36: table `users` has no column `statsu`
  3 |   users: {rows: {keep: \"id > 1 and statsu = 'x'\"}, columns: keep}
    |                                    ^^^^^^
  help: did you mean `status`? names are compared exactly"
    );
    let text = refused(&rules("{keep: \"made > now\"}", FOLLOW, ITEMS), &shop());
    assert!(text.contains("asks for the time of the run"), "{text}");
}

#[test]
fn a_shuffle_is_a_step_with_a_seed_of_the_key() {
    let text = "weir-rules: 1\ntables: {t: {columns: {id: keep, size: shuffle}}}\n";
    let catalog = catalog(vec![table("t", &["id INTEGER pk", "size TEXT"])]);
    let steps = |secret: &[u8]| {
        let key = weir_mask::Key::parse(secret).unwrap();
        parse(text).bind(&catalog, &key).unwrap().steps().to_vec()
    };
    let (one, other) = (
        steps(b"correct horse battery"),
        steps(b"another secret of mine"),
    );
    assert!(
        matches!(one.as_slice(), [ShadowStep::Shuffle { table, column, seed }] if table == "t" && column == "size" && seed.len() == 64)
    );
    assert_ne!(one, other);
}

/// A column of fixed length fills its values up with spaces, which SQL does not count.
#[test]
fn spaces_at_the_end_do_not_count() {
    let bound = bound(&rules("{drop: \"status = 'deleted'\"}", FOLLOW, ITEMS));
    let padded = [Field::Integer(1), Field::Text(b"deleted   "), Field::Null];
    assert!(!arrives(&bound, &padded));
}
