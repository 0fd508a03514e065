//! The first minutes: help, a starter file, completions, the language.

use crate::command;

const VERBS: [&str; 17] = [
    "demo",
    "init",
    "config",
    "keys",
    "plan",
    "run",
    "backup",
    "restore",
    "recover",
    "verify",
    "rollback",
    "heal",
    "status",
    "runs",
    "logs",
    "backups",
    "completions",
];

#[test]
fn help_lists_every_verb_and_each_verb_has_help() {
    let folder = tempfile::tempdir().unwrap();
    let help = command::succeed(folder.path(), "--help");
    for verb in VERBS {
        assert!(
            help.stdout.contains(&format!("  {verb} ")),
            "{verb}: {}",
            help.stdout
        );
        let own = command::succeed(folder.path(), &format!("{verb} --help"));
        assert!(own.stdout.contains("Usage: weir"), "{verb}: {}", own.stdout);
    }
}

#[test]
fn the_starter_file_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let written = command::succeed(folder.path(), "init");
    assert!(written.stdout.contains("weir plan"), "{}", written.stdout);
    let ended = command::succeed(folder.path(), "config check");
    assert!(ended.stdout.contains("is sound"), "{}", ended.stdout);
}

#[test]
fn another_file_can_be_named_by_flag_or_variable() {
    let folder = tempfile::tempdir().unwrap();
    command::succeed(folder.path(), "init --config other.yaml");
    command::succeed(folder.path(), "--config other.yaml config check");
    let mut named = command::weir(folder.path());
    let ended = command::finish(
        named
            .args(["config", "check"])
            .env("WEIR_CONFIG", "other.yaml"),
    );
    assert_eq!(ended.code, 0, "{}", ended.all());
}

#[test]
fn each_shell_gets_completions() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = command::succeed(folder.path(), &format!("completions {shell}"));
        assert!(ended.stdout.contains("rollback"), "{shell}");
    }
}

#[test]
fn a_job_is_shown_expanded_with_the_line_of_each_value() {
    let folder = tempfile::tempdir().unwrap();
    command::succeed(folder.path(), "init");
    let jobs = command::succeed(folder.path(), "config check --json").json();
    let job = jobs["jobs"][0].as_str().unwrap();
    let shown = command::succeed(folder.path(), &format!("config show {job}"));
    assert!(shown.stdout.contains("line "), "{}", shown.stdout);
    assert!(shown.stdout.contains("default: "), "{}", shown.stdout);
}
