//! Tokens that are wrong, and lines of operators that are.

use crate::web::served::{Served, TOKEN};
use jiff::SignedDuration;
use reqwest::RequestBuilder;

const WRONG: &str = "wrong-token-of-24-characters";

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_for_a_minute() {
    let served = Served::new().await;
    let minute = "2026-11-22T12:00:00Z".parse().unwrap();
    served.clock.set(minute);
    let guess = |token: &'static str| status(served.post("/sign-in", &[("token", token)]));
    for _ in 0..10 {
        assert_eq!(guess(WRONG).await, 401);
    }
    assert_eq!(guess(WRONG).await, 429);
    assert_eq!(guess(TOKEN).await, 429);
    served.clock.jump(SignedDuration::from_mins(1));
    assert_eq!(guess(TOKEN).await, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_each_address_has_its_own_guesses() {
    let line = "  sign_on: {header: X-Forwarded-User, proxies: [127.0.0.1], operators: [bob]}\n";
    let served = Served::with(line).await;
    served.clock.set("2026-11-22T12:00:00Z".parse().unwrap());
    let guess = |token: &'static str, named: &'static str| {
        let request = served.post("/sign-in", &[("token", token)]);
        status(request.header("x-forwarded-for", named))
    };
    // Whatever the one who guesses writes in front of it, the proxy's word is the last.
    for named in ["192.0.2.7", "198.51.100.1, 192.0.2.7"] {
        for _ in 0..5 {
            assert_eq!(guess(WRONG, named).await, 401);
        }
    }
    assert_eq!(guess(TOKEN, "203.0.113.9, 192.0.2.7").await, 429);
    assert_eq!(guess(TOKEN, "192.0.2.7, 203.0.113.9").await, 303);
    let audit = served.audit.lock().unwrap();
    assert!(
        audit.contains(&"a wrong token was sent from 192.0.2.7".to_owned()),
        "{audit:?}"
    );
    assert!(
        audit.contains(&"alice signed in from 203.0.113.9".to_owned()),
        "{audit:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_operators_that_do_not_count_are_told_without_what_they_hold() {
    let served = Served::new().await;
    let file = served.folder.path().join("operators");
    let lines = format!("alice {TOKEN}\nbob canary-short\ncanary-alone-0123456789-0123456789\n");
    std::fs::write(&file, lines).unwrap();
    let told = async || {
        let _ = served.sign_in().await;
        let audit = std::mem::take(&mut *served.audit.lock().unwrap());
        assert!(
            audit.iter().all(|line| !line.contains("canary")),
            "{audit:?}"
        );
        let about = |line: &String| line.contains("operators");
        audit.into_iter().filter(about).collect::<Vec<_>>()
    };
    let first = told().await;
    assert!(
        first[0].contains("line 2 and line 3 does not count"),
        "{first:?}"
    );
    assert_eq!(told().await, [""; 0]);
    std::fs::write(&file, format!("alice {TOKEN}\n")).unwrap();
    assert_eq!(told().await, ["every line of the operators counts again"]);
}
