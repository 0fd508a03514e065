//! Somebody who is in the middle of something in the live copy when a new one is to take its place.

use crate::conformance::client::{Connection, Database};
use crate::support::{Target, once, refused, with_setting};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_engine::Endpoint;
use weir_model::error::Kind;
use weir_testkit::conformance::{Plan, Seed};
use weir_testkit::observe::Probe;

/// An open transaction that has read a table and so holds it as it is.
fn in_a_transaction(endpoint: &Endpoint) -> Connection {
    let mut connection = Database::of(endpoint).connect();
    connection.run("START TRANSACTION; SELECT COUNT(*) FROM items");
    connection
}

#[test]
fn an_open_transaction_is_named_and_waited_for() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2);
        let mut connection = in_a_transaction(&target.endpoint);
        let probe = Arc::new(Probe::default());
        let context = setting.watched(&probe);
        let (id, told) = (connection.id().to_string(), Arc::clone(&probe));
        let ending = once(
            "the open transaction is named",
            move || told.text().contains(&id),
            move || connection.run("COMMIT"),
        );
        let plan = Plan::with_token(1);
        let restored = setting.restore(&manifest, &target.endpoint, &plan, &context);
        restored.await.unwrap();
        ending.join().unwrap();
        assert_eq!(setting.harness().read_generation(&target.endpoint), Ok(1));
    });
}

#[test]
fn an_open_transaction_that_never_ends_ends_the_restore_in_time_and_is_named() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2);
        let connection = in_a_transaction(&target.endpoint);
        let probe = Arc::new(Probe::default());
        let begun = Instant::now();
        let context = setting.watched(&probe);
        let context = context.with_deadline(Some(begun + Duration::from_secs(20)));
        let plan = Plan::with_token(1);
        let restored = setting.restore(&manifest, &target.endpoint, &plan, &context);
        let error = refused(restored.await, &[Kind::Swap, Kind::Deadline]);
        assert!(begun.elapsed() < Duration::from_secs(30));
        let told = format!("{}{error:?}", probe.text());
        assert!(told.contains(&connection.id().to_string()), "{told}");
        drop(connection);
        target
            .assert_untouched(&setting, "a swap that nobody let through")
            .await;
    });
}

#[test]
fn whoever_comes_while_the_swap_waits_is_not_kept_waiting_for_long() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2);
        let mut connection = in_a_transaction(&target.endpoint);
        let probe = Arc::new(Probe::default());
        let context = setting.watched(&probe);
        let (id, told) = (connection.id().to_string(), Arc::clone(&probe));
        let (harness, endpoint) = (setting.shared_harness(), target.endpoint.clone());
        let ending = once(
            "the open transaction is named",
            move || told.text().contains(&id),
            move || {
                let begun = Instant::now();
                for _ in 0..20 {
                    assert_eq!(harness.read_generation(&endpoint), Ok(2));
                }
                connection.run("COMMIT");
                assert!(begun.elapsed() < Duration::from_secs(40));
            },
        );
        let plan = Plan::with_token(1);
        let restored = setting.restore(&manifest, &target.endpoint, &plan, &context);
        restored.await.unwrap();
        ending.join().unwrap();
    });
}
