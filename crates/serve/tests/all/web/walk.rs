//! Every route of the table, by whoever may not.

use super::door::assert_guarded;
use crate::web::served::{Served, Signed, TOKEN};
use jiff::SignedDuration;
use reqwest::{Method, Response};
use weir_serve::web::{Route, Who, routes};

const PROXY: &str =
    "  sign_on: {header: X-Forwarded-User, proxies: [127.0.0.1], operators: [bob]}\n";

/// Asks for a route with these headers, as a form of our own page would.
async fn asked(served: &Served, route: &Route, headers: &[(&str, &str)]) -> Response {
    let path = route.path.replace(['{', '}'], "");
    let mut request = served.ask(route.method.clone(), &path);
    if route.method == Method::POST {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    assert_guarded(&response);
    response
}

async fn status(served: &Served, route: &Route, headers: &[(&str, &str)]) -> u16 {
    asked(served, route, headers).await.status().as_u16()
}

#[test]
fn whoever_acts_is_an_operator() {
    let acts = routes()
        .into_iter()
        .filter(|route| route.who == Who::Operator);
    assert!(
        acts.count() >= 15,
        "run, hold, release, verify, roll back: asked, done, told"
    );
    for route in routes() {
        let is_door = matches!(route.path.as_str(), "/sign-in" | "/sign-out");
        if route.method == Method::POST && !is_door {
            assert_eq!(route.who, Who::Operator, "{}", route.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_what_viewing_leaves_open_and_do_nothing() {
    let open = Served::new().await;
    let closed = Served::with("  viewing: operators\n").await;
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        let (open, closed) = tokio::join!(status(&open, &route, &[]), status(&closed, &route, &[]));
        match route.who {
            Who::Anyone => assert!(!matches!(closed, 403 | 500..), "{name}: {closed}"),
            Who::Viewer => {
                assert_eq!(closed, 401, "{name}");
                assert!(!matches!(open, 401 | 403 | 500 | 501), "{name}: {open}");
            }
            Who::Operator => assert_eq!((open, closed), (401, 401), "{name}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_opens_nothing() {
    let served = Served::new().await;
    let wrong = [("authorization", "Bearer wrong-token-of-24-characters")];
    for route in routes().iter().filter(|route| route.who != Who::Anyone) {
        served.clock.jump(SignedDuration::from_mins(1));
        let response = asked(&served, route, &wrong).await;
        assert_eq!(response.status(), 401, "{} {}", route.method, route.path);
        assert_eq!(
            response.headers()["www-authenticate"],
            "Bearer realm=\"weir\""
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_over_opens_nothing() {
    let served = Served::with("  viewing: operators\n  session: 1h\n").await;
    let Signed { cookie, form_token } = served.sign_in().await;
    served.clock.jump(SignedDuration::from_mins(61));
    let headers = [
        ("cookie", cookie.as_str()),
        ("x-weir-form-token", &form_token),
    ];
    for route in routes().iter().filter(|route| route.who != Who::Anyone) {
        let status = status(&served, route, &headers).await;
        assert_eq!(status, 401, "{} {}", route.method, route.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_look_may_not_act() {
    let served = Served::with(&format!("  viewing: operators\n{PROXY}")).await;
    for route in routes() {
        let status = status(&served, &route, &[("x-forwarded-user", "carol")]).await;
        let name = format!("{} {}", route.method, route.path);
        match route.who {
            Who::Operator => assert_eq!(status, 403, "{name}"),
            Who::Viewer => assert!(!matches!(status, 401 | 403 | 500 | 501), "{name}: {status}"),
            Who::Anyone => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_acts_without_end_is_stopped_for_a_minute() {
    let served = Served::new().await;
    let minute = "2026-11-22T12:00:00Z".parse().unwrap();
    served.clock.set(minute);
    let token = format!("Bearer {TOKEN}");
    let act = async || {
        let request = served.ask(Method::POST, "/api/v1/runs");
        let request = request.header("authorization", &token);
        let request = request.header("content-type", "application/json");
        request.body("{}").send().await.unwrap()
    };
    for _ in 0..30 {
        assert_eq!(act().await.status(), 400);
    }
    let stopped = act().await;
    assert_eq!(stopped.status(), 429);
    assert_eq!(stopped.headers()["retry-after"], "60");
    served.clock.jump(SignedDuration::from_mins(1));
    assert_eq!(act().await.status(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_forged_post_does_anything() {
    let served = Served::with(PROXY).await;
    let Signed { cookie, form_token } = served.sign_in().await;
    let cookie = ("cookie", cookie.as_str());
    let form = ("x-weir-form-token", form_token.as_str());
    let elsewhere = ("origin", "https://evil.example");
    for route in routes() {
        if route.method != Method::POST {
            continue;
        }
        let name = &route.path;
        assert_eq!(status(&served, &route, &[cookie]).await, 403, "{name}");
        let cross = ("sec-fetch-site", "cross-site");
        assert_eq!(
            status(&served, &route, &[cookie, form, cross]).await,
            403,
            "{name}"
        );
        assert_eq!(
            status(&served, &route, &[cookie, form, elsewhere]).await,
            403,
            "{name}"
        );
        // A proxy that signs people on sends its header with whatever a browser was made to send.
        let named = ("x-forwarded-user", "bob");
        assert_eq!(status(&served, &route, &[named]).await, 403, "{name}");
    }
}
