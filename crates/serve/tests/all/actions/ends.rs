//! Each action does what it says.

use super::bench::place;
use crate::web::served::Served;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_run_by_form_and_its_rows_arrive() {
    let served = Served::new().await;
    let signed = served.sign_in().await;
    let page = served
        .seen("/actions/run?job=production/people", &signed)
        .await;
    assert!(page.contains("Back up production/people"), "{page}");
    assert!(!page.contains("overwritten"), "{page}");
    let fields = [("job", "production/people"), ("operation", "all")];
    let sent = served.send("/actions/run", &fields, &signed).await;
    let run = place(&sent).strip_prefix("/runs/").unwrap().to_owned();
    let ended = served.ended(&run).await;
    assert_eq!(ended["outcome"], "succeeded", "{ended}");
    assert_eq!(ended["requested_by"], "alice");
    assert!(served.is_audited(&format!(
        "alice from 127.0.0.1 asks to run production/people: run {run}"
    )));

    let page = served
        .seen("/actions/run?job=staging/people", &signed)
        .await;
    assert!(page.contains("Restore staging/people from"), "{page}");
    assert!(
        page.contains("The live copy of people of staging/people is overwritten"),
        "{page}"
    );
    let sent = served
        .send("/actions/run", &[("job", "staging/people")], &signed)
        .await;
    let run = place(&sent).strip_prefix("/runs/").unwrap().to_owned();
    assert_eq!(served.ended(&run).await["outcome"], "succeeded");
    assert_eq!(
        served.names("staging"),
        ["canary-row-of-a-person", "another"]
    );
    let page = served.seen(&format!("/runs/{run}"), &signed).await;
    assert!(page.contains("alice"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_is_run_alone() {
    let served = Served::new().await;
    let run = served
        .run(json!({"job": "production/people", "operation": "backup"}))
        .await;
    assert_eq!(run["verb"], "backup");
    let steps = run["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0]["operation"], "backup");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_puts_the_copy_before_back_and_another_undoes_it() {
    let served = Served::new().await;
    let signed = served.sign_in().await;
    served.synced().await;
    served.add_to_production("a third");
    served.synced().await;
    assert_eq!(served.names("staging").len(), 3);

    let page = served
        .seen("/actions/rollback?job=staging/people", &signed)
        .await;
    assert!(
        page.contains("The live copy of people of staging/people (the copy of run 20"),
        "{page}"
    );
    assert!(page.contains("is replaced by the copy of run 20"), "{page}");
    let sent = served
        .send("/actions/rollback", &[("job", "staging/people")], &signed)
        .await;
    let run = place(&sent).strip_prefix("/runs/").unwrap().to_owned();
    let ended = served.ended(&run).await;
    assert_eq!(ended["outcome"], "succeeded", "{ended}");
    assert_eq!(
        (&ended["verb"], &ended["requested_by"]),
        (&json!("rollback"), &json!("alice"))
    );
    assert_eq!(served.names("staging").len(), 2);

    let told = served
        .accepted("/api/v1/rollbacks", json!({"job": "staging/people"}))
        .await;
    served.ended(told["run"].as_str().unwrap()).await;
    assert_eq!(served.names("staging").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_tells_whole_from_damaged() {
    let served = Served::new().await;
    let signed = served.sign_in().await;
    let run = served.run(json!({"job": "production/people"})).await;
    let backup = run["steps"][0]["backup"].as_str().unwrap().to_owned();
    let page = served
        .seen(&format!("/actions/verify?backup={backup}"), &signed)
        .await;
    assert!(page.contains("Nothing is changed or overwritten"), "{page}");
    let verified = async || {
        let body = json!({"backup": backup});
        let told = served.accepted("/api/v1/verifications", body).await;
        served.ended(told["run"].as_str().unwrap()).await
    };
    let whole = verified().await;
    assert_eq!(whole["outcome"], "succeeded", "{whole}");
    assert_eq!(whole["requested_by"], "alice");
    assert_eq!(whole["steps"][0]["backup"], backup.as_str());

    damage(&served, &backup);
    let damaged = verified().await;
    assert_eq!(damaged["outcome"], "failed", "{damaged}");
    assert_eq!(damaged["failure"]["kind"], "corrupt");
}

/// Turns over one byte in the middle of the backup's largest file.
fn damage(served: &Served, backup: &str) {
    let (environment, key) = backup.split_once(':').unwrap();
    let store = served.folder.path().join("stores").join(environment);
    let folder = std::fs::read_dir(store.join(key)).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    let parts = files.filter(|path| path.is_file() && !path.ends_with("manifest.json"));
    let part = parts
        .max_by_key(|path| path.metadata().unwrap().len())
        .unwrap();
    let mut bytes = std::fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(part, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_says_so_in_its_run() {
    let served = Served::new().await;
    served.synced().await;
    let told = served
        .accepted("/api/v1/rollbacks", json!({"job": "staging/people"}))
        .await;
    let ended = served.ended(told["run"].as_str().unwrap()).await;
    assert_eq!(ended["outcome"], "failed");
    assert_eq!(ended["failure"]["kind"], "no-backup", "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_what_is_at_work_end_and_begins_nothing_more() {
    let served = Served::new().await;
    let told = served
        .accepted("/api/v1/runs", json!({"job": "production/people"}))
        .await;
    served.actor.finish().await;
    let run = told["run"].as_str().unwrap();
    assert_eq!(served.ended(run).await["outcome"], "succeeded");
    let refused = served
        .tell("/api/v1/runs", json!({"job": "production/people"}))
        .await;
    assert_eq!(refused.status(), 503);
}
