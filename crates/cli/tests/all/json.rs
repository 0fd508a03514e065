//! `--json`: one document on standard output, errors as JSON lines on standard error.

use crate::command;
use crate::fleet::Fleet;
use serde_json::Value;

#[test]
fn every_reporting_verb_prints_one_document_and_nothing_else() {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop --json");
    let backup = fleet.newest_backup("production");
    for words in [
        "run --all",
        "plan",
        "backup production/shop",
        "restore staging/shop",
        "verify production/shop",
        "verify staging/shop --live",
        "rollback staging/shop",
        "heal",
        "status",
        "doctor",
        "compare production/shop production/shop",
        "holds",
        "prune staging --history",
        "runs",
        "backups list production",
        &format!("backups show {backup}"),
        &format!("backups pull {backup} there"),
        "config check",
        "config check staging",
        "config show",
        "config show staging/shop",
        "config schema",
        "keys public staging.key",
        "sanitise check",
        "sanitise preview integration/shop",
        "sanitise schema",
        "scan production/shop",
    ] {
        let ended = fleet.succeed(&format!("{words} --json"));
        assert!(ended.json().is_object(), "{words}");
        assert_eq!(ended.stderr, "", "{words}");
    }
}

#[test]
fn a_run_reports_its_steps() {
    let fleet = Fleet::new();
    let report = fleet.succeed("run --all --json").json();
    let jobs = report["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 3);
    let steps: Vec<&str> = jobs
        .iter()
        .flat_map(|job| job["steps"].as_array().unwrap())
        .map(|step| step["operation"].as_str().unwrap())
        .collect();
    assert_eq!(
        steps,
        [
            "backup",
            "restore",
            "transform",
            "backup",
            "restore",
            "backup"
        ]
    );
    assert!(jobs.iter().all(|job| job["error"].is_null()));
    let clean = &jobs[2]["steps"][0]["sanitising"];
    assert_eq!(clean, "sanitised");
}

#[test]
fn an_error_is_one_line_with_kind_and_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    for (words, kind) in [("status --json", "config"), ("nothing --json", "usage")] {
        let ended = command::run(folder.path(), words);
        assert_eq!(ended.stdout, "", "{words}");
        let error: Value = serde_json::from_str(&ended.stderr).unwrap();
        assert_eq!(error["error"]["kind"], kind);
        assert_eq!(error["error"]["exit_code"], ended.code);
    }
}

#[test]
fn mistakes_in_the_file_are_listed_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("weir.yaml"),
        "weir: 1\nenvironmets: {}\n",
    )
    .unwrap();
    let ended = command::run(folder.path(), "config check --json");
    let error: Value = serde_json::from_str(&ended.stderr).unwrap();
    let problems = error["error"]["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|problem| problem["line"] == 2),
        "{problems:?}"
    );
}

#[test]
fn events_are_json_lines_when_asked_for() {
    let fleet = Fleet::new();
    let ended = fleet.succeed("run production/shop --json -v");
    let events: Vec<Value> = ended
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        events.iter().any(|event| event["event"] == "step"),
        "{}",
        ended.stderr
    );
}
