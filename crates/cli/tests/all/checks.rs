//! CHECKs are held against the rules before data moves: proven, tried, refused, or told to be
//! unproven.

use crate::fleet::Fleet;

/// A fleet whose customers are checked, once through all environments up to staging.
fn checked_fleet() -> Fleet {
    let fleet = Fleet::new();
    let production = fleet.database("production");
    production
        .execute_batch(
            "CREATE TABLE people (id INTEGER PRIMARY KEY,
                status TEXT CHECK (status IN ('new', 'paid')),
                phone TEXT CONSTRAINT dialled CHECK (phone GLOB '+[0-9]*'),
                low INTEGER, high INTEGER, CONSTRAINT ordered CHECK (low <= high));
             INSERT INTO people VALUES (1, 'new', '+4930555', 1, 9);",
        )
        .unwrap();
    rules(&fleet, "{mask: pick, values: [new, paid]}", "phone");
    fleet.succeed("run production");
    fleet.succeed("run staging");
    fleet
}

fn rules(fleet: &Fleet, status: &str, phone: &str) {
    let text = format!(
        "weir-rules: 1
tables:
  customers: {{columns: {{id: keep, email: email, name: name}}}}
  orders: keep
  people:
    columns:
      id: keep
      status: {status}
      phone: {phone}
      low: {{mask: number, min: 1, max: 5}}
      high: keep
"
    );
    std::fs::write(fleet.path().join("rules.yaml"), text).unwrap();
}

#[test]
fn what_is_proven_tried_and_unproven_is_told() {
    let fleet = checked_fleet();
    let all = fleet.succeed("sanitise check").stdout;
    for part in [
        "CHECKs over masked columns: 1 proven, 1 tried, 1 unproven",
        "people ordered: `high` is kept, and its values are not known",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    let json = fleet.succeed("sanitise check --json").json();
    let checks = json["checked"][0]["checks"].as_array().unwrap();
    let told: Vec<(&str, &str)> = checks
        .iter()
        .map(|check| {
            (
                check["check"].as_str().unwrap(),
                check["holds"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("status IN ('new', 'paid')", "proven"),
            ("dialled", "tried"),
            ("ordered", "unproven"),
        ]
    );
    for words in ["plan integration/shop", "plan integration/shop --json"] {
        let plan = fleet.succeed(words).stdout;
        let doubt = "unproven: CHECK ordered of people";
        assert!(plan.contains(doubt), "{words}\n{plan}");
    }
    let ran = fleet.succeed("run integration").all();
    assert!(ran.contains("unproven: CHECK ordered of people"), "{ran}");
}

#[test]
fn rules_that_break_a_check_are_refused_with_their_line() {
    let fleet = checked_fleet();
    for (status, phone, parts) in [
        (
            "{mask: fixed, value: sold}",
            "phone",
            ["rules.yaml:8:", "breaks CHECK status IN ('new', 'paid')"],
        ),
        ("keep", "hash", ["rules.yaml:9:", "breaks CHECK dialled"]),
    ] {
        rules(&fleet, status, phone);
        for words in [
            "sanitise check",
            "sanitise check --live",
            "plan integration/shop",
            "run integration",
        ] {
            let ended = fleet.run(words);
            assert_eq!(ended.code, 40, "{words}\n{}", ended.all());
            for part in parts {
                assert!(
                    ended.all().contains(part),
                    "{words}: {part}\n{}",
                    ended.all()
                );
            }
            assert!(!ended.all().contains("4930555"), "{words}\n{}", ended.all());
        }
    }
}
