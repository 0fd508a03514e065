//! Encrypted backups as an operator meets them: keys, what is said without them, rotation, and the
//! stock tools that need no Weir.

use crate::command;
use crate::fleet::Fleet;
use std::path::Path;
use std::process::Command;

/// What the runbook says restores a backup by hand.
const PLAIN: &str = "zstd -dc database.sqlite.zst > restored.db";
const ENCRYPTED: &str = "age -d -i identity.txt database.sqlite.zst | zstd -dc > restored.db";

const NO_KEY: i32 = 11;

/// Makes an identity in the fleet's folder; its recipient.
fn new_identity(fleet: &Fleet, name: &str) -> String {
    let made = fleet.succeed(&format!("keys new --encryption {name}"));
    made.stdout.trim().to_owned()
}

/// Adds fields to an environment of the fleet, or changes those that were added before.
fn configure(fleet: &Fleet, environment: &str, fields: &str) {
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| match environment {
        "production" if line.starts_with("  production:") => {
            let (_, rest) = line.split_once("signing_key").unwrap();
            format!("  production: {{store: store/production, {fields}, signing_key{rest}")
        }
        name if line
            .trim_start()
            .starts_with(&format!("store: store/{name}")) =>
        {
            format!(
                "    store: store/{name}\n    {}",
                fields.replace(", ", "\n    ")
            )
        }
        _ => line.to_owned(),
    });
    let changed: Vec<String> = lines.collect();
    std::fs::write(&file, changed.join("\n")).unwrap();
}

fn shell(folder: &Path, line: &str) -> String {
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-ec", line])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Pulls the newest backup of production, checks it with sha256sum and restores it by `line`.
fn restore_by_hand(fleet: &Fleet, folder: &str, line: &str) -> String {
    let backup = fleet.newest_backup("production");
    fleet.succeed(&format!("backups pull {backup} {folder}"));
    let folder = fleet.path().join(folder);
    let _ = std::fs::copy(
        fleet.path().join("identity.txt"),
        folder.join("identity.txt"),
    );
    let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sums: String = manifest["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| {
            let digest = part["stored"].as_str().unwrap().replace("sha256:", "");
            format!("{digest}  {}\n", part["name"].as_str().unwrap())
        })
        .collect();
    std::fs::write(folder.join("sums"), sums).unwrap();
    shell(&folder, "sha256sum -c sums");
    shell(&folder, line);
    shell(
        &folder,
        "sqlite3 restored.db 'PRAGMA integrity_check; SELECT count(*), sum(id) FROM orders'",
    )
}

#[test]
fn the_documented_lines_of_stock_tools_restore_plain_and_encrypted() {
    let runbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runbook.md");
    let runbook = std::fs::read_to_string(runbook).unwrap();
    for line in [PLAIN, ENCRYPTED] {
        assert!(
            runbook.lines().any(|documented| documented == line),
            "{line}"
        );
    }
    let fleet = Fleet::new();
    fleet.grow(6);
    fleet.succeed("backup production/shop");
    let plain = restore_by_hand(&fleet, "plain", PLAIN);
    assert_eq!(plain, "ok\n3|6\n");
    let recipient = new_identity(&fleet, "identity.txt");
    configure(&fleet, "production", &format!("recipients: [{recipient}]"));
    fleet.succeed("backup production/shop");
    assert_eq!(restore_by_hand(&fleet, "encrypted", ENCRYPTED), plain);
    let stored = std::fs::read(fleet.path().join("encrypted/database.sqlite.zst")).unwrap();
    assert!(stored.starts_with(b"age-encryption.org/v1\n"));
}

