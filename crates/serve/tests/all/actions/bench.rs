//! Acting as an operator does, by form or by program, and seeing what came of it.

use crate::web::served::{Served, Signed, TOKEN};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Served {
    /// What a program of alice's sends.
    pub(super) async fn tell(&self, path: &str, body: Value) -> Response {
        let request = self.ask(Method::POST, path).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    /// The same, accepted; what was answered.
    pub(super) async fn accepted(&self, path: &str, body: Value) -> Value {
        let response = self.tell(path, body).await;
        let status = response.status();
        let told = json_of(response).await;
        assert_eq!(status, 202, "{path}: {told}");
        told
    }

    /// A run that was asked for, once it has ended.
    pub(super) async fn ended(&self, run: &str) -> Value {
        let began = Instant::now();
        loop {
            let found = self.get(&format!("/api/v1/runs/{run}")).await;
            assert_eq!(found.status(), 200, "{run}");
            let found = json_of(found).await;
            if !found["outcome"].is_null() {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{run} does not end: {found}");
            tokio::task::yield_now().await;
        }
    }

    /// Runs a job and returns what came of it.
    pub(super) async fn run(&self, body: Value) -> Value {
        let told = self.accepted("/api/v1/runs", body).await;
        let run = told["run"].as_str().unwrap();
        assert_eq!(told["see"], format!("/api/v1/runs/{run}"));
        self.ended(run).await
    }

    /// Production is backed up and restored into staging.
    pub(super) async fn synced(&self) {
        for job in ["production/people", "staging/people"] {
            let run = self.run(json!({"job": job})).await;
            assert_eq!(run["outcome"], "succeeded", "{run}");
        }
    }

    /// A page as somebody who is signed in sees it.
    pub(super) async fn seen(&self, path: &str, signed: &Signed) -> String {
        let request = self.ask(Method::GET, path).header("cookie", &signed.cookie);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    /// A form of ours, sent by somebody who is signed in.
    pub(super) async fn send(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        signed: &Signed,
    ) -> Response {
        let mut fields = fields.to_vec();
        fields.push(("form_token", &signed.form_token));
        let request = self.post(path, &fields).header("cookie", &signed.cookie);
        request.send().await.unwrap()
    }

    pub(super) fn names(&self, environment: &str) -> Vec<String> {
        let database = self.folder.path().join(format!("{environment}-people.db"));
        let database = rusqlite::Connection::open(database).unwrap();
        let mut rows = database
            .prepare("SELECT name FROM users ORDER BY id")
            .unwrap();
        let names = rows.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    pub(super) fn add_to_production(&self, name: &str) {
        let database = self.folder.path().join("production-people.db");
        let database = rusqlite::Connection::open(database).unwrap();
        let added = database.execute("INSERT INTO users (name) VALUES (?1)", [name]);
        assert_eq!(added.unwrap(), 1);
    }

    /// Whether the log says this.
    pub(super) fn is_audited(&self, what: &str) -> bool {
        let lines = self.audit.lock().unwrap();
        lines.iter().any(|line| line.contains(what))
    }
}

pub(super) async fn json_of(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

/// Where a browser is sent on to.
pub(super) fn place(response: &Response) -> &str {
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap()
}
