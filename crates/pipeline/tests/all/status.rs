//! The Monday-morning questions.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_pipeline::status::{CellState, StatusReport, Verdict, status};

async fn ask(fixture: &Fixture) -> StatusReport {
    status(&fixture.weir(), None, &context()).await.unwrap()
}

fn verdict(report: &StatusReport, id: &str) -> Verdict {
    report
        .questions
        .iter()
        .find(|question| question.id == id)
        .unwrap()
        .verdict
}

fn causes(report: &StatusReport, id: &str) -> String {
    let question = report
        .questions
        .iter()
        .find(|question| question.id == id)
        .unwrap();
    question
        .exceptions
        .iter()
        .map(|exception| {
            format!(
                "{} {}: {}\n",
                exception.place, exception.step, exception.cause
            )
        })
        .collect()
}

async fn run_all(fixture: &Fixture) {
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_questions_come_in_the_order_that_matters() {
    let fixture = Fixture::new(PEOPLE);
    let ids: Vec<&str> = ask(&fixture)
        .await
        .questions
        .iter()
        .map(|question| question.id)
        .collect();
    assert_eq!(
        ids,
        [
            "recoverable",
            "broken",
            "raw",
            "due",
            "running",
            "held",
            "age",
            "odd"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_never_ran_says_so() {
    let fixture = Fixture::new(PEOPLE);
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 60, "nothing can be recovered");
    assert!(causes(&report, "due").contains("staging/people restore: never ran"));
    assert!(
        report.matrix[0]
            .cells
            .values()
            .all(|cell| cell.state == CellState::NeverRan)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_ran_is_well() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 0, "{:#?}", report.questions);
    assert!(
        report.matrix[0]
            .cells
            .values()
            .all(|cell| cell.state == CellState::Well)
    );
    let facts = &report.questions[0].facts;
    assert!(facts[0].contains("last proven by a restore"), "{facts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_that_did_not_happen_is_late() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    fixture.clock.set("2026-11-25T12:00:00Z");
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 63);
    assert!(causes(&report, "due").contains("production/people backup: has not run since"));
    assert_eq!(report.matrix[0].cells["staging"].state, CellState::Late);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_with_its_cause_and_the_command_to_paste() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    fixture.write("staging.sql", "DELETE FROM nowhere;");
    fixture.run("staging").await;
    let report = ask(&fixture).await;
    assert!(
        causes(&report, "due").contains("staging.sql"),
        "{}",
        causes(&report, "due")
    );
    let due = &report.questions[3].exceptions[0];
    assert_eq!(due.command, "weir run staging/people");
    assert!(due.serving.contains("raw data from"), "{}", due.serving);
    assert_eq!(report.matrix[0].cells["staging"].state, CellState::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_in_a_clean_environment_are_raw_data_where_it_must_not_be() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    std::fs::copy(
        fixture.path("production-people.db"),
        fixture.path("integration-people.db.weir-shadow"),
    )
    .unwrap();
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 62);
    assert_eq!(verdict(&report, "raw"), Verdict::Bad);
    assert_eq!(verdict(&report, "broken"), Verdict::Good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sudden_loss_of_rows_is_odd() {
    let fixture = Fixture::new(PEOPLE);
    fixture.fill("production-people.db", 1_000);
    fixture.run_well("production").await;
    fixture.fill("production-people.db", 10);
    fixture.clock.set("2026-11-22T23:30:00Z");
    fixture.run_well("production").await;
    let report = ask(&fixture).await;
    assert!(causes(&report, "odd").contains("10 rows, 1000 the time before"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newest_backup_that_is_damaged_is_told_though_an_older_one_is_whole() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.clock.set("2026-11-22T23:30:00Z");
    let newest = fixture.run_well("production").await;
    let reference = newest.jobs[0].steps[0].backup.clone().unwrap();
    let (_, key) = reference.split_once(':').unwrap();
    let part = format!("stores/production/{key}/database.sqlite.zst");
    std::fs::write(fixture.path(&part), "cut").unwrap();
    let report = ask(&fixture).await;
    assert_eq!(verdict(&report, "recoverable"), Verdict::Notice);
    let told = causes(&report, "recoverable");
    assert!(told.contains(&reference), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_read_the_records_does_not_say_that_nothing_runs() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    std::fs::remove_dir_all(fixture.path("stores/staging")).unwrap();
    fixture.write("stores/staging", "in the way");
    let report = ask(&fixture).await;
    assert_eq!(verdict(&report, "running"), Verdict::Unknown);
    assert!(causes(&report, "running").contains("staging"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_died_is_not_being_done() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    fixture.clock.set("2026-11-23T02:30:00Z");
    leave_unfinished(&fixture, |_| {});
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 0, "it runs: {:#?}", report.questions);
    // Another machine, which cannot be asked whether the process lives, and a deadline long gone.
    leave_unfinished(&fixture, |started| {
        started.by.host = "elsewhere".to_owned();
        started.deadline = Some("2026-11-23T01:00:00Z".parse().unwrap());
    });
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 63, "{:#?}", report.questions);
    assert_eq!(report.matrix[0].cells["production"].state, CellState::Late);
    assert!(causes(&report, "running").contains("has died"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_under_way_is_not_the_work_that_was_due() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    fixture.clock.set("2026-11-23T02:30:00Z");
    leave_unfinished(&fixture, |started| started.verb = "drill".to_owned());
    let report = ask(&fixture).await;
    assert_eq!(report.exit_code(), 63, "{:#?}", report.questions);
    assert_eq!(verdict(&report, "running"), Verdict::Good);
}

/// Puts the start of a run of `production/people` there, and the other environments on time.
fn leave_unfinished(fixture: &Fixture, change: impl Fn(&mut weir_model::run::Started)) {
    for (environment, run) in [
        ("production", "20261122T231500Z-0a1b2c3d"),
        ("staging", "20261123T010500Z-0a1b2c3d"),
    ] {
        let at: jiff::Timestamp = "2026-11-22T23:15:00Z".parse().unwrap();
        let mut started = weir_model::run::Started {
            run: run.to_owned(),
            at,
            verb: "run".to_owned(),
            environment: environment.to_owned(),
            app: "people".to_owned(),
            job: "main".to_owned(),
            by: weir_store::this_process(),
            weir: "0.1.0".to_owned(),
            deadline: None,
            continues: None,
            definition: None,
            due: None,
            attempt: 1,
            requested_by: None,
            despite_holds: Vec::new(),
            group: None,
        };
        change(&mut started);
        let day = format!("{}-{}-{}", &run[..4], &run[4..6], &run[6..8]);
        let folder = fixture.path(&format!("stores/{environment}/_weir/runs/{day}/{run}"));
        std::fs::create_dir_all(&folder).unwrap();
        let bytes = serde_json::to_vec(&started).unwrap();
        std::fs::write(folder.join("started.json"), bytes).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_came_down_in_one_night_is_as_young_as_it_should_be() {
    let fixture = Fixture::new(PEOPLE);
    for (at, environment) in [
        ("2026-11-22T23:00:10Z", "production"),
        ("2026-11-23T01:00:10Z", "staging"),
        ("2026-11-23T03:00:10Z", "integration"),
    ] {
        fixture.clock.set(at);
        fixture.run_well(environment).await;
    }
    fixture.clock.set("2026-11-23T09:00:00Z");
    let report = ask(&fixture).await;
    assert_eq!(causes(&report, "age"), "");
    fixture.clock.set("2026-11-24T09:00:00Z");
    let report = ask(&fixture).await;
    assert!(causes(&report, "age").contains("integration/people"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_job_is_one_line() {
    let fixture = Fixture::new(PEOPLE);
    let report = ask(&fixture).await;
    assert_eq!(causes(&report, "due").lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_out_of_reach_is_asked_once_and_told_once() {
    let mut apps = "apps:\n".to_owned();
    for number in 0..20 {
        apps.push_str(&format!(
            "  app-{number}: {{engine: sqlite, database: app-{number}, only: [production, staging]}}\n"
        ));
    }
    let environments = crate::fixture::ENVIRONMENTS.replace(
        "    store: stores/production\n",
        "    store: {url: \"s3://elsewhere\", access_key_id: {env: HOME}, secret_access_key: {command: [sh, -c, \"echo asked >> asked; exit 1\"]}}\n",
    );
    let fixture = Fixture::with_environments(&environments, &apps);
    let report = ask(&fixture).await;
    let asked = std::fs::read_to_string(fixture.path("asked")).unwrap();
    assert_eq!(asked.lines().count(), 1);
    assert_eq!(verdict(&report, "recoverable"), Verdict::Unknown);
    let told = causes(&report, "recoverable");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("not readable from here"), "{told}");
    assert!(
        !told.contains("missing") && !told.contains("no backup"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn not_having_looked_is_not_clean() {
    let apps = PEOPLE.replace(
        "integration: {",
        "integration: {password: {file: keys/not-there}, ",
    );
    let fixture = Fixture::new(&apps);
    let report = ask(&fixture).await;
    assert_eq!(verdict(&report, "raw"), Verdict::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_environment_alone_claims_nothing_about_the_others() {
    let fixture = Fixture::new(PEOPLE);
    run_all(&fixture).await;
    let report = status(&fixture.weir(), Some("production"), &context())
        .await
        .unwrap();
    let fact = &report.questions[0].facts[0];
    assert!(!fact.contains("never proven"), "{fact}");
}