#[test]
fn without_the_key_everything_but_the_backup_says_so_before_it_begins() {
    let fleet = Fleet::new();
    let recipient = new_identity(&fleet, "production.age");
    configure(&fleet, "production", &format!("recipients: [{recipient}]"));
    let check = fleet.succeed("config check");
    assert!(
        check.stdout.contains("production encrypts its backups"),
        "{}",
        check.stdout
    );
    fleet.succeed("backup production/shop");
    let plan = fleet.run("plan staging");
    assert_eq!(plan.code, NO_KEY, "{}", plan.all());
    let refused = |words: &str| {
        let ended = fleet.run(words);
        assert_eq!(ended.code, NO_KEY, "{words}: {}", ended.all());
        assert!(
            ended.stderr.contains(&recipient),
            "{words}: {}",
            ended.all()
        );
        assert!(
            ended.stderr.contains("identity"),
            "{words}: {}",
            ended.all()
        );
    };
    for words in [
        "restore staging/shop",
        "verify production/shop",
        "drill production/shop",
    ] {
        refused(words);
    }
    assert!(!fleet.path().join("staging.db").exists());
    assert!(
        !fleet.path().join("store/staging/_weir/leases").exists(),
        "no lease was taken"
    );

    let other = new_identity(&fleet, "other.age");
    configure(&fleet, "staging", "identity: {file: other.age}");
    let wrong = fleet.run("restore staging/shop");
    assert_eq!(wrong.code, NO_KEY, "{}", wrong.all());
    assert!(
        wrong.stderr.contains(&recipient) && wrong.stderr.contains(&other),
        "{}",
        wrong.all()
    );
    assert!(!wrong.all().contains("AGE-SECRET-KEY"));
}

#[test]
fn recipients_are_rotated_with_both_keys_in_the_identity() {
    let fleet = Fleet::new();
    let old = new_identity(&fleet, "old.age");
    let new = new_identity(&fleet, "new.age");
    let keys = |name: &str| std::fs::read_to_string(fleet.path().join(name)).unwrap();
    std::fs::write(
        fleet.path().join("both.age"),
        keys("old.age") + &keys("new.age"),
    )
    .unwrap();
    let public = fleet.succeed("keys public both.age");
    assert_eq!(public.stdout, format!("{old}\n{new}\n"));

    configure(
        &fleet,
        "production",
        &format!("recipients: [{old}], identity: {{file: both.age}}"),
    );
    configure(
        &fleet,
        "staging",
        &format!("recipients: [{new}], identity: {{file: both.age}}"),
    );
    fleet.succeed("backup production/shop");
    let first = fleet.newest_backup("production");
    configure(
        &fleet,
        "production",
        &format!("recipients: [{new}], identity: {{file: both.age}}"),
    );
    fleet.succeed("backup production/shop");
    let second = fleet.newest_backup("production");
    for (backup, recipient) in [(&first, &old), (&second, &new)] {
        let shown = fleet.succeed(&format!("backups show {backup}"));
        assert!(
            shown.stdout.contains(recipient.as_str()),
            "{}",
            shown.stdout
        );
        fleet.succeed(&format!("restore staging/shop --backup {backup}"));
    }
    fleet.succeed("run staging");
    fleet.succeed("verify staging/shop");
    fleet.succeed("drill production/shop");
    let unnamed = fleet.run("recover production/shop");
    let onto = unnamed.stderr.split("--onto ").nth(1).unwrap();
    let onto = onto.split(|c: char| c.is_whitespace() || c == '`').next();
    fleet.succeed(&format!("recover production/shop --onto {}", onto.unwrap()));

    configure(
        &fleet,
        "production",
        &format!("recipients: [{new}], identity: {{file: new.age}}"),
    );
    fleet.succeed("verify production/shop");
    let lost = fleet.run(&format!("verify production/shop --backup {first}"));
    assert_eq!(lost.code, NO_KEY, "{}", lost.all());
    assert!(lost.stderr.contains(&old), "{}", lost.all());
}

#[test]
fn an_identity_is_one_that_stock_age_takes() {
    let folder = tempfile::tempdir().unwrap();
    let made = command::succeed(folder.path(), "keys new --encryption key.txt --json").json();
    let recipient = made["public_key"].as_str().unwrap();
    let line = format!("echo hello | age -r {recipient} | age -d -i key.txt");
    assert_eq!(shell(folder.path(), &line), "hello\n");
    let public = shell(folder.path(), "age-keygen -y key.txt");
    assert_eq!(public.trim(), recipient);
    let again = command::run(folder.path(), "keys new --encryption key.txt");
    assert_eq!(
        again.code,
        2,
        "a key in use is never overwritten: {}",
        again.all()
    );
}
