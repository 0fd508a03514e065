//! Each verb on a fleet where all is well.

use crate::fleet::{Fleet, number};

#[test]
fn data_flows_down_cut_by_the_script_and_sanitised_by_the_rules() {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    let staging = fleet.database("staging");
    let integration = fleet.database("integration");
    assert_eq!(number(&staging, "SELECT count(*) FROM orders"), 2);
    assert_eq!(number(&integration, "SELECT count(*) FROM orders"), 2);
    let raw = "SELECT count(*) FROM customers WHERE email LIKE '%private.example'";
    assert_eq!(number(&staging, raw), 2);
    assert_eq!(number(&integration, raw), 0);
    assert_eq!(number(&integration, "SELECT count(*) FROM customers"), 2);
}

#[test]
fn a_plan_says_what_a_run_would_do_and_changes_nothing() {
    let fleet = Fleet::new();
    let plan = fleet.succeed("plan production/shop");
    assert!(plan.stdout.contains("back up"), "{}", plan.stdout);
    assert!(
        plan.stdout.contains("Nothing was changed"),
        "{}",
        plan.stdout
    );
    let staging = fleet.run("plan staging/shop");
    assert_eq!(staging.code, 21, "{}", staging.all());
    assert!(staging.stdout.contains("would fail"), "{}", staging.stdout);
    assert!(!fleet.path().join("staging.db").exists());
    assert!(
        !fleet
            .files()
            .iter()
            .any(|file| file.ends_with("manifest.json"))
    );
    let whole = fleet.succeed("plan --all");
    assert!(whole.stdout.contains("will have made"), "{}", whole.stdout);
}

#[test]
fn one_operation_at_a_time_and_everything_downstream() {
    let fleet = Fleet::new();
    let backup = fleet.succeed("backup production/shop");
    assert!(backup.stdout.contains("succeeded"), "{}", backup.stdout);
    fleet.succeed("restore staging/shop");
    assert_eq!(
        number(&fleet.database("staging"), "SELECT count(*) FROM orders"),
        2
    );
    let downstream = fleet.succeed("run staging/shop --downstream");
    assert!(
        downstream.stdout.contains("integration/shop"),
        "{}",
        downstream.stdout
    );
}

#[test]
fn status_is_bad_before_the_first_run_and_good_after_it() {
    let fleet = Fleet::new();
    let before = fleet.run("status");
    assert_eq!(before.code, 60, "{}", before.all());
    assert!(before.stdout.contains("never ran"), "{}", before.stdout);
    assert!(
        before.stdout.contains("weir backup production/shop"),
        "{}",
        before.stdout
    );
    fleet.succeed("run --all");
    let after = fleet.succeed("status");
    assert!(after.stdout.contains("sanitised"), "{}", after.stdout);
    assert!(!after.stdout.contains('✗'), "{}", after.stdout);
    fleet.succeed("status integration");
}

#[test]
fn a_backup_is_listed_shown_verified_and_fetched() {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop");
    let backup = fleet.newest_backup("production");
    let list = fleet.succeed("backups list production/shop");
    assert!(list.stdout.contains(&backup), "{}", list.stdout);
    let shown = fleet.succeed(&format!("backups show {backup}"));
    assert!(shown.stdout.contains("customers"), "{}", shown.stdout);
    let verified = fleet.succeed("verify production/shop");
    assert!(
        verified.stdout.contains("Every byte"),
        "{}",
        verified.stdout
    );
    let fetched = fleet.succeed(&format!("backups pull {backup} fetched"));
    assert!(
        fetched.stdout.contains("manifest.json"),
        "{}",
        fetched.stdout
    );
    assert!(
        fleet
            .path()
            .join("fetched")
            .join("database.sqlite.zst")
            .exists()
    );
}

