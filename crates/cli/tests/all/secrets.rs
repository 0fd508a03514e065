//! A secret appears in no output, log, record or stored object.

use crate::fleet::{Fleet, PASSWORD};
use std::path::Path;

fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

#[test]
fn secrets_are_printed_and_stored_nowhere() {
    let fleet = Fleet::new();
    let keys: Vec<String> = ["production.key", "staging.key", "masking.key"]
        .iter()
        .map(|name| {
            std::fs::read_to_string(fleet.path().join(name))
                .unwrap()
                .trim()
                .to_owned()
        })
        .collect();
    let mut printed = String::new();
    for words in [
        "config show staging/shop",
        "config check production staging integration",
        "plan -v",
        "run --all -v",
        "run --all -v --json",
        "status -v",
        "runs",
        "backup production/shpo",
        "verify production/shop",
        "rollback staging/shop",
    ] {
        printed.push_str(&fleet.run(words).all());
    }
    std::fs::remove_file(fleet.path().join("rules.yaml")).unwrap();
    printed.push_str(&fleet.run("run integration/shop -v").all());
    let secrets = || keys.iter().map(String::as_str).chain([PASSWORD]);
    assert!(!secrets().any(|secret| printed.contains(secret)));
    for file in fleet.files() {
        let is_key = file.extension().is_some_and(|extension| extension == "key");
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            is_key || !secrets().any(|secret| contains(&bytes, secret)),
            "{}",
            file.display()
        );
    }
}

#[test]
fn a_sanitised_copy_and_its_backup_hold_no_original_value() {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    let clean = |file: &&std::path::PathBuf| {
        let name = file.strip_prefix(fleet.path()).unwrap_or(Path::new(""));
        name.starts_with("integration.db") || name.starts_with("store/integration")
    };
    let files = fleet.files();
    assert!(files.iter().filter(clean).count() > 3);
    for file in files.iter().filter(clean) {
        let bytes = std::fs::read(file).unwrap();
        for value in ["private.example", "Lovelace"] {
            assert!(!contains(&bytes, value), "{value} in {}", file.display());
        }
    }
}
