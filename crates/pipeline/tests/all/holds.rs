//! What an operator stops for a while does not start, whoever starts it; the rest goes on.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_config::OperationKind;
use weir_model::error::Kind;
use weir_model::hold::Hold;
use weir_model::run::Outcome;
use weir_pipeline::holds::{self, NewHold};
use weir_pipeline::plan::plan;
use weir_pipeline::rollback::rollback;
use weir_pipeline::status::{CellState, Verdict, status};
use weir_pipeline::{JobReport, RunOptions, Selection, history};

fn new_hold(place: &str, operation: Option<&str>) -> NewHold {
    NewHold {
        place: place.to_owned(),
        operation: operation.map(str::to_owned),
        owner: "alice".to_owned(),
        reason: "penetration test".to_owned(),
        until: "2026-11-24T12:00:00Z".parse().unwrap(),
    }
}

async fn hold(fixture: &Fixture, place: &str, operation: Option<&str>) -> Hold {
    let new = new_hold(place, operation);
    holds::place(&fixture.weir(), new, &context())
        .await
        .unwrap()
}

/// A fleet that has run once, with more people in production and another backup of them.
async fn fleet() -> Fixture {
    let fixture = Fixture::new(PEOPLE);
    for environment in ["production", "staging", "integration"] {
        fixture.run_well(environment).await;
    }
    fixture.fill("production-people.db", 200);
    fixture.clock.set("2026-11-22T23:00:00Z");
    fixture.run_well("production").await;
    fixture.clock.set("2026-11-23T01:00:00Z");
    fixture
}

fn outcomes(job: &JobReport) -> Vec<(&str, Outcome)> {
    let steps = job.steps.iter();
    steps
        .map(|step| (step.operation.as_str(), step.outcome))
        .collect()
}

fn people(fixture: &Fixture, environment: &str) -> String {
    let database = format!("{environment}-people.db");
    fixture.query(&database, "SELECT count(*) FROM users")
}