#[test]
fn a_named_backup_and_one_by_time_can_be_restored() {
    let fleet = Fleet::new();
    fleet.succeed("backup production/shop");
    let first = fleet.newest_backup("production");
    fleet
        .database("production")
        .execute("DELETE FROM orders", [])
        .unwrap();
    fleet.succeed("backup production/shop");
    fleet.succeed(&format!("restore staging/shop --backup {first}"));
    assert_eq!(
        number(&fleet.database("staging"), "SELECT count(*) FROM orders"),
        2
    );
    fleet.succeed("restore staging/shop");
    assert_eq!(
        number(&fleet.database("staging"), "SELECT count(*) FROM orders"),
        0
    );
    let list = fleet.succeed("backups list production --json").json();
    let taken = list["backups"][1]["time"].as_str().unwrap();
    fleet.succeed(&format!("restore staging/shop --at {taken}"));
    assert_eq!(
        number(&fleet.database("staging"), "SELECT count(*) FROM orders"),
        2
    );
    let early = fleet.run("restore staging/shop --at 2001-01-01T00:00:00Z");
    assert_eq!(early.code, 21, "{}", early.all());
}

#[test]
fn a_rollback_puts_the_replaced_copy_back_and_can_be_undone() {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop");
    fleet.succeed("run staging/shop");
    fleet
        .database("production")
        .execute("INSERT INTO orders VALUES (9, 1, 1)", [])
        .unwrap();
    fleet.succeed("backup production/shop");
    fleet.succeed("restore staging/shop");
    let orders = || number(&fleet.database("staging"), "SELECT count(*) FROM orders");
    assert_eq!(orders(), 3);
    fleet.succeed("rollback staging/shop");
    assert_eq!(orders(), 2);
    fleet.succeed("rollback staging/shop");
    assert_eq!(orders(), 3);
}

#[test]
fn a_healthy_fleet_needs_no_healing() {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    let healed = fleet.succeed("heal");
    assert_eq!(
        healed.stdout.matches("healthy").count(),
        3,
        "{}",
        healed.stdout
    );
    fleet.succeed("heal staging/shop --dry-run");
    let live = fleet.succeed("verify integration/shop --live");
    assert!(live.stdout.contains("sound"), "{}", live.stdout);
}

#[test]
fn what_ran_is_listed_and_its_log_can_be_read() {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    let runs = fleet.succeed("runs --json").json();
    let newest = &runs["runs"][0]["started"];
    assert_eq!(newest["environment"], "integration");
    let run = newest["run"].as_str().unwrap();
    let shown = fleet.succeed(&format!("runs {run}"));
    assert!(shown.stdout.contains("restore"), "{}", shown.stdout);
    let slowest = shown
        .stdout
        .split_once("slowest tables of step 1")
        .unwrap()
        .1;
    assert!(slowest.contains("orders"), "{}", shown.stdout);
    let told = fleet.succeed(&format!("runs {run} --json")).json();
    for table in told["steps"][0]["tables"].as_array().unwrap() {
        assert!(table["milliseconds"].is_u64(), "{table}");
    }
    let log = fleet.succeed(&format!("logs {run}"));
    assert!(log.stdout.contains("swap"), "{}", log.stdout);
    let only = fleet.succeed("runs staging/shop");
    assert!(!only.stdout.contains("integration"), "{}", only.stdout);
}

#[test]
fn an_environment_recovers_from_its_own_backup_only_when_the_target_is_named() {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop");
    fleet
        .database("production")
        .execute("DELETE FROM orders", [])
        .unwrap();
    let unnamed = fleet.run("recover production/shop");
    assert_eq!(unnamed.code, 33, "{}", unnamed.all());
    assert!(unnamed.stderr.contains("--onto"), "{}", unnamed.stderr);
    assert_eq!(
        number(&fleet.database("production"), "SELECT count(*) FROM orders"),
        0
    );
    let onto = unnamed.stderr.split("--onto ").nth(1).unwrap();
    let url = onto
        .split(|c: char| c.is_whitespace() || c == '`')
        .next()
        .unwrap();
    fleet.succeed(&format!("recover production/shop --onto {url}"));
    assert_eq!(
        number(&fleet.database("production"), "SELECT count(*) FROM orders"),
        3
    );
}

#[test]
fn a_job_asked_for_what_it_does_not_do_is_no_success() {
    let fleet = Fleet::new();
    let ended = fleet.run("restore production/shop");
    assert_eq!(ended.code, 2, "{}", ended.all());
    assert!(
        ended.stderr.contains("config show production/shop"),
        "{}",
        ended.stderr
    );
}
