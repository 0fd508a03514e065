//! What is held stays as it is, until it is released.

use super::bench::{json_of, place};
use crate::web::served::Served;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_refuses_and_its_release_lets_go() {
    let served = Served::new().await;
    let signed = served.sign_in().await;
    served.synced().await;
    let page = served
        .seen("/actions/hold?place=staging/people", &signed)
        .await;
    assert!(page.contains("backups keep running"), "{page}");
    let fields = [
        ("place", "staging/people"),
        ("operation", "restore"),
        ("until", "3d"),
        ("reason", "penetration <b>test</b>"),
    ];
    let sent = served.send("/actions/hold", &fields, &signed).await;
    assert_eq!(place(&sent), "/holds");
    assert!(served.is_audited("alice from 127.0.0.1 asks to hold restore of staging/people until"));

    let restore = json!({"job": "staging/people", "operation": "restore"});
    let refused = served.tell("/api/v1/runs", restore.clone()).await;
    assert_eq!(refused.status(), 409);
    let problem = json_of(refused).await;
    assert_eq!(problem["kind"], "held");
    let cause = problem["cause"].as_str().unwrap();
    assert!(cause.contains("held by alice until"), "{problem}");
    assert!(served.is_audited("alice from 127.0.0.1 may not run restore of staging/people"));
    let refused = served
        .tell("/api/v1/rollbacks", json!({"job": "staging/people"}))
        .await;
    assert_eq!(refused.status(), 409);
    let page = served
        .seen("/actions/run?job=staging/people", &signed)
        .await;
    assert!(page.contains("left out: held by alice"), "{page}");
    assert!(!page.contains("is overwritten"), "{page}");

    let hint = problem["hint"].as_str().unwrap();
    let at = hint.find("hold-").unwrap_or_else(|| panic!("{hint}"));
    let id = &hint[at..at + "hold-0a1b2c3d".len()];
    let page = served
        .seen(&format!("/actions/release?hold={id}"), &signed)
        .await;
    assert!(page.contains("penetration &lt;b&gt;test"), "{page}");
    let sent = served
        .send("/actions/release", &[("hold", id)], &signed)
        .await;
    assert_eq!(place(&sent), "/holds");
    let run = served.run(restore).await;
    assert_eq!(run["outcome"], "succeeded", "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_which_all_is_held_does_not_run() {
    let served = Served::new().await;
    let hold = json!({"place": "production", "until": "2h", "reason": "a move"});
    let told = served.accepted("/api/v1/holds", hold).await;
    assert_eq!(told["see"], "/api/v1/holds");
    let job = json!({"job": "production/people"});
    let refused = served.tell("/api/v1/runs", job.clone()).await;
    assert_eq!(refused.status(), 409);
    assert_eq!(json_of(refused).await["kind"], "held");

    let id = told["hold"].as_str().unwrap();
    let path = format!("/api/v1/holds/{id}/release");
    served.accepted(&path, json!({})).await;
    assert_eq!(served.run(job).await["outcome"], "succeeded");
    // It is over, and cannot end again.
    assert_eq!(served.tell(&path, json!({})).await.status(), 404);
}
