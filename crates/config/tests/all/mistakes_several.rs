//! Several mistakes are told at once, and none of them twice or with a secret in it.

use crate::common::{problems, with_apps, with_change};

/// Places and messages, without the lines shown.
fn messages(text: &str) -> Vec<String> {
    problems(text)
        .lines()
        .filter(|line| line.starts_with("weir.yaml:"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn mistakes_in_many_places_are_reported_together() {
    let apps = "apps:\n  a: {engine: sqlite, databse: a}\n  b: {engine: oracle, database: b, deadline: long}\n  c: {like: d}\n";
    let text = with_change("keep: 30d", "keep: forever") + apps;
    assert_eq!(
        messages(&text),
        [
            "weir.yaml:3:37: this is not a duration",
            "weir.yaml:10:23: unknown field `databse`",
            "weir.yaml:11:15: unknown value `oracle`",
            "weir.yaml:11:46: this is not a duration",
            "weir.yaml:12:13: unknown app `d`",
        ]
    );
}

#[test]
fn mistakes_of_meaning_are_found_in_apps_beside_a_broken_one() {
    let text = with_apps(
        "  a: {engine: sqlite, databse: a}\n  b: {engine: postgres, database: b}\n  c: {like: a}\n",
    );
    assert_eq!(
        messages(&text),
        [
            "weir.yaml:10:23: unknown field `databse`",
            "weir.yaml:11:3: nothing says at which address the app `b` is",
        ]
    );
}

#[test]
fn a_secret_written_into_the_file_is_shown_by_no_problem() {
    let lines = [
        "pasword: hunter2",
        "password: hunter2, dedline: 2h",
        "password: [hunter2]",
        "password: {vault: hunter2}",
        "password: {env: X, file: hunter2-is-a-path}, url: 'postgres://weir:hunter2@db/x'",
        "url: 'mysql://db/x?password=hunter2', nonsense: 1",
        "password: \"hunter2",
    ];
    for line in lines {
        let text = with_apps(&format!("  a: {{engine: sqlite, database: a, {line}}}\n"));
        let told = problems(&text).replace("hunter2-is-a-path", "");
        assert!(!told.contains("hunter2"), "{told}");
    }
    let block =
        with_apps("  a:\n    engine: sqlite\n    database: a\n    password: |\n      hunter2\n");
    assert!(!problems(&block).contains("hunter2"));
}

#[test]
fn positions_are_right_behind_other_alphabets_and_windows_line_ends() {
    let apps = "  ä: 1\n";
    let unicode = with_apps("  a: {engine: sqlite, database: \"データ\", nonsense: 1}\n");
    assert!(messages(&unicode)[0].starts_with("weir.yaml:10:40: unknown field `nonsense`"));
    assert!(problems(&unicode).contains("^^^^^^^^ not a field here"));
    let windows = with_apps("  a: {engine: sqlite, nonsense: 1}\n").replace('\n', "\r\n");
    assert_eq!(
        messages(&windows)[0],
        "weir.yaml:10:23: unknown field `nonsense`"
    );
    assert!(problems(&with_apps(apps)).contains("expected a map of fields"));
}
