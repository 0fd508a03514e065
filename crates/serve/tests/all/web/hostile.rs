//! What others wrote, and paths that lead elsewhere.

use crate::web::served::Served;
use serde_json::json;
use std::path::{Path, PathBuf};

/// The files of this name below a folder.
pub(super) fn find(folder: &Path, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => find(&path, name),
            false => vec![path],
        })
        .filter(|path| path.file_name().is_some_and(|file| file == name))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_leads_out_of_its_place() {
    let served = Served::worked().await;
    let key = std::fs::read_to_string(served.folder.path().join("keys/production")).unwrap();
    for name in [
        "..%2f..%2f..%2fkeys%2fproduction",
        "%2e%2e%2f%2e%2e%2fkeys%2fproduction",
        "%2fetc%2fpasswd",
        "..%5c..%5ckeys",
        "20261122T013600Z-0a1b2c3d%2f..%2f..%2fx",
        "20261122T013600Z-0a1b2c3d%00",
        "..",
        "%252e%252e%252fkeys",
        "%ff",
    ] {
        for path in [
            format!("/runs/{name}"),
            format!("/backups/production/people/{name}"),
            format!("/backups/production/{name}/20261122T0136Z"),
            format!("/backups/{name}/people/20261122T0136Z"),
            format!("/assets/{name}"),
        ] {
            for path in [format!("/api/v1{path}"), path] {
                let response = served.get(&path).await;
                assert!(matches!(response.status().as_u16(), 200 | 404), "{path}");
                let is_list = path.ends_with("/..") || path.contains("/../");
                assert!(response.status() == 404 || is_list, "{path}");
                let text = response.text().await.unwrap();
                assert!(
                    !text.contains(key.trim()) && !text.contains("root:"),
                    "{path}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_neither_acts_in_the_browser_nor_in_a_terminal() {
    const HOSTILE: &str = "<script>alert(1)</script> <img src=x onerror=alert(2)> \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}txet";
    let served = Served::worked().await;
    let (_, runs) = served.told("/runs?environment=production").await;
    let run = runs["runs"][0]["run"].as_str().unwrap();
    let line = json!({"at": "2026-11-22T01:36:00Z", "kind": "note", "message": HOSTILE});
    let foreign = json!({"no": "event", "of": HOSTILE});
    let logs = find(
        &served.folder.path().join("stores/production"),
        "log-1.jsonl",
    );
    let log = std::fs::read_to_string(&logs[0]).unwrap();
    std::fs::write(&logs[0], format!("{log}{line}\n{foreign}\n{HOSTILE}\n")).unwrap();
    let page = served.get(&format!("/runs/{run}")).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    for acting in ["<script>", "<img src=x", "\u{1b}", "\u{7}", "\u{202e}"] {
        assert!(!page.contains(acting), "{acting:?}: {page}");
    }
    let told = served.get(&format!("/api/v1/runs/{run}")).await;
    let told = told.text().await.unwrap();
    assert!(
        !told.contains('\u{1b}') && !told.contains('\u{7}'),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_row_or_a_secret_is_shown() {
    let served = Served::worked().await;
    let key = std::fs::read_to_string(served.folder.path().join("keys/production")).unwrap();
    for path in [
        "/",
        "/tonight",
        "/runs",
        "/backups",
        "/drills",
        "/sanitising",
        "/holds",
    ] {
        let page = served.get(path).await.text().await.unwrap();
        assert!(
            !page.contains("canary") && !page.contains(key.trim()),
            "{path}"
        );
    }
}
