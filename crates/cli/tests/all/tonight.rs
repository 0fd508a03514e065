//! `weir plan --tonight`.

use crate::fleet::Fleet;

/// A job that is never fresh: what it takes is made by hand only.
fn misplan(fleet: &Fleet) {
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace(r#"    schedule: "0 1 * * *""#, r#"    schedule: by-hand"#);
    std::fs::write(file, text).unwrap();
}

#[test]
fn the_night_is_a_timeline_with_what_runs_took_before() {
    let fleet = Fleet::new();
    for place in ["production", "staging", "integration"] {
        fleet.succeed(&format!("run {place}/shop"));
    }
    let before = fleet.files();
    let plan = fleet.succeed("plan --tonight --json").json();
    assert_eq!(fleet.files(), before, "a plan stores nothing");
    assert_eq!(plan["unreadable"], serde_json::json!([]));
    let entries = plan["entries"].as_array().unwrap();
    let job = |name: &str| {
        let mut entries = entries.iter();
        entries.find(|entry| entry["job"] == name).unwrap().clone()
    };
    for name in ["production/shop", "staging/shop", "integration/shop"] {
        let entry = job(name);
        assert!(entry["usual_seconds"].is_u64(), "{entry}");
        assert!(
            entry["starts"].is_string() && entry["ends"].is_string(),
            "{entry}"
        );
    }
    let text = fleet.succeed("plan --tonight").stdout;
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(text.contains("integration/shop"), "{text}");
    let one = fleet.succeed("plan staging/shop --tonight").stdout;
    assert!(
        one.contains("staging/shop") && !one.contains("integration/shop"),
        "{one}"
    );
}

#[test]
fn it_warns_of_what_cannot_work() {
    let fleet = Fleet::new();
    misplan(&fleet);
    let text = fleet.succeed("plan --tonight").stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "integration/shop can never have fresh data: staging/shop runs only by hand";
    assert!(text.contains(expected), "{text}");
    let refused = fleet.run("plan --tonight --from-start");
    assert_eq!(refused.code, 2, "{}", refused.all());
}

#[test]
fn what_cannot_be_read_is_told_and_planned_by_its_schedule() {
    let fleet = Fleet::new();
    std::fs::create_dir_all(fleet.path().join("store")).unwrap();
    std::fs::write(fleet.path().join("store/staging"), "").unwrap();
    let plan = fleet.succeed("plan --tonight --json").json();
    assert_eq!(plan["unreadable"][0]["environment"], "staging");
    let entries = plan["entries"].as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["job"] == "staging/shop"));
}
