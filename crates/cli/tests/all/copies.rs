//! Copies of production's backups, listed, shown and proven on a host that knows nothing of
//! production but its public key.

use crate::fleet::Fleet;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where production's backups arrive for staging.
const REPLICA: &str = "arrives";

/// The usual fleet; staging reads production's backups where they arrive, encrypted to it.
/// Production has two of them, oldest first.
fn fleet() -> (Fleet, [String; 2]) {
    let fleet = Fleet::new();
    let identity = fleet.succeed("keys new --encryption staging.age");
    let recipients = format!(
        "store: store/production, recipients: [{}]",
        identity.stdout.trim()
    );
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("store: store/production", &recipients).replace(
        "    upstream: production\n",
        &format!(
            "    upstream: production\n    replica: {{store: {REPLICA}, wait: 1s}}\n    identity: {{file: staging.age}}\n"
        ),
    );
    std::fs::write(file, text).unwrap();
    let backups = [(), ()].map(|()| {
        fleet.succeed("backup production/shop");
        let reference = fleet.newest_backup("production");
        reference.split_once(':').unwrap().1.to_owned()
    });
    (fleet, backups)
}

/// Takes away what only production's hosts have.
fn hide_production(fleet: &Fleet) {
    std::fs::rename(
        fleet.path().join("store/production"),
        fleet.path().join("hidden"),
    )
    .unwrap();
    std::fs::remove_file(fleet.path().join("production.key")).unwrap();
    std::fs::remove_file(fleet.path().join("production.db")).unwrap();
}

