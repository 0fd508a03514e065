//! What people are told, and what is rendered for who watches, as an operator types it.

use crate::command::{run, succeed};
use std::path::Path;
use weir_testkit::catcher::Catcher;

fn configure(folder: &Path, notify: &str) {
    let text = format!(
        "weir: 1\nenvironments:\n  staging: {{store: store}}\napps:\n  shop: {{engine: sqlite, database: shop, url: 'sqlite:shop.db'}}\n{notify}"
    );
    std::fs::write(folder.join("weir.yaml"), text).unwrap();
}

#[test]
fn a_test_message_is_sent_to_every_channel_and_each_answer_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let (chat, refusing, mail) = (
        Catcher::http(200),
        Catcher::http(403),
        Catcher::refusing_smtp(),
    );
    let secret = |name: &str, value: &str| std::fs::write(folder.path().join(name), value).unwrap();
    secret("chat", &format!("{}/canary-chat", chat.url()));
    secret("hook", &format!("{}/canary-hook", refusing.url()));
    secret("key", "canary-key");
    configure(
        folder.path(),
        &format!(
            "notify:\n  chat: {{slack: {{file: chat}}, on: [drift]}}\n  hook: {{webhook: {{url: {{file: hook}}, secret: {{file: key}}}}}}\n  lost: {{slack: {{file: nowhere}}}}\n  mail: {{email: {{to: [ops@weir.example], from: weir@weir.example, server: 'smtp://127.0.0.1:{}'}}}}\n",
            mail.port()
        ),
    );
    let ended = run(folder.path(), "notify test");
    assert_eq!(ended.code, 11, "{}", ended.all());
    for line in [
        "chat: HTTP 200",
        "the server answered HTTP 403",
        "nowhere cannot be read",
        "the server answered 550",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.all());
    }
    assert!(!ended.all().contains("canary"), "{}", ended.all());
    assert!(chat.caught()[0].contains("Test message of Weir"));

    let one = succeed(folder.path(), "notify test chat --json").json();
    assert_eq!(one["channels"][0]["answer"], "HTTP 200");
    assert_eq!(chat.caught().len(), 2);
    let unknown = run(folder.path(), "notify test chatt");
    assert_eq!(unknown.code, 2, "{}", unknown.all());
    assert!(
        unknown.stderr.contains("chat, hook, lost, mail"),
        "{}",
        unknown.all()
    );

    configure(folder.path(), "");
    assert_eq!(run(folder.path(), "notify test").code, 2);
}

#[test]
fn rules_and_a_dashboard_are_printed_as_json() {
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path(), "");
    let rules = succeed(folder.path(), "render alerts staging").json();
    assert_eq!(rules["groups"][0]["name"], "weir-staging");
    let dashboard = succeed(folder.path(), "render dashboard").json();
    assert_eq!(dashboard["uid"], "weir-fleet");
    assert_eq!(run(folder.path(), "render alerts nowhere").code, 2);
}
