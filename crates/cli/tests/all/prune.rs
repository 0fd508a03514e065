//! `weir prune` as an operator types it.

use crate::fleet::Fleet;

/// A fleet with `count` backups of production, all but the newest older than `keep`.
fn with_backups(count: u32) -> Fleet {
    let fleet = Fleet::new();
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replacen(
        "schedule: \"0 23 * * *\"}",
        "schedule: by-hand, keep: 1s}",
        1,
    );
    std::fs::write(file, text).unwrap();
    for _ in 0..count {
        fleet.succeed("backup production/shop");
    }
    // A backup's age counts in whole seconds from its name, which may be ahead of the clock.
    let newest = fleet.newest_backup("production");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !fleet.succeed("prune production --json").json()["databases"][0]["stays"]
        .as_array()
        .unwrap()
        .iter()
        .any(|stays| stays["reference"] == newest.as_str())
    {
        assert!(
            std::time::Instant::now() < deadline,
            "{newest} never gets old"
        );
    }
    fleet
}

#[test]
fn a_prune_tells_first_and_removes_when_asked() {
    let fleet = with_backups(3);
    let newest = fleet.newest_backup("production");
    let told = fleet.succeed("prune production/shop").stdout;
    assert!(told.contains("would go"), "{told}");
    assert!(told.contains("it is the newest whole backup"), "{told}");
    assert!(
        told.contains("weir prune production/shop --apply"),
        "{told}"
    );
    let listed = |fleet: &Fleet| {
        let listed = fleet.succeed("backups list production --json").json();
        listed["backups"].as_array().unwrap().len()
    };
    assert_eq!(listed(&fleet), 3);

    let pruned = fleet.succeed("prune production/shop --apply --json").json();
    assert_eq!(pruned["applied"], true);
    assert_eq!(pruned["jobs"][0]["steps"][0]["operation"], "prune");
    let database = &pruned["databases"][0];
    assert_eq!(database["keep_seconds"], 1);
    let goes = database["goes"].as_array().unwrap();
    assert_eq!(goes.len(), 2);
    assert!(
        goes.iter()
            .all(|gone| gone["removed"] == true && gone["bytes"].as_u64() > Some(0))
    );
    assert_eq!(database["stays"][0]["reference"], newest.as_str());
    assert_eq!(
        (listed(&fleet), fleet.newest_backup("production")),
        (1, newest)
    );
    let again = fleet.succeed("prune production/shop --apply").stdout;
    assert!(again.contains("0 removed"), "{again}");
    let status = fleet.run("status production").stdout;
    assert!(status.contains("1 backup whole"), "{status}");
    fleet.succeed("run staging/shop");
}

#[test]
fn a_prune_of_what_is_not_there_or_has_no_keep_says_so() {
    let fleet = Fleet::new();
    fleet.succeed("backup production/shop");
    for (words, code, cause) in [
        ("prune production", 10, "`keep` is not set"),
        ("prune production/nothing", 2, "no such app"),
        ("prune nowhere", 2, "nowhere"),
        ("prune", 2, "ENV[/APP]"),
    ] {
        let ended = fleet.run(words);
        assert_eq!(ended.code, code, "{words}: {}", ended.all());
        assert!(ended.stderr.contains(cause), "{words}: {}", ended.all());
    }
}
