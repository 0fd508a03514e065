//! What `weir serve` needs is looked at too.

use crate::doctor::{found, look};
use crate::fixture::{Fixture, PEOPLE};
use weir_pipeline::doctor::Verdict;
use weir_testkit::prometheus::pushgateway;

#[tokio::test(flavor = "multi_thread")]
async fn secrets_operators_and_the_gateway_are_looked_at_and_no_token_is_told() {
    let gateway = pushgateway();
    let serve = format!(
        "serve: {{operators: {{file: operators}}, pushgateway: 'http://{}'}}\nnotify:\n  chat: {{slack: {{file: chat}}}}\n",
        gateway.address()
    );
    let fixture = Fixture::new(&format!("{PEOPLE}{serve}"));
    let none = look(&fixture, None).await;
    found(&none, "serve", "secret", "not readable from here");
    assert_eq!(none.exit_code(), 0, "{none:#?}");

    fixture.write("operators", "alice canary-0123456789-canary\nbob canary\n");
    let some = look(&fixture, None).await;
    found(&some, "serve", "secret", "can be read, for the operators");
    let missing = found(&some, "serve", "secret", "chat cannot be read");
    assert_eq!(missing.verdict, Verdict::Failure);
    let short = found(
        &some,
        "serve",
        "operators",
        "the token in line 2 is shorter",
    );
    assert_eq!(short.verdict, Verdict::Failure);
    found(&some, "serve", "pushgateway", "answers");
    assert!(!format!("{some:?}").contains("canary"));

    drop(gateway);
    fixture.write("chat", "https://chat.weir.example/");
    fixture.write("operators", "alice canary-0123456789-canary\n");
    let gone = look(&fixture, None).await;
    let away = found(&gone, "serve", "pushgateway", "cannot be reached");
    assert_eq!(away.verdict, Verdict::Warning);
    found(&gone, "serve", "operators", "1 may act");
    assert_eq!(gone.exit_code(), 0, "{gone:#?}");
    // Who asks about one app does not ask who is told.
    let app = look(&fixture, Some("staging/people")).await;
    assert!(app.checks.iter().all(|check| check.place != "serve"));
}
