//! Who may not act does not, and what makes no sense is said.

use super::bench::json_of;
use crate::web::served::{Served, TOKEN, form};
use reqwest::Method;
use serde_json::{Value, json};

const FORMS: [&str; 5] = ["run", "hold", "release", "verify", "rollback"];
const API: [&str; 5] = [
    "/api/v1/runs",
    "/api/v1/holds",
    "/api/v1/holds/hold-0a1b2c3d/release",
    "/api/v1/verifications",
    "/api/v1/rollbacks",
];

/// Every way to act, with the method.
fn ways() -> Vec<(Method, String)> {
    let forms = FORMS.map(|name| format!("/actions/{name}"));
    let asked = forms.iter().map(|path| (Method::GET, path.clone()));
    let sent = forms.iter().map(|path| (Method::POST, path.clone()));
    let told = API.iter().map(|&path| (Method::POST, path.to_owned()));
    asked.chain(sent).chain(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_acts_who_is_not_known_or_may_only_look() {
    let sign_on = "  sign_on: {header: X-Forwarded-User, proxies: [127.0.0.1], operators: [bob]}\n";
    let served = Served::with(sign_on).await;
    for (method, path) in ways() {
        let status = async |name: Option<&str>| {
            let mut request = served.ask(method.clone(), &path);
            if let Some(name) = name {
                request = request.header("x-forwarded-user", name);
            }
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!(status(None).await, 401, "{method} {path}");
        assert_eq!(status(Some("carol")).await, 403, "{method} {path}");
    }
    let wrong = served
        .ask(Method::POST, "/api/v1/runs")
        .bearer_auth("canary-token-of-nobody-0123456");
    assert_eq!(wrong.send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_forms_and_other_sites_do_nothing() {
    let served = Served::new().await;
    let signed = served.sign_in().await;
    let status = async |site: &str, token: &str| {
        let request = served.ask(Method::POST, "/actions/run");
        let request = request
            .header("cookie", &signed.cookie)
            .header("sec-fetch-site", site)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&[("job", "production/people"), ("form_token", token)]));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("cross-site", &signed.form_token).await, 403);
    assert_eq!(status("same-origin", "0000").await, 403);
    // A browser is told by its cookie, and a token of its form proves it for the API, too.
    let request = served
        .ask(Method::POST, "/api/v1/runs")
        .header("cookie", &signed.cookie)
        .header("content-type", "application/json")
        .body(json!({"job": "production/people"}).to_string());
    assert_eq!(request.send().await.unwrap().status(), 403);
    let runs = json_of(served.get("/api/v1/runs").await).await;
    assert_eq!(runs["runs"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_by_the_name_of_its_field() {
    let served = Served::new().await;
    let hold = |place: &str, operation: &str, until: &str, reason: &str| json!({"place": place, "operation": operation, "until": until, "reason": reason});
    let long = "x".repeat(501);
    let wrong: [(&str, Value, u16, &str); 15] = [
        ("runs", json!({}), 400, "job"),
        ("runs", json!({"job": 7}), 400, "string"),
        (
            "runs",
            json!({"job": "production/people", "all": true}),
            400,
            "all",
        ),
        (
            "runs",
            json!({"job": "production/people", "operation": "restore"}),
            400,
            "operation",
        ),
        (
            "runs",
            json!({"job": "production/nobody"}),
            404,
            "production/nobody",
        ),
        ("runs", json!({"job": "../people"}), 404, "../people"),
        (
            "holds",
            json!({"place": "staging", "until": "3d"}),
            400,
            "reason",
        ),
        (
            "holds",
            hold("staging", "restore", "someday", "a"),
            400,
            "until",
        ),
        (
            "holds",
            hold("staging", "restore", "2020-01-01", "a"),
            400,
            "until",
        ),
        (
            "holds",
            hold("staging", "restore", "91d", "a"),
            400,
            "until",
        ),
        (
            "holds",
            hold("staging", "transform", "1d", "a"),
            400,
            "operation",
        ),
        (
            "holds",
            hold("staging", "restore", "1d", " "),
            400,
            "reason",
        ),
        (
            "holds",
            hold("staging", "restore", "1d", &long),
            400,
            "reason",
        ),
        (
            "holds",
            hold("elsewhere", "restore", "1d", "a"),
            404,
            "elsewhere",
        ),
        (
            "verifications",
            json!({"backup": "../../etc/passwd"}),
            400,
            "backup",
        ),
    ];
    for (path, body, status, word) in wrong {
        let path = format!("/api/v1/{path}");
        let answer = served.tell(&path, body.clone()).await;
        assert_eq!(answer.status(), status, "{path} {body}");
        let problem = json_of(answer).await.to_string();
        assert!(problem.contains(word), "{path} {body}: {problem}");
        assert!(!problem.contains(TOKEN));
        assert!(
            !problem.contains(served.folder.path().to_str().unwrap()),
            "{problem}"
        );
    }
    let missing = "production:production-people/2026-11-22T013600Z-0a1b2c3d";
    let answer = served
        .tell("/api/v1/verifications", json!({"backup": missing}))
        .await;
    assert!([400, 404].contains(&answer.status().as_u16()));
    let answer = served.get("/api/v1/runs").await;
    assert_eq!(json_of(answer).await["runs"], json!([]));
}
