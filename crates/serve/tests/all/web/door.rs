//! Signing in, staying signed in, and being kept out.

use crate::web::served::{Served, Signed, TOKEN};
use jiff::SignedDuration;
use reqwest::{Method, RequestBuilder, Response};

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Whether the page knows who holds the cookie.
async fn is_known(served: &Served, signed: &Signed) -> bool {
    let page = served.ask(Method::GET, "/sign-in");
    let page = page.header("cookie", &signed.cookie).send().await.unwrap();
    page.text().await.unwrap().contains("alice")
}

pub(super) fn assert_guarded(response: &Response) {
    let header = |name: &str| response.headers()[name].to_str().unwrap();
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_its_headers_even_where_nothing_is() {
    let served = Served::new().await;
    for (method, path) in [
        (Method::GET, "/nothing"),
        (Method::DELETE, "/healthz"),
        (Method::GET, "/assets/weir.css"),
        (Method::GET, "/assets/..%2f..%2fCargo.toml"),
        (Method::GET, "/assets/%ff"),
        (Method::POST, "/sign-in"),
    ] {
        assert_guarded(&served.ask(method, path).send().await.unwrap());
    }
    assert_eq!(served.get("/healthz").await.text().await.unwrap(), "ok\n");
    assert_eq!(
        served.get("/assets/..%2f..%2fCargo.toml").await.status(),
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_begins_with_the_token_and_ends_by_itself() {
    let served = Served::with("  session: 2h\n").await;
    let wrong = served.post("/sign-in", &[("token", "canary-token-of-nobody-0123456")]);
    let wrong = wrong.send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    assert!(wrong.headers().get("set-cookie").is_none());

    let fields = [("token", TOKEN), ("next", "//evil.example/")];
    let right = served.post("/sign-in", &fields).send().await.unwrap();
    assert_eq!(right.headers()["location"], "/");
    let cookie = right.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert!(!cookie.contains(TOKEN));

    let signed = served.sign_in().await;
    served.clock.jump(SignedDuration::from_mins(119));
    assert!(is_known(&served, &signed).await);
    served.clock.jump(SignedDuration::from_mins(2));
    assert!(!is_known(&served, &signed).await);
    assert!(
        served
            .audit
            .lock()
            .unwrap()
            .iter()
            .all(|line| !line.contains("canary"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_on_the_server() {
    let served = Served::new().await;
    let signed = served.sign_in().await;
    let out = |fields: &[(&str, &str)]| {
        served
            .post("/sign-out", fields)
            .header("cookie", &signed.cookie)
    };
    assert_eq!(status(out(&[])).await, 403);
    assert_eq!(status(out(&[("form_token", "0000")])).await, 403);
    assert!(is_known(&served, &signed).await);
    assert_eq!(
        status(out(&[("form_token", &signed.form_token)])).await,
        303
    );
    assert!(!is_known(&served, &signed).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_the_operators_file_is_signed_out() {
    let served = Served::new().await;
    let (first, second) = (served.sign_in().await, served.sign_in().await);
    let file = served.folder.path().join("operators");
    std::fs::write(&file, format!("bob {TOKEN}-of-bob\nalice {TOKEN}\n")).unwrap();
    assert!(is_known(&served, &first).await);
    std::fs::write(&file, format!("alice {TOKEN}-rotated\n")).unwrap();
    assert!(!is_known(&served, &first).await);
    // What is gone stays gone; while nobody can say who may, nobody may.
    std::fs::write(&file, format!("alice {TOKEN}\n")).unwrap();
    assert!(!is_known(&served, &first).await);
    assert!(is_known(&served, &second).await);
    std::fs::remove_file(&file).unwrap();
    assert!(!is_known(&served, &second).await);
    let response = served
        .post("/sign-in", &[("token", TOKEN)])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 500);
    let page = response.text().await.unwrap();
    assert!(
        !page.contains(served.folder.path().to_str().unwrap()),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_site_sends_is_refused() {
    let served = Served::new().await;
    let signed = served.sign_in().await;
    let fields = [("form_token", signed.form_token.as_str())];
    let forged = |name: &str, value: &str| {
        let request = served
            .ask(Method::POST, "/sign-out")
            .header("cookie", &signed.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request
            .header(name, value)
            .body(super::served::form(&fields))
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        assert_eq!(status(forged(name, value)).await, 403, "{name}: {value}");
    }
    assert!(is_known(&served, &signed).await);
    let rebound = served
        .ask(Method::GET, "/sign-in")
        .header("host", "evil.example");
    assert_eq!(status(rebound).await, 421);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_on_header_counts_from_the_proxy_alone() {
    let line = |proxy: &str| {
        format!("  sign_on: {{header: X-Forwarded-User, proxies: [{proxy}], operators: [bob]}}\n")
    };
    let page = async |served: &Served, names: &[&str]| {
        let mut request = served.ask(Method::GET, "/sign-in");
        for name in names {
            request = request.header("x-forwarded-user", *name);
        }
        request.send().await.unwrap().text().await.unwrap()
    };
    let served = Served::with(&line("127.0.0.1")).await;
    assert!(page(&served, &["bob"]).await.contains("may act"));
    assert!(page(&served, &["carol"]).await.contains("may look"));
    assert!(!page(&served, &["bob", "carol"]).await.contains("may act"));
    let served = Served::with(&line("10.0.0.1")).await;
    assert!(!page(&served, &["bob"]).await.contains("bob"));
}
