//! An interrupted run is taken up, and every verb says so.

use crate::fleet::Fleet;
use serde_json::Value;

/// A fleet whose staging job restored and then could not back up.
fn stopped() -> (Fleet, String) {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop");
    // The store is no folder any more once the restore needs it no longer: its own is staging's.
    let store = fleet.path().join("store/staging");
    std::fs::create_dir_all(&store).unwrap();
    std::fs::write(store.join("shop-sqlite"), "in the way").unwrap();
    let failed = fleet.run("run staging/shop --json");
    assert_ne!(failed.code, 0, "{}", failed.all());
    let report = failed.json();
    let steps = &report["jobs"][0]["steps"];
    assert_eq!(steps[0]["outcome"], "succeeded", "{steps}");
    assert_eq!(steps[2]["outcome"], "failed", "{steps}");
    std::fs::remove_file(store.join("shop-sqlite")).unwrap();
    let run = report["jobs"][0]["run"].as_str().unwrap().to_owned();
    (fleet, run)
}

fn done_by(steps: &Value) -> Vec<&Value> {
    let steps = steps.as_array().unwrap().iter();
    steps.map(|step| &step["done_by"]).collect()
}

#[test]
fn what_was_done_is_told_and_not_repeated() {
    let (fleet, run) = stopped();
    let plan = fleet.succeed("plan staging/shop");
    assert!(
        plan.stdout.contains("not repeated") && plan.stdout.contains(&run),
        "{}",
        plan.all()
    );
    let again = fleet.succeed("run staging/shop");
    assert!(again.stdout.contains("done before"), "{}", again.all());
    assert!(
        again.stdout.contains("weir run staging/shop --from-start"),
        "{}",
        again.all()
    );
    let runs = fleet.succeed("runs staging --json").json();
    let newest = &runs["runs"][0];
    assert_eq!(newest["started"]["continues"], run.as_str());
    assert_eq!(
        done_by(&newest["steps"]),
        [
            &Value::from(run.as_str()),
            &Value::from(run.as_str()),
            &Value::Null
        ]
    );
    let id = newest["started"]["run"].as_str().unwrap();
    let shown = fleet.succeed(&format!("runs {id}"));
    assert!(
        shown.stdout.contains("done before") && shown.stdout.contains(&run),
        "{}",
        shown.all()
    );
}

#[test]
fn from_start_repeats_it() {
    let (fleet, _) = stopped();
    let plan = fleet.succeed("plan staging/shop --from-start");
    assert!(!plan.stdout.contains("not repeated"), "{}", plan.all());
    let report = fleet.succeed("run staging/shop --from-start --json").json();
    let job = &report["jobs"][0];
    assert!(job["continues"].is_null(), "{job}");
    assert_eq!(done_by(&job["steps"]), [&Value::Null; 3]);
}

#[test]
fn a_job_that_is_left_out_is_planned_and_recorded_so() {
    let fleet = Fleet::new();
    std::fs::remove_file(fleet.path().join("production.db")).unwrap();
    let plan = fleet.run("plan production/shop --downstream");
    assert!(plan.stdout.contains("would be left out"), "{}", plan.all());
    let ran = fleet.run("run production/shop --downstream");
    assert_eq!(ran.code, plan.code, "{}", ran.all());
    let runs = fleet.succeed("runs staging");
    assert!(runs.stdout.contains("left out"), "{}", runs.all());
}
