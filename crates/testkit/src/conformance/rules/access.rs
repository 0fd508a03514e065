//! What cannot be entered fails in time, with an error that helps.

use super::{Target, refused};
use crate::conformance::{Plan, Seed, Setting};
use std::future::Future;
use std::time::Duration;
use weir_engine::Replacement;
use weir_model::error::{Kind, Result};

/// How long a refusal may take.
const SOON: Duration = Duration::from_secs(15);

/// Missing is an answer, not an accident.
pub async fn a_missing_database_is_said_to_be_missing(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let missing = setting.endpoint("missing");
    assert!(!engine.exists(&missing, &context).await.unwrap());
    assert_eq!(engine.stamp(&missing, &context).await.unwrap(), None);
    assert!(
        !engine
            .identity(&missing, &context)
            .await
            .unwrap()
            .is_empty()
    );
    refused(
        engine.open(&missing, &context).await.map(drop),
        &[Kind::Source],
        "opening nothing",
    );
    refused(
        engine.catalog(&missing, &context).await,
        &[Kind::Source],
        "the catalog of nothing",
    );
    assert_eq!(
        engine.leftovers(&missing, &context).await.unwrap(),
        Vec::<String>::new()
    );
    assert!(
        !engine.exists(&missing, &context).await.unwrap(),
        "asking must make nothing"
    );
}

/// Unreachable, wrong password, something else than a database.
pub async fn an_unusable_database_fails_in_time_with_a_useful_error(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let unusable = setting.harness().unusable(&setting.databases());
    assert!(
        !unusable.is_empty(),
        "a harness names what its engine cannot enter"
    );
    let kinds = [Kind::Source, Kind::Target, Kind::Config];
    let (engine, context) = (setting.engine(), setting.context());
    for case in unusable {
        let endpoint = &case.endpoint;
        let opened = soon(async { engine.open(endpoint, &context).await.map(drop) }).await;
        refused(
            opened,
            &kinds,
            &format!("a backup of what is unusable: {}", case.why),
        );
        let catalog = soon(engine.catalog(endpoint, &context)).await;
        refused(
            catalog,
            &kinds,
            &format!("the catalog of what is unusable: {}", case.why),
        );
        let plan = Plan::with_token(1);
        let restored = soon(setting.restore(&manifest, endpoint, &plan, &context)).await;
        refused(
            restored,
            &kinds,
            &format!("a restore into what is unusable: {}", case.why),
        );
    }
}

async fn soon<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(SOON, work)
        .await
        .expect("what cannot be entered must fail soon")
}

/// A few rows, of that table and no other, and no more than asked for.
pub async fn a_sample_comes_from_the_table_asked_for(setting: Setting) {
    let (engine, context) = (setting.engine(), setting.context());
    let source = setting.seeded("source", Seed::Generation(1));
    let rows = engine.sample(&source, "people", 7, &context).await.unwrap();
    assert_eq!(rows.len(), 7);
    for row in rows {
        let email = row.last().expect("people have three columns");
        let Replacement::Text(email) = email else {
            panic!("an email must arrive as text");
        };
        assert!(email.ends_with("@generation-1.example"));
    }
    let nothing = engine
        .sample(&source, "no-such-table", 7, &context)
        .await
        .map(drop);
    refused(nothing, &[Kind::Source], "a sample of nothing");
}