/// Brings the files of a backup of which `which` is true.
fn bring(fleet: &Fleet, key: &str, which: impl Fn(&Path) -> bool) -> PathBuf {
    let to = fleet.path().join(REPLICA).join(key);
    std::fs::create_dir_all(&to).unwrap();
    for file in files(&fleet.path().join("store/production").join(key)) {
        if which(&file) {
            std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
    to
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn is_manifest(file: &Path) -> bool {
    file.ends_with("manifest.json")
}

fn listed(fleet: &Fleet, what: &str) -> Vec<Value> {
    let list = fleet.succeed(&format!("backups list {what} --copies --json"));
    list.json()["backups"].as_array().unwrap().clone()
}

#[test]
fn copies_are_listed_shown_pulled_compared_and_proven_without_production() {
    let (fleet, [first, second]) = fleet();
    bring(&fleet, &first, |_| true);
    bring(&fleet, &second, is_manifest);
    hide_production(&fleet);

    let copies = listed(&fleet, "staging");
    let [newest, whole] = copies.as_slice() else {
        panic!("{copies:?}");
    };
    assert_eq!(whole["whole"], true);
    assert_eq!(whole["copy_of"], "production");
    assert_eq!(newest["whole"], false);
    assert!(
        newest["problem"].as_str().unwrap().contains("is missing"),
        "{newest}"
    );
    assert!(
        newest["to_come"].as_str().unwrap().contains("1 of 1 parts"),
        "{newest}"
    );
    let listed = fleet.succeed("backups list staging/shop --copies");
    assert!(
        listed.stdout.contains("is missing; to come: 1 of 1 parts"),
        "{}",
        listed.stdout
    );

    let copy = format!("staging/_from/production:{first}");
    assert_eq!(whole["reference"], copy.as_str());
    let shown = fleet.succeed(&format!("backups show {copy} --json")).json();
    assert_eq!(shown["manifest"]["environment"], "production");
    assert!(
        shown["signature"].as_str().unwrap().contains("trusted"),
        "{shown}"
    );
    fleet.succeed(&format!("backups pull {copy} pulled"));
    assert!(fleet.path().join("pulled/manifest.json").exists());
    let compared = fleet.succeed(&format!("compare {copy} {copy} --json"));
    assert_eq!(compared.json()["equal"], true);

    // The newest whole one is proven, and that another one is newer is told.
    let proven = fleet.succeed("verify staging/shop --copy");
    assert!(proven.stdout.contains(&copy), "{}", proven.stdout);
    let passed_over = format!("passed over {second}");
    assert!(proven.stderr.contains(&passed_over), "{}", proven.stderr);
    let named = fleet.succeed(&format!("verify staging/shop --backup {copy} --json"));
    assert_eq!(named.json()["verified"][0]["reference"], copy.as_str());
    let lacking = fleet.run(&format!("verify staging/shop --copy --backup {second}"));
    assert_eq!(lacking.code, 21, "{}", lacking.all());
}

#[test]
fn a_damaged_copy_is_listed_as_whole_and_found_by_verify() {
    let (fleet, [_, second]) = fleet();
    let folder = bring(&fleet, &second, |_| true);
    hide_production(&fleet);
    fleet.succeed("verify staging/shop --copy");
    let part = files(&folder)
        .into_iter()
        .find(|file| !is_manifest(file))
        .unwrap();
    let mut bytes = std::fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&part, bytes).unwrap();
    assert_eq!(listed(&fleet, "staging")[0]["whole"], true);
    let found = fleet.run("verify staging/shop --copy");
    assert_eq!(found.code, 22, "{}", found.all());
    assert!(
        found.stderr.contains("bytes were changed"),
        "{}",
        found.stderr
    );
}

#[test]
fn one_that_only_the_pointer_names_is_listed() {
    let (fleet, [_, second]) = fleet();
    let instance = fleet.path().join(REPLICA).join("shop-sqlite");
    std::fs::create_dir_all(&instance).unwrap();
    let pointer = "store/production/shop-sqlite/latest-shop.json";
    std::fs::copy(
        fleet.path().join(pointer),
        instance.join("latest-shop.json"),
    )
    .unwrap();
    hide_production(&fleet);
    let copies = listed(&fleet, "staging");
    assert_eq!(
        copies[0]["reference"],
        format!("staging/_from/production:{second}")
    );
    assert!(
        copies[0]["to_come"]
            .as_str()
            .unwrap()
            .contains("everything"),
        "{copies:?}"
    );
}

#[test]
fn a_wait_is_told_at_once_and_kept_in_the_log() {
    let (fleet, [first, second]) = fleet();
    bring(&fleet, &first, |_| true);
    bring(&fleet, &second, is_manifest);
    hide_production(&fleet);
    let told = format!("waiting for {second}: 1 of 1 parts");

    let ended = fleet.succeed("restore staging/shop");
    let line = ended.stderr.lines().find(|line| line.starts_with(&told));
    let line = line.unwrap_or_else(|| panic!("{}", ended.stderr));
    assert!(line.contains("; until 2"), "{line}");
    let runs = fleet.succeed("runs staging --json").json();
    let run = runs["runs"][0]["started"]["run"]
        .as_str()
        .unwrap()
        .to_owned();
    let log = fleet.succeed(&format!("logs {run}")).stdout;
    assert_eq!(log.matches(&told).count(), 1, "{log}");

    let quiet = fleet.succeed("restore staging/shop --quiet");
    assert!(!quiet.stderr.contains("waiting"), "{}", quiet.stderr);
    assert!(quiet.stderr.contains("passed over"), "{}", quiet.stderr);
    let json = fleet.succeed("restore staging/shop --json");
    assert!(!json.stderr.contains("waiting"), "{}", json.stderr);
    json.json();
    let verbose = fleet.succeed("restore staging/shop --json -v");
    assert!(
        verbose.stderr.contains("{\"event\":\"waiting\""),
        "{}",
        verbose.stderr
    );
}

#[test]
fn who_reads_no_copies_is_told_so() {
    let fleet = Fleet::new();
    for words in [
        "backups list staging --copies",
        "backups show staging/_from/production:shop-sqlite/2026-11-22T013600Z-shop",
        "verify staging/shop --copy",
    ] {
        let ended = fleet.run(words);
        assert_eq!(ended.code, 2, "weir {words}\n{}", ended.all());
        assert!(ended.stderr.contains("replicate"), "{}", ended.stderr);
    }
}
