//! What runs around jobs and operations: what it is told, what its failure does, what is kept.

use crate::fixture::{ENVIRONMENTS, Fixture, context};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use weir_model::error::Kind;
use weir_model::run::Outcome;
use weir_pipeline::plan::plan;
use weir_pipeline::{RunOptions, Selection, history};

const CANARY: &str = "canary-7f3a91@real.example";

/// One app whose job in staging has these hooks.
fn fixture(hooks: &str) -> Fixture {
    Fixture::with_environments(
        ENVIRONMENTS,
        &format!(
            "apps:\n  people:\n    engine: sqlite\n    database: people\n    in:\n      \
             staging: {{hooks: {hooks}}}\n      integration: {{sanitise: rules.yaml}}\n"
        ),
    )
}

/// A hook that appends a line about what it is told to `calls`.
fn tells(more: &str) -> String {
    let script = "echo $WEIR_MOMENT ${WEIR_OPERATION-job} ${WEIR_DATABASE-} ${WEIR_OUTCOME-} \
                  ${WEIR_BACKUP:+backup} ${CARGO_MANIFEST_DIR-} >> calls";
    format!("{{command: [sh, -c, '{script}']{more}}}")
}

fn calls(fixture: &Fixture) -> Vec<String> {
    let text = std::fs::read_to_string(fixture.path("calls")).unwrap_or_default();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(words).collect()
}

fn live(fixture: &Fixture) -> bool {
    fixture.path("staging-people.db").exists()
}

/// Answers one call with a status, and gives what was sent.
fn catcher(status: u16) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/secret-path", listener.local_addr().unwrap());
    let caught = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut sent = Vec::new();
        let mut buffer = [0; 4096];
        while !sent.ends_with(b"}") {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the call ended early");
            sent.extend_from_slice(&buffer[..read]);
        }
        let body = CANARY;
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .unwrap();
        String::from_utf8(sent).unwrap()
    });
    (url, caught)
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_run_around_the_job_and_its_operations_and_are_told_what_it_is() {
    let hook = tells("");
    let fixture = fixture(&format!(
        "{{before: [{hook}], after: [{hook}], restore: {{before: [{hook}], after: [{hook}]}}}}"
    ));
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    // Nothing else of Weir's environment is passed on.
    assert_eq!(
        calls(&fixture),
        [
            "before job",
            "before restore people",
            "after restore people succeeded backup",
            "after job succeeded",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_before_leaves_the_operation_untouched_and_those_after_are_called() {
    let fixture = fixture(&format!(
        "{{restore: {{before: [{{command: [sh, -c, 'echo {CANARY}; echo {CANARY} >&2; exit 3']}}], \
         after: [{}]}}}}",
        tells("")
    ));
    fixture.run_well("production").await;
    let report = fixture.run("staging").await;
    let error = report.first_error().unwrap();
    assert_eq!(error.kind(), Kind::Script);
    let shown = error.to_string();
    assert!(shown.contains("exit status: 3"), "{shown}");
    assert!(
        shown.contains("hook before the restore of people (sh)"),
        "{shown}"
    );
    let outcomes: Vec<_> = report.jobs[0].steps.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Skipped]);
    assert!(!live(&fixture));
    assert_eq!(calls(&fixture), ["after restore people failed"]);
    assert_nowhere(&fixture, CANARY);
    assert!(!format!("{report:?}").contains(CANARY));
}

/// Nothing in the stores, the records and the logs has the text.
fn assert_nowhere(fixture: &Fixture, text: &str) {
    let files = fixture.all_bytes("stores");
    assert!(!files.is_empty());
    for (path, bytes) in files {
        let found = bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes());
        assert!(!found, "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_after_is_reported_or_fails_the_run_whose_copy_stays() {
    for (more, fails) in [("", false), (", on_failure: fail", true)] {
        let fixture = fixture(&format!(
            "{{restore: {{after: [{{command: ['false']{more}}}]}}}}"
        ));
        fixture.run_well("production").await;
        let report = fixture.run("staging").await;
        assert_eq!(report.first_error().is_some(), fails);
        assert_eq!(report.jobs[0].steps[0].outcome, Outcome::Succeeded);
        assert!(live(&fixture));
        let log = log_of(&fixture, &report.jobs[0].run).await;
        assert!(
            log.contains("hook after the restore of people (false)"),
            "{log}"
        );
        assert_eq!(log.contains("is done and stays"), fails, "{log}");
    }
}

async fn log_of(fixture: &Fixture, run: &str) -> String {
    let found = history::log(&fixture.weir(), run, &context())
        .await
        .unwrap();
    format!("{found:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_before_the_job_keeps_all_of_it_from_starting() {
    let fixture = fixture(&format!(
        "{{before: [{{command: ['/does/not/exist']}}], after: [{}]}}",
        tells("")
    ));
    fixture.run_well("production").await;
    let report = fixture.run("staging").await;
    let shown = report.first_error().unwrap().to_string();
    assert!(shown.contains("did not start"), "{shown}");
    assert!(!live(&fixture));
    assert_eq!(calls(&fixture), ["after job failed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_hangs_is_killed_with_all_it_started() {
    let fixture = fixture(
        "{before: [{command: [sh, -c, 'sleep 300 & echo $! > child; wait'], deadline: 1s}]}",
    );
    fixture.run_well("production").await;
    let began = Instant::now();
    let report = fixture.run("staging").await;
    let shown = report.first_error().unwrap().to_string();
    assert!(shown.contains("longer than 1s"), "{shown}");
    assert!(began.elapsed() < Duration::from_secs(60));
    let child = std::fs::read_to_string(fixture.path("child")).unwrap();
    let state = format!("/proc/{}/stat", child.trim());
    // Gone, or waiting for somebody to see that it is.
    while std::fs::read_to_string(&state).is_ok_and(|stat| !stat.contains(") Z")) {
        assert!(began.elapsed() < Duration::from_secs(60), "it still lives");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_sent_the_same_as_json_and_its_answer_counts_but_is_not_kept() {
    for status in [200, 500] {
        let (url, caught) = catcher(status);
        let fixture = fixture("{restore: {before: [{webhook: {file: keys/hook}}]}}");
        fixture.write("keys/hook", &url);
        fixture.run_well("production").await;
        let report = fixture.run("staging").await;
        assert_eq!(report.first_error().is_none(), status == 200);
        let sent = caught.join().unwrap();
        assert!(sent.starts_with("POST /secret-path "), "{sent}");
        let (_, body) = sent.split_once("\r\n\r\n").unwrap();
        let told: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(told["environment"], "staging");
        assert_eq!(told["operation"], "restore");
        assert_eq!(told["moment"], "before");
        assert_eq!(told["run"], report.jobs[0].run);
        for private in [CANARY, "secret-path"] {
            assert_nowhere(&fixture, private);
            assert!(!format!("{report:?}").contains(private), "{report:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_the_hooks_and_calls_none() {
    let fixture = fixture(&format!(
        "{{before: [{0}], restore: {{after: [{0}]}}, drill: {{before: [{0}]}}}}",
        tells("")
    ));
    fixture.run_well("production").await;
    let selection = Selection::parse("staging", false);
    let options = RunOptions::default();
    let plan = plan(&fixture.weir(), &selection, &options, &context())
        .await
        .unwrap();
    let [before, after] = &plan.jobs[0].hooks[..] else {
        panic!("{:?}", plan.jobs[0].hooks);
    };
    assert!(before.starts_with("before: command sh"), "{before}");
    assert!(after.starts_with("restore.after: command sh"), "{after}");
    assert_eq!(calls(&fixture), Vec::<String>::new());
}
