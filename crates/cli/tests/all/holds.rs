//! Holds as an operator types them.

use crate::fleet::{Fleet, number};

fn hold(fleet: &Fleet, words: &[&str]) -> crate::command::Ended {
    let mut command = fleet.command("hold");
    command.args(words).env("USER", "alice").args(["--json"]);
    crate::command::finish(&mut command)
}

fn customers(fleet: &Fleet) -> i64 {
    number(&fleet.database("staging"), "SELECT count(*) FROM customers")
}

#[test]
fn a_hold_is_placed_seen_everywhere_disregarded_by_name_and_released() {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop");
    fleet.succeed("run staging/shop");
    let production = fleet.database("production");
    let add = "INSERT INTO customers VALUES (3, 'mary@private.example', 'Mary')";
    production.execute_batch(add).unwrap();
    fleet.succeed("run production/shop");

    let placed = hold(
        &fleet,
        &[
            "staging/shop",
            "--op",
            "restore",
            "--until",
            "3d",
            "--reason",
            "penetration test",
        ],
    );
    assert_eq!(placed.code, 0, "{}", placed.all());
    let placed = placed.json()["hold"].clone();
    let id = placed["id"].as_str().unwrap();
    assert_eq!(
        (&placed["owner"], &placed["operation"]),
        (&"alice".into(), &"restore".into())
    );

    let ran = fleet.succeed("run staging/shop").stdout;
    assert!(
        ran.contains("restore staging/shop: held by alice until"),
        "{ran}"
    );
    assert!(ran.contains("penetration test"), "{ran}");
    assert_eq!(customers(&fleet), 2);
    let restored = fleet.run("restore staging/shop");
    assert_eq!(restored.code, 34, "{}", restored.all());
    assert!(restored.stderr.contains(id), "{}", restored.all());
    for words in [
        "status",
        "plan staging/shop",
        "config show staging/shop",
        "holds",
    ] {
        let shown = fleet.run(words);
        assert!(
            shown.stdout.contains("penetration test"),
            "{words}: {}",
            shown.all()
        );
    }
    assert!(
        fleet.run("status").stdout.contains("restore held"),
        "in the matrix"
    );
    let shown = fleet.succeed("config show staging/shop --json").json();
    assert_eq!(shown["held"][0]["id"], id);

    let restored = fleet
        .succeed(&format!("restore staging/shop --despite-hold {id} --json"))
        .json();
    assert_eq!(customers(&fleet), 3);
    let run = restored["jobs"][0]["run"].as_str().unwrap();
    let run = fleet.succeed(&format!("runs {run} --json")).json();
    assert_eq!(run["started"]["despite_holds"][0], id);

    fleet.succeed("release staging/shop --by bob");
    assert!(fleet.succeed("holds").stdout.contains("Nothing is held"));
    let all = fleet.succeed("holds staging --all --json").json();
    assert_eq!(all["holds"][0]["released"]["by"], "bob");
    assert_eq!(all["holds"][0]["in_force"], false);
    fleet.succeed("restore staging/shop");
}

#[test]
fn a_hold_that_makes_no_sense_is_refused() {
    let fleet = Fleet::new();
    for (words, cause) in [
        (vec!["staging", "--until", "3d"], "required arguments"),
        (vec!["staging", "--reason", "x"], "required arguments"),
        (
            vec!["staging", "--reason", "x", "--until", "91d"],
            "at most 90 days",
        ),
        (
            vec!["staging", "--reason", "x", "--until", "someday"],
            "this is no moment",
        ),
        (vec!["nowhere", "--reason", "x", "--until", "3d"], "nowhere"),
    ] {
        let refused = hold(&fleet, &words);
        assert_eq!(refused.code, 2, "{}", refused.all());
        assert!(refused.stderr.contains(cause), "{cause}: {}", refused.all());
    }
    assert_eq!(fleet.run("release hold-00000000").code, 2);
}

#[test]
fn a_whole_environment_is_held_and_its_history_pruned() {
    let fleet = Fleet::new();
    let placed = hold(
        &fleet,
        &[
            "staging", "--until", "friday", "--reason", "a move", "--by", "carol",
        ],
    );
    assert_eq!(placed.json()["hold"]["owner"], "carol");
    let ran = fleet.succeed("run staging --json").json();
    assert_eq!(ran["jobs"][0]["outcome"], "skipped");
    assert!(ran["jobs"][0]["error"].is_null());
    let skipped = fleet.succeed("runs --outcome skipped --json").json();
    assert_eq!(skipped["runs"].as_array().unwrap().len(), 1);
    assert!(
        fleet
            .succeed("runs --outcome failed")
            .stdout
            .contains("No such runs")
    );
    let pruned = fleet.succeed("prune staging --history --json").json();
    assert_eq!(
        (&pruned["runs"], &pruned["applied"]),
        (&0.into(), &false.into())
    );
    assert_eq!(fleet.run("prune staging --history --keep-runs 1h").code, 2);
    // The command that it prints keeps what was asked for.
    let old = fleet
        .path()
        .join("store/staging/_weir/holds/hold-0000000a.json");
    let hold = r#"{"id":"hold-0000000a","environment":"staging","owner":"a","reason":"b",
        "from":"2020-01-01T00:00:00Z","until":"2020-01-02T00:00:00Z"}"#;
    std::fs::write(old, hold).unwrap();
    let looked = fleet.succeed("prune staging --history --keep-runs 400d");
    let command = "prune staging --history --keep-runs 400d --apply";
    assert!(looked.stdout.contains(command), "{}", looked.stdout);
}

#[test]
fn a_hold_says_nothing_that_steers_a_terminal_or_forges_a_line() {
    let fleet = Fleet::new();
    for reason in ["a\nb", "\u{1b}[31mred", "turned \u{202e}around"] {
        let mut command = fleet.command("hold staging/shop --until 1d --reason");
        let refused = crate::command::finish(command.arg(reason));
        assert_eq!(refused.code, 2, "{}", refused.all());
        assert!(!refused.all().contains(reason), "{}", refused.all());
    }
}
