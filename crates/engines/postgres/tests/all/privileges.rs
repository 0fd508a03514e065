//! Roles that may do little: no superuser anywhere, as a hosted server has it.

use crate::conformance::client::{Database, identifier};
use crate::conformance::seeds;
use crate::support::{
    Target, administrate, backup, diagnosed, entered_by, name_of, one, refused, restore,
    with_setting,
};
use std::sync::Arc;
use weir_engine::{Endpoint, Engine as _, Purpose, Severity};
use weir_engine_postgres::PostgresEngine;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_model::stamp::Token;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::observe::Probe;

/// A database that belongs to a role, with everything in it.
fn owned(setting: &Setting, name: &str, owner: &str, generation: u32) -> Endpoint {
    let endpoint = setting.seeded(name, Seed::Empty);
    let database = identifier(&name_of(&endpoint));
    administrate(&format!("ALTER DATABASE {database} OWNER TO {owner}"));
    let objects = seeds::sql(Seed::Generation(generation));
    Database::of(&entered_by(&endpoint, owner)).run(objects);
    endpoint
}

/// Backup, restore, rollback and heal as that role, of databases that belong to `owner`.
async fn whole_chain(setting: &Setting, role: &str, owner: &str) {
    let (source, target) = (
        owned(setting, "source", owner, 1),
        owned(setting, "target", owner, 2),
    );
    let fingerprint = |endpoint: &Endpoint| setting.harness().fingerprint(endpoint);
    let (new, old) = (fingerprint(&source), fingerprint(&target));
    let manifest = backup(setting, &entered_by(&source, role)).await;

    let by_role = entered_by(&target, role);
    let plan = Plan::with_token(1).script("UPDATE notes SET text = 'cleaned';");
    restore(setting, &manifest, &by_role, &plan).await.unwrap();
    assert_eq!(one(&target, "SELECT DISTINCT text FROM notes"), "cleaned");
    let plan = Plan::with_token(2);
    restore(setting, &manifest, &by_role, &plan).await.unwrap();
    assert_eq!(fingerprint(&target), new);

    let context = setting.context();
    for (token, expected) in [(3, "cleaned"), (4, "erase-me-0")] {
        let back = PostgresEngine.rollback(&by_role, Token(token), &context);
        back.await.unwrap();
        let sql = "SELECT text FROM notes WHERE id = 0";
        assert_eq!(one(&target, sql), expected);
    }
    assert_eq!(fingerprint(&target), new);
    assert_ne!(fingerprint(&target), old);

    let left = format!("_weir_new_{}", name_of(&target));
    administrate(&format!(
        "CREATE DATABASE {} OWNER {role}",
        identifier(&left)
    ));
    let healed = PostgresEngine.heal(&by_role, &context).await.unwrap();
    assert_eq!(healed.actions.len(), 1, "{healed:?}");
    setting.assert_nothing_left(&by_role, "a heal").await;
}

#[test]
fn createdb_and_ownership_are_enough_for_the_whole_chain() {
    administrate("CREATE ROLE lone_owner LOGIN CREATEDB");
    with_setting(|setting| async move {
        whole_chain(&setting, "lone_owner", "lone_owner").await;
    });
}

#[test]
fn createdb_and_membership_in_the_owner_are_enough_for_the_whole_chain() {
    administrate(
        "CREATE ROLE shop LOGIN; CREATE ROLE shop_deployer LOGIN CREATEDB; GRANT shop TO shop_deployer",
    );
    with_setting(|setting| async move {
        whole_chain(&setting, "shop_deployer", "shop").await;
    });
}

#[test]
fn a_setting_that_may_not_be_given_again_is_told_before_rows_are_moved() {
    administrate("CREATE ROLE gives_little LOGIN CREATEDB; CREATE ROLE somebody_else");
    with_setting(|setting| async move {
        let source = owned(&setting, "source", "gives_little", 1);
        let endpoint = owned(&setting, "target", "gives_little", 2);
        let name = identifier(&name_of(&endpoint));
        administrate(&format!(
            "ALTER ROLE somebody_else IN DATABASE {name} SET statement_timeout TO '5s'"
        ));
        let manifest = backup(&setting, &source).await;
        let target = Target::of(&setting, endpoint.clone());
        let by_role = entered_by(&endpoint, "gives_little");
        let (probe, plan) = (Arc::new(Probe::default()), Plan::with_token(1));
        let context = setting.watched(&probe);
        let restored = setting.restore(&manifest, &by_role, &plan, &context).await;
        let error = refused(restored, Kind::Target);
        assert!(
            error.hint_text().unwrap().contains("CREATEROLE"),
            "{error:?}"
        );
        assert!(!probe.checkpoints().contains(&Checkpoint::RowsLoaded));
        target.assert_untouched(&setting, "a refused restore").await;

        administrate("ALTER ROLE gives_little CREATEROLE");
        restore(&setting, &manifest, &by_role, &plan).await.unwrap();
        assert_eq!(setting.harness().read_generation(&endpoint), Ok(1));
    });
}

#[test]
fn a_role_that_reads_everything_and_no_more_takes_the_backup() {
    administrate("CREATE ROLE only_reads LOGIN IN ROLE pg_read_all_data");
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        let expected = setting.harness().fingerprint(&source);
        let by_reader = entered_by(&source, "only_reads");
        let found = diagnosed(&setting, &by_reader, Purpose::Source).await;
        assert!(
            found
                .iter()
                .all(|finding| finding.severity != Severity::Failure),
            "{found:?}"
        );
        let manifest = backup(&setting, &by_reader).await;
        let target = setting.endpoint("target");
        let plan = Plan::with_token(1);
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        assert_eq!(setting.harness().fingerprint(&target), expected);
    });
}

#[test]
fn a_role_that_may_not_read_a_table_makes_no_backup_and_is_told_the_grant() {
    administrate("CREATE ROLE reads_nothing LOGIN");
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        let (context, by_role) = (setting.context(), entered_by(&source, "reads_nothing"));
        refused(setting.backup(&by_role, &context).await, Kind::Source);
        let found = diagnosed(&setting, &by_role, Purpose::Source).await;
        let found = format!("{found:?}");
        let grant = "GRANT pg_read_all_data TO \\\"reads_nothing\\\"";
        assert!(found.contains(grant), "{found}");
    });
}
