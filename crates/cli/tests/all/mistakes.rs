//! Wrong input: a clear message, the right exit code, nothing lost.

use crate::command;
use crate::fleet::Fleet;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_missing_file_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let ended = command::run(folder.path(), "status");
    assert_eq!(ended.code, 10);
    assert!(
        ended.stderr.starts_with("error: read weir.yaml"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("weir init"), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("docs/errors/config.md"),
        "{}",
        ended.stderr
    );
}

#[test]
fn an_unknown_verb_and_an_unknown_flag_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        "resotre",
        "status --nonsense",
        "run --quiet --verbose --all",
        "",
    ] {
        let ended = command::run(folder.path(), words);
        assert_eq!(ended.code, 2, "{words}: {}", ended.all());
        assert_eq!(ended.stdout, "");
    }
}

#[test]
fn an_unknown_job_names_the_one_that_was_meant() {
    let fleet = Fleet::new();
    for words in [
        "backup production/shpo",
        "restore staging/shpo",
        "config show staging/shpo",
    ] {
        let ended = fleet.run(words);
        assert_eq!(ended.code, 2, "{words}: {}", ended.all());
        assert!(ended.stderr.contains("/shop"), "{words}: {}", ended.stderr);
    }
    let environment = fleet.run("status prodution");
    assert_eq!(environment.code, 2, "{}", environment.all());
    assert!(
        environment.stderr.contains("production"),
        "{}",
        environment.stderr
    );
}

#[test]
fn a_run_needs_to_be_told_what() {
    let fleet = Fleet::new();
    let ended = fleet.run("run");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("--all"), "{}", ended.stderr);
}

#[test]
fn every_mistake_of_a_configuration_is_shown_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = "weir: 1
environments:
  production: {store: one, schedule: \"61 * * * *\"}
  staging: {store: two, upstream: prodution, colour: red}
apps: {}
";
    std::fs::write(folder.path().join("weir.yaml"), text).unwrap();
    let ended = command::run(folder.path(), "config check");
    assert_eq!(ended.code, 10);
    for part in [
        "weir.yaml:3:",
        "weir.yaml:4:",
        "colour",
        "prodution",
        "61 * * * *",
    ] {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
}

#[test]
fn a_missing_secret_is_named_and_one_elsewhere_is_not_asked_for() {
    let fleet = Fleet::new();
    std::fs::remove_file(fleet.path().join("staging.key")).unwrap();
    let ended = fleet.run("config check staging");
    assert_eq!(ended.code, 11, "{}", ended.all());
    assert!(ended.stderr.contains("staging.key"), "{}", ended.stderr);
    fleet.succeed("config check production");
    fleet.succeed("backup production/shop");
    let restore = fleet.run("run staging/shop");
    assert_eq!(restore.code, 11, "{}", restore.all());
}

#[test]
fn a_missing_script_is_found_by_the_check() {
    let fleet = Fleet::new();
    std::fs::remove_file(fleet.path().join("staging.sql")).unwrap();
    let ended = fleet.run("config check");
    assert_eq!(ended.code, 10, "{}", ended.all());
    assert!(ended.stderr.contains("staging.sql"), "{}", ended.stderr);
    assert!(ended.stderr.contains("line "), "{}", ended.stderr);
}

#[test]
fn a_wrong_ruleset_is_found_by_the_check_with_its_line() {
    let fleet = Fleet::new();
    let rules = "weir-rules: 1\ntables:\n  customers:\n    columns: {email: emial}\n";
    std::fs::write(fleet.path().join("rules.yaml"), rules).unwrap();
    let ended = fleet.run("config check");
    assert_eq!(ended.code, 10, "{}", ended.all());
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("rules.yaml:4:"), "{}", ended.stderr);
    assert!(ended.stderr.contains("emial"), "{}", ended.stderr);
}

#[test]
fn the_log_of_a_failed_run_ends_with_the_error_and_what_to_do() {
    let fleet = Fleet::new();
    fleet.succeed("run production");
    std::fs::write(fleet.path().join("staging.sql"), "DELETE FROM nowhere;").unwrap();
    fleet.run("run staging");
    std::fs::remove_file(fleet.path().join("staging.key")).unwrap();
    fleet.run("run staging");
    let runs = fleet.succeed("runs staging --json").json();
    for (index, said) in [(0, "staging.key"), (1, "staging.sql")] {
        let run = runs["runs"][index]["started"]["run"].as_str().unwrap();
        for verb in ["logs", "runs"] {
            let told = fleet.succeed(&format!("{verb} {run}")).stdout;
            assert!(told.contains("error: ") && told.contains(said), "{told}");
            assert!(told.contains("\n hint: "), "{told}");
        }
    }
}

#[test]
fn a_store_that_is_a_file_is_reported_and_nothing_is_lost() {
    let fleet = Fleet::new();
    std::fs::write(fleet.path().join("store"), "in the way").unwrap();
    let ended = fleet.run("backup production/shop");
    assert_eq!(ended.code, 20, "{}", ended.all());
    assert!(ended.stderr.contains("store"), "{}", ended.stderr);
    assert_eq!(
        std::fs::read_to_string(fleet.path().join("store")).unwrap(),
        "in the way"
    );
}

#[test]
fn a_missing_database_is_reported_by_name() {
    let fleet = Fleet::new();
    std::fs::remove_file(fleet.path().join("production.db")).unwrap();
    let ended = fleet.run("backup production/shop");
    assert_eq!(ended.code, 30, "{}", ended.all());
    assert!(ended.stderr.contains("production.db"), "{}", ended.stderr);
}

#[test]
fn starting_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("weir.yaml"), "mine").unwrap();
    std::fs::write(folder.path().join("a.key"), "mine too").unwrap();
    for words in ["init", "keys new a.key", "keys new --masking a.key"] {
        let ended = command::run(folder.path(), words);
        assert_eq!(ended.code, 2, "{words}: {}", ended.all());
    }
    let demo = command::run(folder.path(), "demo --folder .");
    assert_eq!(demo.code, 2, "{}", demo.all());
    assert_eq!(
        std::fs::read_to_string(folder.path().join("weir.yaml")).unwrap(),
        "mine"
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("a.key")).unwrap(),
        "mine too"
    );
}

#[test]
fn a_key_file_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let made = command::succeed(folder.path(), "keys new a.key");
    let mode = std::fs::metadata(folder.path().join("a.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = command::succeed(folder.path(), "keys public a.key");
    assert_eq!(made.stdout, again.stdout);
    assert!(made.stdout.starts_with("weir-ed25519:"), "{}", made.stdout);
}
