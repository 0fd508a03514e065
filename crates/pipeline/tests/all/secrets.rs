//! Secrets stay where they are.

use crate::fixture::{ENVIRONMENTS, Fixture, PEOPLE, context};
use weir_model::error::Kind;
use weir_pipeline::history::{self, RunFilter};
use weir_pipeline::status::Verdict;

const CANARY: &str = "canary-7f3a-password";

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_in_nothing_that_a_run_writes_or_says() {
    let apps = PEOPLE.replace(
        "    database: people\n",
        "    database: people\n    password: {file: keys/password}\n",
    );
    let fixture = Fixture::new(&apps);
    fixture.write("keys/password", CANARY);
    fixture.write("keys/masking", &format!("{CANARY}-masking"));
    let mut said = String::new();
    for environment in ["production", "staging", "integration"] {
        let report = fixture.run_well(environment).await;
        said.push_str(&serde_json::to_string(&report).unwrap());
        said.push_str(&format!("{report:?}"));
    }
    fixture.write("staging.sql", "DELETE FROM nowhere;");
    let report = fixture.run("staging").await;
    said.push_str(&format!("{report:?}"));
    assert!(!said.contains(CANARY));
    let signing = std::fs::read_to_string(fixture.path("keys/production")).unwrap();
    for (path, bytes) in fixture.all_bytes("stores") {
        for secret in [CANARY.as_bytes(), signing.trim().as_bytes()] {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_secrets_of_the_environment_at_hand_are_needed() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    std::fs::remove_file(fixture.path("keys/production")).unwrap();
    std::fs::remove_file(fixture.path("keys/integration")).unwrap();
    fixture.run_well("staging").await;
    let report = fixture.run("production").await;
    let error = report.first_error().unwrap();
    assert_eq!(error.kind(), Kind::Secret);
    assert!(error.to_string().contains("production"), "{error}");
    assert!(ENVIRONMENTS.contains("keys/production"));
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_an_environment_takes_none_of_its_keys() {
    let fixture = Fixture::new(PEOPLE);
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
    std::fs::remove_dir_all(fixture.path("keys")).unwrap();
    let status = weir_pipeline::status::status(&fixture.weir(), None, &context())
        .await
        .unwrap();
    assert_eq!(status.exit_code(), 0, "{:#?}", status.questions);
    assert_eq!(status.questions[1].verdict, Verdict::Good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_found_though_another_environments_records_cannot_be_read() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    let report = fixture.run_well("staging").await;
    let closed = fixture.config.replace(
        "    store: stores/production\n",
        "    store: {url: \"s3://elsewhere\", access_key_id: {file: keys/not-there}, secret_access_key: {file: keys/not-there}}\n",
    );
    let fixture = Fixture {
        config: closed,
        ..fixture
    };
    let weir = fixture.weir();
    let run = &report.jobs[0].run;
    assert!(history::run_record(&weir, run, &context()).await.is_ok());
    assert!(history::log(&weir, run, &context()).await.is_ok());
    let filter = RunFilter {
        limit: 10,
        ..RunFilter::default()
    };
    let runs = history::runs(&weir, &filter, &context())
        .await
        .unwrap()
        .runs;
    assert_eq!(runs.len(), 1);
}
