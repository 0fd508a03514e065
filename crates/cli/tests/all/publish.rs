//! Publishing by the real binary, and an environment that reads nothing else.

use crate::fleet::Fleet;
use std::path::Path;

/// The usual fleet, in which production publishes and integration reads what it publishes.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    let production = "production: {store: store/production, ";
    let clean =
        format!("{production}clean: {{store: store/clean}}, masking_key: {{file: masking.key}}, ");
    edit(&fleet, |text| {
        text.replace(production, &clean)
            .replace(
                "    upstream: staging\n",
                "    upstream: production\n    reads: published\n",
            )
            .replace("trusts: [\"STAGING\"]", "trusts: [\"PRODUCTION\"]")
            .replace(
                "      integration: {sanitise: rules.yaml}\n",
                "      production: {operations: [backup, publish], sanitise: rules.yaml}\n",
            )
    });
    let key = fleet.succeed("keys public production.key").stdout;
    edit(&fleet, |text| {
        let at = text.find("  integration:").unwrap();
        let (before, integration) = text.split_at(at);
        let from = integration.find("weir-ed25519:").unwrap();
        let to = from + integration[from..].find('"').unwrap();
        format!(
            "{before}{}{}{}",
            &integration[..from],
            key.trim(),
            &integration[to..]
        )
    });
    fleet
}

fn edit(fleet: &Fleet, change: impl FnOnce(String) -> String) {
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, change(text)).unwrap();
}

fn lock(folder: &Path) {
    std::fs::rename(folder, folder.with_extension("away")).unwrap();
    // A file where the folder was: whoever opens it fails.
    std::fs::write(folder, "nobody reads here").unwrap();
}

#[test]
fn a_dry_run_says_what_would_be_published_and_changes_nothing() {
    let fleet = fleet();
    let early = fleet.run("publish production/shop --dry-run");
    assert_eq!(early.code, 21, "{}", early.all());
    fleet.succeed("backup production/shop");
    let planned = fleet.succeed("publish production/shop --dry-run");
    let backup = fleet.newest_backup("production");
    for line in [
        "store/clean, sanitised",
        backup.as_str().split_once(':').unwrap().1,
        "every row goes through rules.yaml (2 columns masked, 4 kept on purpose)",
        "it is not encrypted",
        "Nothing was changed. To do it: the same with `weir publish`.",
    ] {
        assert!(planned.stdout.contains(line), "{line}\n{}", planned.all());
    }
    let json = fleet
        .succeed("publish production/shop --dry-run --json")
        .json();
    assert_eq!(
        json["jobs"][0]["steps"][0]["operation"], "publish",
        "{json}"
    );
    let listed = fleet.succeed("backups list production --published --json");
    assert_eq!(listed.json()["backups"].as_array().unwrap().len(), 0);
    fleet.succeed("publish production/shop");
    let again = fleet.succeed("publish production/shop --dry-run");
    assert!(
        again.stdout.contains("published it already"),
        "{}",
        again.all()
    );
    let live = fleet.run("publish production/shop --live --dry-run");
    assert_eq!(live.code, 2, "the job has no publish-live: {}", live.all());
}

#[test]
fn a_held_publish_goes_on_by_the_flag_that_its_refusal_names() {
    let fleet = fleet();
    fleet.succeed("backup production/shop");
    let placed = "hold production/shop --op publish --until 3d --reason audit --by carol --json";
    let placed = fleet.succeed(placed).json();
    let id = placed["hold"]["id"].as_str().unwrap();
    let refused = fleet.run("publish production/shop");
    assert_eq!(refused.code, 34, "{}", refused.all());
    let flag = format!("--despite-hold {id}");
    assert!(refused.stderr.contains(&flag), "{}", refused.all());
    fleet.succeed(&format!("publish production/shop {flag}"));
}

#[test]
fn production_publishes_and_integration_reads_nothing_else() {
    let fleet = fleet();
    let plan = fleet.succeed("plan production/shop");
    assert!(
        plan.stdout.contains("store/clean, sanitised"),
        "{}",
        plan.all()
    );
    fleet.succeed("run production");
    let listed = fleet
        .succeed("backups list production --published --json")
        .json();
    let backup = &listed["backups"][0];
    assert_eq!(backup["published"], true);
    assert_eq!(backup["sanitising"], "sanitised");
    let reference = backup["reference"].as_str().unwrap();
    assert!(reference.starts_with("production/_clean:"), "{reference}");
    let shown = fleet
        .succeed(&format!("backups show {reference} --json"))
        .json();
    assert_eq!(shown["manifest"]["sanitising"]["ruleset"]["masked"], 2);
    let verified = fleet
        .succeed("verify production/shop --published --json")
        .json();
    assert_eq!(verified["verified"][0]["reference"], reference);
    let named = fleet.succeed(&format!("verify production/shop --backup {reference}"));
    assert!(named.stdout.contains(reference), "{}", named.all());

    // Again it finds that nothing is to be done, and says so.
    let again = fleet.succeed("publish production/shop -v");
    assert!(
        again.all().contains("published it already"),
        "{}",
        again.all()
    );
    let status = fleet.succeed("status production --json").json();
    assert!(
        status.to_string().contains("1 backup published"),
        "{status}"
    );

    lock(&fleet.path().join("store/production"));
    std::fs::remove_file(fleet.path().join("production.key")).unwrap();
    std::fs::remove_file(fleet.path().join("production.db")).unwrap();
    fleet.succeed("run integration");
    let integration = fleet.database("integration");
    let count = |sql: &str| -> i64 { integration.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM customers"), 2);
    let real = "SELECT count(*) FROM customers WHERE email LIKE '%private%' OR name LIKE 'Ada%'";
    assert_eq!(count(real), 0);
    let own = fleet.newest_backup("integration");
    let shown = fleet.succeed(&format!("backups show {own} --json")).json();
    assert_eq!(shown["manifest"]["sanitising"]["state"], "sanitised");
    assert_eq!(shown["manifest"]["lineage"][0]["environment"], "production");
}
