//! Chromium looks at every screen, in light and dark, on a phone, by keyboard and without
//! JavaScript; axe-core looks for what keeps people out.

use super::screens::all;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio::process::Command;
use weir_serve::pages::asset;

/// What others wrote: no markup, and a word that no column is wide enough for.
const TEXT: &str = "rather_plain_and_longer_than_any_column_of_a_table_has_room_for_0123456789_0123456789_0123456789";
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_is_whole_for_everybody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router()).await.unwrap() });

    script("check.mjs", &base, &list()).await;
}

/// Runs a script that drives the browser on the page at `base`.
pub(crate) async fn script(name: &str, base: &str, argument: &str) {
    let tools = std::env::var("WEIR_BROWSER")
        .expect("the browser's tools are not there: run the tests with scripts/test");
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let looked = Command::new("node")
        .arg(format!("{repository}/scripts/browser/{name}"))
        .args([base, &format!("{repository}/target/browser"), argument])
        .env("WEIR_BROWSER", tools)
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is not there: run the tests with scripts/test");
    let told = String::from_utf8_lossy(&looked.stdout);
    let complained = String::from_utf8_lossy(&looked.stderr);
    assert!(looked.status.success(), "{told}\n{complained}");
}

/// The screens that are looked at, for the script.
fn list() -> String {
    let pages: Vec<_> = all(TEXT, 0)
        .into_iter()
        .map(|screen| serde_json::json!({ "name": screen.name, "path": screen.path }))
        .collect();
    serde_json::Value::from(pages).to_string()
}

/// Serves the samples. The log of the run at work is a line longer each time it is asked for.
fn router() -> Router {
    Router::new()
        .route("/assets/{name}", get(file))
        .fallback(screen)
        .with_state(Arc::new(AtomicUsize::new(0)))
}

async fn file(Path(name): Path<String>) -> Response {
    match asset(&name) {
        Some((kind, bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn screen(State(asked): State<Arc<AtomicUsize>>, uri: Uri) -> Response {
    let lines = asked.fetch_add(1, Ordering::Relaxed);
    let path = |address: &str| address.split('?').next().unwrap().to_owned();
    let found = all(TEXT, lines)
        .into_iter()
        .find(|screen| path(screen.path) == uri.path());
    match found {
        Some(screen) => (
            [(header::CONTENT_SECURITY_POLICY, POLICY)],
            Html(screen.page.into_string()),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
