//! `weir doctor` and `weir compare` as an operator types them.

use crate::command;
use crate::fleet::{Fleet, PASSWORD};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_fleet_in_order_passes_and_every_check_is_a_line() {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    let ended = fleet.succeed("doctor");
    for said in [
        "✓ secret: file production.key can be read",
        "✓ state:",
        "✓ clock:",
        "✓ database:",
        "✓ restore: staging:",
        "0 failures, 0 warnings",
    ] {
        assert!(ended.stdout.contains(said), "{said}: {}", ended.stdout);
    }
    assert!(!ended.all().contains(PASSWORD));
    let report = fleet.succeed("doctor staging/shop --json").json();
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["verdict"] != "failure"));
    assert!(checks.iter().any(|check| check["about"] == "database"));
    assert!(checks.iter().all(|check| check["place"] != "production"));
}

#[test]
fn a_failure_has_a_fix_to_paste_and_the_code_of_its_kind() {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    let bystanders = fleet.path().join("production.key");
    mode(&bystanders, 0o644);
    let open = fleet.succeed("doctor production").stdout;
    assert!(
        open.contains("! secret:") && open.contains("fix: chmod 600 "),
        "{open}"
    );

    std::fs::remove_file(fleet.path().join("production.db")).unwrap();
    let missing = fleet.run("doctor production/shop");
    assert_eq!(missing.code, 30, "{}", missing.all());
    assert!(
        missing
            .stdout
            .contains("✗ database: there is no database at"),
        "{}",
        missing.stdout
    );

    std::fs::remove_file(&bystanders).unwrap();
    let report = fleet.run("doctor production --json");
    assert_eq!(report.code, 11, "the lowest code of those that failed");
    let failed: Vec<String> = report.json()["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["verdict"] == "failure")
        .map(|check| check["kind"].as_str().unwrap().to_owned())
        .collect();
    assert!(failed.contains(&"secret".to_owned()) && failed.contains(&"source".to_owned()));
}

#[test]
fn a_target_folder_that_cannot_be_written_is_told_with_the_grant() {
    const NOBODY: u32 = 65_534;
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    // Root may write everywhere: then everything is handed to a user who may not.
    let as_root = rustix::process::geteuid().is_root();
    let mut command = fleet.command("doctor staging/shop");
    if as_root {
        for file in fleet.files() {
            chown(&file, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        for folder in folders(fleet.path()) {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    mode(fleet.path(), 0o555);
    let ended = command::finish(&mut command);
    mode(fleet.path(), 0o755);
    assert_eq!(ended.code, 31, "{}", ended.all());
    let user = if as_root {
        NOBODY
    } else {
        rustix::process::geteuid().as_raw()
    };
    assert!(
        ended.stdout.contains("no file can be made in"),
        "{}",
        ended.stdout
    );
    let grant = format!(
        "fix: sudo setfacl -m u:{user}:rwx {}",
        fleet.path().display()
    );
    assert!(ended.stdout.contains(&grant), "{}", ended.stdout);
}

fn folders(root: &Path) -> Vec<std::path::PathBuf> {
    let mut found = vec![root.to_owned()];
    let mut next = 0;
    while let Some(folder) = found.get(next).cloned() {
        next += 1;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn a_name_that_is_not_there_is_a_usage_error() {
    let fleet = Fleet::new();
    for words in [
        "doctor prodution",
        "doctor production/shpo",
        "doctor --timeout 0",
        "compare production/shop",
    ] {
        let ended = fleet.run(words);
        assert_eq!(ended.code, 2, "{words}: {}", ended.all());
        assert_eq!(ended.stdout, "");
    }
}

#[test]
fn a_comparison_says_what_differs_and_no_value() {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    let backup = fleet.newest_backup("production");
    let same = fleet.succeed(&format!("compare {backup} production/shop"));
    assert!(
        same.stdout.starts_with("Equal: 2 tables"),
        "{}",
        same.stdout
    );

    let differs = fleet.run("compare staging/shop integration/shop");
    assert_eq!(differs.code, 42, "{}", differs.all());
    assert!(
        differs.stdout.contains("rows equal, contents differ"),
        "{}",
        differs.stdout
    );
    assert!(
        !differs.all().contains("private.example"),
        "{}",
        differs.all()
    );

    let json = fleet.run(&format!("compare {backup} staging/shop --json"));
    assert_eq!(json.code, 42);
    let found = json.json();
    assert_eq!(found["equal"], false);
    let orders = found["tables"]
        .as_array()
        .unwrap()
        .iter()
        .find(|table| table["table"] == "orders");
    assert_eq!(
        (
            &orders.unwrap()["left_rows"],
            &orders.unwrap()["right_rows"]
        ),
        (&3.into(), &2.into())
    );
}
