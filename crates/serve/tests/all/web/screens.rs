//! What is shown and told, over HTTP.

use crate::web::served::Served;
use reqwest::Method;

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_shows_what_was_done() {
    let served = Served::worked().await;
    let (_, runs) = served.told("/runs").await;
    let run = runs["runs"][0]["run"].as_str().unwrap();
    let (_, backups) = served.told("/backups?environment=production").await;
    let backup = &backups["backups"][0];
    let part = |name: &str| backup[name].as_str().unwrap();
    let (instance, folder) = (part("instance"), part("folder"));
    for (path, shows) in [
        ("/", "people"),
        ("/tonight", "Tonight"),
        ("/runs", run),
        ("/runs?environment=staging&app=&job=", "staging/people"),
        (&format!("/runs/{run}"), run),
        ("/backups", folder),
        ("/backups?environment=", folder),
        (&format!("/backups/production/{instance}/{folder}"), folder),
        ("/drills", "production/people"),
        ("/drills/report", "production/people"),
        ("/sanitising", "people"),
        ("/holds", "Nothing is held"),
    ] {
        let response = served.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=utf-8"
        );
        let page = response.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>"), "{path}: {page}");
        assert!(page.contains(shows), "{path}: {page}");
    }
    let report = served.get("/drills/report.csv").await;
    assert_eq!(report.headers()["content-type"], "text/csv; charset=utf-8");
    let report = report.text().await.unwrap();
    assert!(report.contains("\r\nproduction,people,people,"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_told_once_something_is_known() {
    let served = Served::unread("").await;
    assert_eq!(served.get("/metrics").await.status(), 503);
    served.look().await;
    let metrics = served.get("/metrics").await;
    let kind = metrics.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("weir_environment_readable{environment=\"staging\"} 1"));
    assert!(metrics.ends_with("# EOF\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_to_people_and_to_programs() {
    let served = Served::new().await;
    for path in [
        "/runs/20261122T013600Z-0a1b2c3d",
        "/runs/nonsense",
        "/runs?environment=nowhere",
        "/backups/production/people/20261122T013600Z",
        "/backups/nowhere/people/20261122T013600Z",
        "/nothing",
    ] {
        let page = served.get(path).await;
        assert_eq!(page.status(), 404, "{path}");
        let page = page.text().await.unwrap();
        assert!(page.contains("That did not work"), "{path}: {page}");
        let (status, problem) = served.told(path).await;
        assert_eq!(status, 404, "{path}: {problem}");
        assert!(problem["hint"].is_string(), "{path}: {problem}");
    }
    let (status, problem) = served.told("/runs?limit=many").await;
    assert_eq!(status, 400, "{problem}");
    let gone = served.ask(Method::DELETE, "/runs").send().await.unwrap();
    assert_eq!(gone.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_goes_away_is_told_and_comes_back_by_itself() {
    let served = Served::worked().await;
    let (_, runs) = served.told("/runs?environment=production").await;
    let run = runs["runs"][0]["run"].as_str().unwrap().to_owned();
    let path = format!("/runs/{run}");
    let store = served.folder.path().join("stores/production");
    let aside = served.folder.path().join("aside");
    std::fs::rename(&store, &aside).unwrap();
    std::fs::write(&store, "in the way").unwrap();
    served.look().await;
    let (status, problem) = served.told(&path).await;
    assert_eq!(
        (status, &problem["kind"]),
        (503, &"store".into()),
        "{problem}"
    );
    assert!(problem["cause"].is_string(), "{problem}");
    let (status, overview) = served.told("/overview").await;
    assert_eq!(status, 200);
    assert_eq!(
        overview["unreadable"][0]["environment"], "production",
        "{overview}"
    );
    assert_eq!(served.get("/").await.status(), 200);
    std::fs::remove_file(&store).unwrap();
    std::fs::rename(&aside, &store).unwrap();
    served.look().await;
    assert_eq!(served.told(&path).await.0, 200);
    let (_, overview) = served.told("/overview").await;
    assert_eq!(overview["unreadable"].as_array().unwrap().len(), 0);
}
