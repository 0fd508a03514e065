//! What a database cannot be renamed with, or must not be: told before anything is renamed.

use crate::conformance::client::{Database, identifier};
use crate::conformance::seeds;
use crate::support::{
    Target, administrate, diagnosed, entered_by, name_of, one, refused, restore, with_setting,
};
use std::sync::Arc;
use tokio_postgres::NoTls;
use weir_engine::{Endpoint, Purpose};
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::observe::Probe;

/// Refuses a restore because of `obstacle`, names `fix`, and succeeds once `removal` has run.
async fn refused_until_removed(setting: &Setting, obstacle: &str, fix: &str, removal: &str) {
    let manifest = setting.backup_of("source", Seed::Generation(1)).await;
    let endpoint = setting.endpoint("target");
    let target = Target::of(setting, endpoint.clone());
    let plan = Plan::with_token(1);
    let probe = Arc::new(Probe::default());
    let context = setting.watched(&probe);
    let restored = setting.restore(&manifest, &endpoint, &plan, &context);
    let error = refused(restored.await, Kind::Swap);
    let reached = probe.checkpoints();
    assert!(
        !reached.contains(&Checkpoint::ShadowCreated),
        "nothing is loaded in vain: {reached:?}"
    );
    assert!(error.cause().contains(obstacle), "{error:?}");
    assert!(error.hint_text().unwrap().contains(fix), "{error:?}");
    target.assert_untouched(setting, "a refused swap").await;
    let found = diagnosed(setting, &endpoint, Purpose::Target).await;
    let found = format!("{found:?}");
    assert!(found.contains(obstacle), "{found}");

    Database::of(&endpoint).run([removal]);
    restore(setting, &manifest, &endpoint, &plan).await.unwrap();
    assert_eq!(setting.harness().read_generation(&endpoint), Ok(1));
}

#[test]
fn a_prepared_transaction_is_nobodys_to_end() {
    with_setting(|setting| async move {
        let target = setting.seeded("target", Seed::Generation(2));
        Database::of(&target)
            .run(["BEGIN; INSERT INTO notes VALUES (99); PREPARE TRANSACTION 'half paid'"]);
        let (obstacle, removal) = ("half paid", "ROLLBACK PREPARED 'half paid'");
        refused_until_removed(&setting, obstacle, "ROLLBACK PREPARED", removal).await;
    });
}

#[test]
fn a_replication_slot_would_follow_the_old_copy() {
    with_setting(|setting| async move {
        let target = setting.seeded("target", Seed::Generation(2));
        one(
            &target,
            "SELECT pg_create_logical_replication_slot('to_the_lake', 'pgoutput')",
        );
        let removal = "SELECT pg_drop_replication_slot('to_the_lake')";
        refused_until_removed(&setting, "to_the_lake", "pg_drop_replication_slot", removal).await;
    });
}

/// A database that belongs to a role without any other right.
fn owned(setting: &Setting, role: &str) -> Endpoint {
    let endpoint = setting.seeded("target", Seed::Empty);
    let name = identifier(&name_of(&endpoint));
    administrate(&format!("ALTER DATABASE {name} OWNER TO {role}"));
    let by_role = entered_by(&endpoint, role);
    Database::of(&by_role).run(seeds::sql(Seed::Generation(2)));
    endpoint
}

#[test]
fn a_session_that_may_not_be_ended_is_left_alone() {
    administrate("CREATE ROLE ends_few LOGIN CREATEDB");
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let endpoint = owned(&setting, "ends_few");
        let target = Target::of(&setting, endpoint.clone());
        let entered = tokio_postgres::connect(&endpoint.url, NoTls).await;
        let (superuser, connection) = entered.unwrap();
        let connection = tokio::spawn(connection);

        let by_role = entered_by(&endpoint, "ends_few");
        let plan = Plan::with_token(1);
        let error = refused(
            restore(&setting, &manifest, &by_role, &plan).await,
            Kind::Swap,
        );
        assert!(error.cause().contains("of weir"), "{error:?}");
        assert!(
            error.hint_text().unwrap().contains("pg_terminate_backend"),
            "{error:?}"
        );
        let found = diagnosed(&setting, &by_role, Purpose::Target).await;
        let found = format!("{found:?}");
        assert!(
            found.contains("session ") && found.contains("of weir"),
            "{found}"
        );
        assert!(superuser.simple_query("SELECT 1").await.is_ok());
        target.assert_untouched(&setting, "a refused swap").await;

        drop(superuser);
        connection.await.unwrap().unwrap();
        restore(&setting, &manifest, &by_role, &plan).await.unwrap();
        assert_eq!(setting.harness().read_generation(&endpoint), Ok(1));
    });
}
