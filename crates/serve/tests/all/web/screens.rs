//! What is shown and told, over HTTP.

use crate::web::served::Served;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_the_api_answer() {
    let served = Served::new().await;
    for path in ["/", "/runs", "/runs?environment=staging&app=people"] {
        let response = served.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let page = response.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>"), "{path}: {page}");
    }
    let overview = served.get("/api/v1/overview").await;
    assert_eq!(overview.headers()["content-type"], "application/json");
    let overview: Value = serde_json::from_str(&overview.text().await.unwrap()).unwrap();
    assert_eq!(overview["environments"][0], "production");
    let missing = served.get("/api/v1/runs/20261122T013600Z-0a1b2c3d").await;
    assert_eq!(missing.status(), 404);
}
