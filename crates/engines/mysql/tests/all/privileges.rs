//! Users who may do no more than they need.

use crate::conformance::harness::MariadbHarness;
use crate::support::{
    Target, assert_no_backup, assert_same, name_of, refused, restore, with_harness, with_setting,
};
use std::sync::Arc;
use weir_engine::{Endpoint, Purpose, Severity};
use weir_model::error::Kind;
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::mariadb::{Grants, MariadbServer};

/// The same database, entered by a user who may do just that.
fn entered_by(endpoint: &Endpoint, grants: Grants<'_>) -> Endpoint {
    let account = MariadbServer::shared().account(grants);
    Endpoint {
        database: endpoint.database.clone(),
        ..account.endpoint(&name_of(endpoint))
    }
}

/// The same, told what may be done with which words behind `ON`.
fn with_clauses(endpoint: &Endpoint, clauses: &[&str]) -> Endpoint {
    let database = name_of(endpoint);
    let clauses: Vec<String> = clauses
        .iter()
        .map(|clause| clause.replace("DB", &format!("`{database}`")))
        .collect();
    let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
    entered_by(endpoint, Grants::Only(&clauses))
}

async fn assert_backed_up(setting: &Setting, seed: Seed) {
    let source = setting.seeded("source", seed);
    let expected = setting.harness().fingerprint(&source);
    let least = entered_by(&source, Grants::Source(&name_of(&source)));
    let context = setting.context();
    let manifest = setting.backup(&least, &context).await.unwrap();
    let target = setting.endpoint("target");
    let plan = Plan::with_token(1);
    let restored = setting.restore(&manifest, &target, &plan, &context).await;
    restored.unwrap();
    let found = setting.harness().fingerprint(&target);
    assert_same(&found, &expected);
}

#[test]
fn a_source_is_read_whole_by_a_user_who_may_only_read_it() {
    with_setting(|setting| async move { assert_backed_up(&setting, Seed::Everything).await });
}

async fn assert_replaced(setting: &Setting, server: &MariadbServer) {
    let manifest = setting.backup_of("source", Seed::Generation(1)).await;
    let target = setting.seeded("target", Seed::Generation(2));
    let name = name_of(&target);
    let least = Endpoint {
        database: target.database.clone(),
        ..server.account(Grants::Target(&name)).endpoint(&name)
    };
    let context = setting.context();
    for token in [1, 2] {
        let plan = Plan::with_token(token);
        let restored = setting.restore(&manifest, &least, &plan, &context).await;
        restored.unwrap();
    }
    assert_eq!(setting.harness().read_generation(&target), Ok(1));
    setting.assert_nothing_left(&least, "a restore").await;
}

#[test]
fn a_target_is_replaced_by_a_user_of_that_database_alone() {
    // Where the log is binary, only a superuser makes functions, unless the server is told otherwise.
    let settings = ["--log-bin-trust-function-creators=1"];
    let server = Arc::new(MariadbServer::start_with_settings(&settings));
    let harness = MariadbHarness {
        server: Some(Arc::clone(&server)),
    };
    with_harness(harness, |setting| async move {
        assert_replaced(&setting, &server).await;
    });
}

#[test]
fn routines_that_may_not_be_made_are_told_and_leave_the_live_copy() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2);
        let least = entered_by(&target.endpoint, Grants::Target(&name_of(&target.endpoint)));
        let plan = Plan::with_token(1);
        let restored = restore(&setting, &manifest, &least, &plan).await;
        refused(restored, &[Kind::Target]);
        let context = setting.context();
        let found = setting
            .engine()
            .diagnose(&least, Purpose::Target, 0, &context)
            .await;
        let found = format!("{:?}", found.unwrap());
        assert!(found.contains("log_bin_trust_function_creators"), "{found}");
        target.assert_untouched(&setting, "a refused routine").await;
    });
}

#[test]
fn what_a_user_may_not_read_is_an_error_and_never_left_out() {
    let lacking: [&[&str]; 5] = [
        // A table, the text of views, of triggers, of events, of routines.
        &[
            "SELECT ON DB.items",
            "SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON DB.*",
            "RELOAD ON *.*",
        ],
        &[
            "SELECT, TRIGGER, EVENT, LOCK TABLES ON DB.*",
            "SELECT ON mysql.proc",
            "RELOAD ON *.*",
        ],
        &[
            "SELECT, SHOW VIEW, EVENT, LOCK TABLES ON DB.*",
            "SELECT ON mysql.proc",
            "RELOAD ON *.*",
        ],
        &[
            "SELECT, SHOW VIEW, TRIGGER, LOCK TABLES ON DB.*",
            "SELECT ON mysql.proc",
            "RELOAD ON *.*",
        ],
        &[
            "SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON DB.*",
            "RELOAD ON *.*",
        ],
    ];
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        for clauses in lacking {
            let least = with_clauses(&source, clauses);
            let context = setting.context();
            refused(setting.backup(&least, &context).await, &[Kind::Source]);
            assert_no_backup(&setting, "source").await;
            let found = setting
                .engine()
                .diagnose(&least, Purpose::Source, 0, &context)
                .await
                .unwrap();
            let worst = found.iter().map(|finding| finding.severity).max();
            assert!(worst > Some(Severity::Note), "{clauses:?}: {found:?}");
        }
    });
}
