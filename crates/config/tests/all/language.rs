//! What a configuration means: precedence, inheritance, sources, defaults.

use weir_config::{Data, Job, OperationKind, Origin, show};

use crate::common::{read, with_apps};

fn job(text: &str, address: &str) -> Job {
    read(text).job(address).unwrap().clone()
}

fn path(origin: &Origin) -> &str {
    match origin {
        Origin::File { path, .. } => path,
        Origin::Default(why) => why,
    }
}

#[test]
fn the_strongest_place_of_a_value_counts() {
    let places = [
        (
            "apps.b.in.staging.jobs.main",
            "  b: {like: a, deadline: 2h, in: {staging: {deadline: 1h, jobs: {main: {deadline: 9h}}}}}\n",
        ),
        (
            "apps.b.in.staging",
            "  b: {like: a, deadline: 2h, in: {staging: {deadline: 1h}}}\n",
        ),
        ("apps.b", "  b: {like: a, deadline: 2h}\n"),
        ("apps.a.in.staging", "  b: {like: a, database: b}\n"),
    ];
    for (expected, app) in places {
        let app = app
            .replace("like: a,", "like: a, database: b,")
            .replace("database: b, database: b", "database: b");
        let text = with_apps(&format!(
            "  a: {{engine: sqlite, database: a, deadline: 4h, in: {{staging: {{deadline: 3h}}}}}}\n{app}"
        ));
        let job = job(&text, "staging/b");
        assert_eq!(path(&job.deadline.origin), format!("{expected}.deadline"));
    }
}

#[test]
fn below_the_apps_stand_the_environment_the_defaults_and_what_is_built_in() {
    let app = "  a: {engine: sqlite, database: a}\n";
    let environment = with_apps(app).replace("{store: s3://s,", "{store: s3://s, deadline: 3h,");
    assert_eq!(
        path(&job(&environment, "staging/a").deadline.origin),
        "environments.staging.deadline"
    );
    let defaults = with_apps(app).replace("defaults:\n", "defaults:\n  deadline: 5h\n");
    assert_eq!(
        path(&job(&defaults, "staging/a").deadline.origin),
        "defaults.deadline"
    );
    let built_in = job(&with_apps(app), "staging/a");
    assert_eq!(built_in.deadline.value.to_string(), "12h");
    assert_eq!(path(&built_in.deadline.origin), "nothing gives a deadline");
}

#[test]
fn operations_follow_from_where_the_data_comes_from() {
    use OperationKind::{Backup, Restore, Transform};
    let text = with_apps(
        "  a: {engine: sqlite, databases: [x, y], in: {staging: {transform: {y: y.sql}}, training: {data: own}}}\n",
    );
    let chains = |address: &str| -> Vec<Vec<OperationKind>> {
        let job = job(&text, address);
        job.databases
            .iter()
            .map(|database| database.operations.clone())
            .collect()
    };
    assert_eq!(chains("production/a"), [[Backup], [Backup]]);
    assert_eq!(
        chains("staging/a"),
        [vec![Restore, Backup], vec![Restore, Transform, Backup]]
    );
    assert_eq!(
        chains("integration/a"),
        [[Restore, Backup], [Restore, Backup]]
    );
    assert_eq!(chains("training/a"), [[Backup], [Backup]]);
    assert_eq!(job(&text, "training/a").data.value, Data::Own);
}

#[test]
fn an_app_from_elsewhere_is_where_it_says_and_takes_the_names_from_there() {
    let text = with_apps(
        "  chat: {engine: sqlite, database: chat_production}\n  chat-test: {engine: sqlite, from: production/chat, url: \"{environment}/{app}.db\", in: {integration: {}}}\n",
    );
    let fleet = read(&text);
    let addresses: Vec<&str> = fleet.jobs.iter().map(|job| job.address.as_str()).collect();
    assert_eq!(
        addresses
            .iter()
            .filter(|address| address.ends_with("chat-test"))
            .count(),
        1
    );
    let job = fleet.job("integration/chat-test").unwrap();
    let source = job.source.as_ref().unwrap();
    assert_eq!(
        (source.environment.as_str(), source.instance.as_str()),
        ("production", "chat-sqlite")
    );
    assert_eq!(job.databases[0].name, "chat_production");
    assert_eq!(
        job.databases[0].source_name.as_deref(),
        Some("chat_production")
    );
}

#[test]
fn databases_of_another_name_are_matched_by_their_place() {
    let text = with_apps(
        "  a: {engine: sqlite, databases: [x, y]}\n  b: {engine: sqlite, databases: [p, q], from: a, in: {staging: {}}}\n",
    );
    let job = job(&text, "staging/b");
    let sources: Vec<Option<&str>> = job
        .databases
        .iter()
        .map(|one| one.source_name.as_deref())
        .collect();
    assert_eq!(sources, [Some("x"), Some("y")]);
}

#[test]
fn an_app_has_the_jobs_it_names() {
    let text = with_apps(
        "  a:\n    engine: sqlite\n    databases: [x, y]\n    in:\n      staging:\n        jobs:\n          main: {}\n          late: {databases: [y], operations: [backup], schedule: \"0 9 * * *\", timezone: Europe/London}\n          undo: {operations: [recover], schedule: by-hand}\n",
    );
    let fleet = read(&text);
    let names: Vec<&str> = fleet
        .jobs_of("staging", "a")
        .map(|job| job.name.as_str())
        .collect();
    assert_eq!(names, ["late", "main", "undo"]);
    let late = fleet.job("staging/a/late").unwrap();
    assert_eq!(late.databases.len(), 1);
    assert_eq!(late.schedule.value.to_string(), "0 9 * * * (Europe/London)");
    assert!(
        fleet
            .job("staging/a/undo")
            .unwrap()
            .schedule
            .value
            .is_by_hand()
    );
}

#[test]
fn only_limits_the_environments() {
    let text = with_apps("  a: {engine: sqlite, database: a, only: [production, staging]}\n");
    let fleet = read(&text);
    let addresses: Vec<&str> = fleet.jobs.iter().map(|job| job.address.as_str()).collect();
    assert_eq!(addresses, ["production/a", "staging/a"]);
}

#[test]
fn show_gives_each_value_with_the_line_it_comes_from() {
    let text = with_apps(
        "  a:\n    engine: sqlite\n    database: a\n    in: {staging: {schedule: \"5 1 * * *\"}}\n",
    );
    let job = job(&text, "staging/a");
    let lines: Vec<String> = show(&job)
        .into_iter()
        .filter(|line| ["schedule", "deadline", "a: url"].contains(&line.field.as_str()))
        .map(|line| format!("{} = {} [{}]", line.field, line.value, line.origin))
        .collect();
    assert_eq!(
        lines,
        [
            "schedule = 5 1 * * * (UTC) [line 13 (apps.a.in.staging.schedule)]",
            "deadline = 12h [default: nothing gives a deadline]",
            "a: url = staging/a.db [line 8 (defaults.sqlite.url)]",
        ]
    );
}
