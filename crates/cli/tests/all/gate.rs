//! The gate: what rules let through by mistake does not become a copy.

use crate::command::Ended;
use crate::fleet::{Fleet, number};
use std::collections::BTreeSet;

/// What a support agent has written down, twice.
const LEAK: &str = "
    ALTER TABLE customers ADD COLUMN remark TEXT;
    UPDATE customers SET remark = 'write to ada.lovelace@zuhause-canary.de';";

fn rules(fleet: &Fleet, more: &str) {
    let rules = format!(
        "weir-rules: 1
{more}tables:
  customers: {{columns: {{id: keep, email: email, name: name, remark: keep}}}}
  orders: keep
"
    );
    std::fs::write(fleet.path().join("rules.yaml"), rules).unwrap();
}

/// A fleet whose integration is good, with a leak on its way from staging.
fn with_leak() -> Fleet {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    fleet.database("production").execute_batch(LEAK).unwrap();
    fleet.succeed("run production");
    fleet.succeed("run staging");
    fleet
}

fn files(fleet: &Fleet) -> BTreeSet<String> {
    let entries = std::fs::read_dir(fleet.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("integration")).collect()
}

fn refused(fleet: &Fleet, words: &str) -> Ended {
    let (before, files_before) = (
        std::fs::read(fleet.path().join("integration.db")).unwrap(),
        files(fleet),
    );
    let ended = fleet.run(words);
    assert_eq!(ended.code, 40, "{}", ended.all());
    let after = std::fs::read(fleet.path().join("integration.db")).unwrap();
    assert!(before == after, "the live copy was touched");
    assert_eq!(files(fleet), files_before, "a shadow was left behind");
    for value in ["zuhause", "lovelace", "Lovelace"] {
        assert!(!ended.all().contains(value), "{}", ended.all());
    }
    ended
}

#[test]
fn what_was_kept_by_mistake_is_found_before_it_is_live() {
    let fleet = with_leak();
    rules(&fleet, "");
    let ended = refused(&fleet, "restore integration/shop");
    for part in ["customers", "remark", "email", "aaa"] {
        assert!(ended.stderr.contains(part), "{part}\n{}", ended.stderr);
    }
    let records = fleet.succeed("runs integration --json").stdout;
    assert!(!records.contains("zuhause"), "{records}");
}

#[test]
fn what_is_allowed_by_name_passes_and_is_counted() {
    let fleet = with_leak();
    rules(&fleet, "gate: {allow: {customers.remark: [email]}}\n");
    let ended = fleet.succeed("restore integration/shop -v");
    assert!(ended.stderr.contains("the gate read"), "{}", ended.stderr);
    let database = fleet.database("integration");
    assert_eq!(number(&database, "SELECT count(remark) FROM customers"), 2);
    let backup = fleet.succeed("backup integration/shop --json").json();
    let reference = backup["jobs"][0]["steps"][0]["backup"].as_str().unwrap();
    let shown = fleet.succeed(&format!("backups show {reference}")).stdout;
    assert!(shown.contains("the gate read"), "{shown}");
    let status = fleet.succeed("status --verbose").stdout;
    assert!(status.contains("the gate read"), "{status}");
}

#[test]
fn a_planted_value_that_arrives_is_refused() {
    let fleet = with_leak();
    rules(
        &fleet,
        "gate: {allow: {customers.remark: [email]}}\ncanaries: [ada.lovelace@zuhause-canary.de]\n",
    );
    let ended = refused(&fleet, "restore integration/shop");
    assert!(ended.stderr.contains("canar"), "{}", ended.stderr);
}