fn by_hand(despite: &[&Hold]) -> RunOptions {
    RunOptions {
        operations: Some(vec![OperationKind::Restore, OperationKind::Transform]),
        despite_holds: despite.iter().map(|hold| hold.id.clone()).collect(),
        ..RunOptions::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_restore_is_left_out_while_backups_and_what_is_downstream_go_on() {
    let fixture = fleet().await;
    let held = hold(&fixture, "staging/people", Some("restore")).await;
    let selection = Selection::parse("staging/people", true);
    let report = fixture.run_with(&selection, &RunOptions::default()).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    let [staging, integration] = &report.jobs[..] else {
        panic!("{report:?}");
    };
    let (out, done) = (Outcome::Skipped, Outcome::Succeeded);
    assert_eq!(
        outcomes(staging),
        [("restore", out), ("transform", out), ("backup", done)]
    );
    assert_eq!(staging.outcome, done);
    let failure = staging.steps[1].failure.as_ref().unwrap();
    assert_eq!(failure.kind, "held");
    assert_eq!(
        failure.cause,
        "held by alice until 2026-11-24 12:00 UTC: penetration test"
    );
    assert!(failure.hint.as_ref().unwrap().contains(&held.id));
    assert_eq!(integration.outcome, done, "staging's own backup is newer");
    assert_eq!(
        (people(&fixture, "staging"), people(&fixture, "production")),
        ("90".into(), "200".into())
    );

    // It ends by itself.
    fixture.clock.set("2026-11-24T12:00:00Z");
    fixture.run_well("staging").await;
    assert_eq!(people(&fixture, "staging"), "180");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_copies_from_a_held_backup_is_left_out_and_that_is_no_failure() {
    let fixture = fleet().await;
    hold(&fixture, "staging/people", Some("backup")).await;
    let selection = Selection::parse("staging/people", true);
    let report = fixture.run_with(&selection, &RunOptions::default()).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    assert_eq!(people(&fixture, "staging"), "180");
    let integration = &report.jobs[1];
    assert_eq!(integration.outcome, Outcome::Skipped);
    let why = &integration.steps[0].failure.as_ref().unwrap().cause;
    assert!(why.contains("staging/people is held"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_a_held_restore_is_refused_unless_the_hold_is_named_which_is_recorded() {
    let fixture = fleet().await;
    let held = hold(&fixture, "staging", Some("restore")).await;
    let selection = Selection::parse("staging/people", false);
    let report = fixture.run_with(&selection, &by_hand(&[])).await;
    let error = report.first_error().unwrap();
    assert_eq!((error.kind(), error.kind().exit_code()), (Kind::Held, 34));
    assert!(error.to_string().contains("penetration test"));
    assert_eq!(
        report.jobs[0].run, "",
        "a slip of the one who typed is no run"
    );
    let weir = fixture.weir();
    let plain = RunOptions::default();
    let refused = rollback(&weir, "staging/people", &plain, &context()).await;
    assert_eq!(refused.unwrap_err().kind(), Kind::Held);

    let report = fixture.run_with(&selection, &by_hand(&[&held])).await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    assert_eq!(people(&fixture, "staging"), "180");
    let run = history::run_record(&weir, &report.jobs[0].run, &context()).await;
    assert_eq!(run.unwrap().started.despite_holds, [held.id.as_str()]);
    rollback(&weir, "staging/people", &by_hand(&[&held]), &context())
        .await
        .unwrap();
    assert_eq!(people(&fixture, "staging"), "90");
    holds::release(&weir, &held.id, "bob", &context())
        .await
        .unwrap();
    rollback(&weir, "staging/people", &plain, &context())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_hold_cannot_be_read_no_restore_starts_and_backups_go_on() {
    let fixture = fleet().await;
    let folder = fixture.path("stores/staging/_weir/holds");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("hold-0000000a.json"), "{").unwrap();
    let report = fixture.run("staging/people").await;
    let job = &report.jobs[0];
    let (failed, out, done) = (Outcome::Failed, Outcome::Skipped, Outcome::Succeeded);
    assert_eq!(
        outcomes(job),
        [("restore", failed), ("transform", out), ("backup", done)]
    );
    let error = report.first_error().unwrap();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(error.to_string().contains("hold-0000000a"), "{error}");
    let weir = fixture.weir();
    let report = status(&weir, Some("staging"), &context()).await.unwrap();
    let question = report.questions.iter().find(|it| it.id == "held").unwrap();
    assert_eq!(question.verdict, Verdict::Bad);
    assert_eq!(question.exceptions[0].command, "weir release hold-0000000a");
    let released = holds::release(&weir, "hold-0000000a", "bob", &context()).await;
    assert!(released.unwrap().is_empty());
    fixture.run_well("staging").await;
    assert_eq!(people(&fixture, "staging"), "180");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_held_as_a_whole_is_left_out_recorded_and_not_late() {
    let fixture = fleet().await;
    fixture.clock.set("2026-11-22T23:30:00Z");
    let held = hold(&fixture, "staging", None).await;
    fixture.clock.set("2026-11-23T01:00:00Z");
    let report = fixture.run("staging").await;
    assert!(report.first_error().is_none(), "{:?}", report.first_error());
    assert_eq!(report.jobs[0].outcome, Outcome::Skipped);
    assert!(
        report.jobs[0]
            .steps
            .iter()
            .all(weir_model::run::Step::is_held)
    );
    let weir = fixture.weir();
    let run = history::run_record(&weir, &report.jobs[0].run, &context()).await;
    let ended = run.unwrap().ended.unwrap();
    assert_eq!((ended.outcome, ended.failure), (Outcome::Skipped, None));

    fixture.clock.set("2026-11-23T04:00:00Z");
    for released in [false, true] {
        if released {
            holds::release(&weir, "staging", "bob", &context())
                .await
                .unwrap();
        }
        let report = status(&weir, Some("staging"), &context()).await.unwrap();
        assert_eq!(report.exit_code(), 0, "{:#?}", report.questions);
        let due = report.questions.iter().find(|it| it.id == "due").unwrap();
        assert_eq!(due.verdict, Verdict::Notice, "told, and no alarm");
        let cell = &report.matrix[0].cells["staging"];
        assert_eq!(cell.state, CellState::Well);
        let now: Vec<&str> = cell.held.iter().map(|hold| hold.id.as_str()).collect();
        let expected = if released {
            vec![]
        } else {
            vec![held.id.as_str()]
        };
        assert_eq!(now, expected);
    }
    // The next time it is due it is late again.
    fixture.clock.set("2026-11-24T04:00:00Z");
    let report = status(&weir, Some("staging"), &context()).await.unwrap();
    assert_eq!(report.exit_code(), 63, "{:#?}", report.questions);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_no_excuse_for_a_run_that_failed() {
    let fixture = fleet().await;
    std::fs::write(fixture.path("keys/staging"), "no key").unwrap();
    assert!(fixture.run("staging").await.first_error().is_some());
    let held = hold(&fixture, "staging", None).await;
    for released in [false, true] {
        if released {
            holds::release(&fixture.weir(), &held.id, "bob", &context())
                .await
                .unwrap();
        }
        let weir = fixture.weir();
        let report = status(&weir, Some("staging"), &context()).await.unwrap();
        let due = report.questions.iter().find(|it| it.id == "due").unwrap();
        assert_eq!(due.verdict, Verdict::Bad, "{due:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_says_that_holds_cannot_be_read_where_the_records_can() {
    let fixture = fleet().await;
    let folder = fixture.path("stores/staging/_weir/holds");
    std::fs::create_dir_all(&folder).unwrap();
    let circle = folder.join("hold-0000000a.json");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    let weir = fixture.weir();
    let report = status(&weir, Some("staging"), &context()).await.unwrap();
    let held = report.questions.iter().find(|it| it.id == "held").unwrap();
    assert_eq!(held.verdict, Verdict::Unknown, "{held:#?}");
    assert_eq!(held.exceptions[0].command, "weir holds staging");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_what_is_held() {
    let fixture = fleet().await;
    let held = hold(&fixture, "staging/people/main", Some("restore")).await;
    let weir = fixture.weir();
    let selection = Selection::parse("staging/people", true);
    let planned = plan(&weir, &selection, &RunOptions::default(), &context()).await;
    let planned = planned.unwrap();
    assert!(planned.first_obstacle().is_none(), "{planned:#?}");
    let [staging, integration] = &planned.jobs[..] else {
        panic!("{planned:#?}");
    };
    let shown: Vec<_> = staging
        .steps
        .iter()
        .map(|step| step.left_out.as_deref())
        .collect();
    let why = "held by alice until 2026-11-24 12:00 UTC: penetration test";
    assert_eq!(shown, [Some(why), Some(why), None]);
    assert!(integration.steps.iter().all(|step| step.left_out.is_none()));
    let by_name = plan(&weir, &selection, &by_hand(&[]), &context())
        .await
        .unwrap();
    assert_eq!(by_name.first_obstacle().unwrap().kind, "held");
    let despite = plan(&weir, &selection, &by_hand(&[&held]), &context())
        .await
        .unwrap();
    assert!(despite.first_obstacle().is_none(), "{despite:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_held_is_refused() {
    let fixture = Fixture::new(PEOPLE);
    let weir = fixture.weir();
    let with = |change: fn(&mut NewHold)| {
        let mut new = new_hold("staging/people", Some("restore"));
        change(&mut new);
        new
    };
    for (wrong, cause) in [
        (with(|new| new.place = "nowhere".to_owned()), "nowhere"),
        (
            with(|new| new.place = "staging/nothing".to_owned()),
            "nothing",
        ),
        (
            with(|new| new.operation = Some("transform".to_owned())),
            "cannot be held",
        ),
        (
            with(|new| new.operation = Some("lunch".to_owned())),
            "cannot be held",
        ),
        (with(|new| new.reason = " ".to_owned()), "a reason"),
        (
            with(|new| new.until = "2026-11-22T12:00:00Z".parse().unwrap()),
            "over already",
        ),
        (
            with(|new| new.until = "2027-06-01T12:00:00Z".parse().unwrap()),
            "at most 90 days",
        ),
    ] {
        let error = holds::place(&weir, wrong, &context()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().contains(cause), "{cause}: {error}");
    }
    for unknown in ["hold-00000000", "staging/people", "nowhere"] {
        let error = holds::release(&weir, unknown, "bob", &context()).await;
        assert_eq!(error.unwrap_err().kind(), Kind::Usage, "{unknown}");
    }
    let listed = holds::list(&weir, None, true, &context()).await.unwrap();
    assert!(listed.holds.is_empty() && listed.unreadable.is_empty());
}
