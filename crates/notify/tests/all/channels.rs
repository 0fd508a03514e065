use std::time::{Duration, Instant};
use weir_config::{Channel, Event, Secret};
use weir_notify::{Message, Outbox, Secrets, Sender, signature};
use weir_testkit::catcher::Catcher;

/// The channels of a configuration that has nothing else to say.
fn channels(notify: &str) -> Vec<Channel> {
    let text = format!(
        "weir: 1\nenvironments:\n  staging: {{store: 'file:///backups'}}\napps:\n  shop: {{engine: sqlite, database: shop, url: 'sqlite:/x.db', in: {{staging: {{}}}}}}\nnotify:\n{notify}"
    );
    weir_config::parse(&text, "weir.yaml", "/").unwrap().notify
}

fn secrets(values: &[(&str, String)]) -> Secrets {
    let values = values.iter();
    values
        .map(|(name, value)| (Secret::Env((*name).to_owned()), Ok(value.clone())))
        .collect()
}

fn failure() -> Message {
    Message {
        kind: Event::Failure,
        environment: "staging".to_owned(),
        app: Some("shop".to_owned()),
        job: Some("main".to_owned()),
        run: None,
        title: "staging/shop failed".to_owned(),
        lines: vec!["restore: a < b".to_owned()],
        command: Some("weir logs 1".to_owned()),
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}

#[tokio::test]
async fn each_way_arrives_and_a_dead_channel_blocks_and_tells_nothing() {
    let (slack, hook, mail) = (Catcher::http(200), Catcher::http(204), Catcher::smtp());
    let hanging = Catcher::silent();
    let dead = format!("{}/canary-secret", hanging.url());
    let notify = format!(
        "  chat: {{slack: {{env: SLACK}}}}\n  dead: {{slack: {{env: DEAD}}}}\n  hook: {{webhook: {{url: '{}/', secret: {{env: KEY}}}}}}\n  mail: {{email: {{to: [ops@weir.example], from: weir@weir.example, server: 'smtp://127.0.0.1:{}'}}}}\n",
        hook.url(),
        mail.port()
    );
    let values = secrets(&[
        ("SLACK", format!("{}/hook", slack.url())),
        ("DEAD", dead),
        ("KEY", "canary-key".to_owned()),
    ]);
    let sender = Sender::new(channels(&notify), values).with_deadline(Duration::from_secs(3));
    let (mut outbox, now) = (Outbox::default(), failure().at);
    outbox.accept(&channels(&notify), &[failure()], now);
    let began = Instant::now();
    let deliveries = sender.deliver(&outbox, now).await;
    assert!(began.elapsed() < Duration::from_secs(20));
    let came: Vec<_> = deliveries
        .iter()
        .map(|sent| (sent.channel.as_str(), sent.result.is_ok()))
        .collect();
    assert_eq!(
        came,
        [
            ("chat", true),
            ("dead", false),
            ("hook", true),
            ("mail", true)
        ],
        "{deliveries:?}"
    );
    assert!(!format!("{deliveries:?}").contains("canary"));

    let body = slack.wait_for(1).await.remove(0);
    assert!(
        body.contains("staging/shop failed\\nrestore: a &lt; b\\n`weir logs 1`"),
        "{body}"
    );
    let call: String = hook.wait_for(1).await.remove(0);
    let (head, body) = call.split_once("\r\n\r\n").unwrap();
    let signed = signature("canary-key", now, body.as_bytes()).unwrap();
    assert!(
        head.contains(&format!("x-weir-signature: {signed}")),
        "{head}"
    );
    let mail = mail.wait_for(1).await.remove(0);
    assert!(
        mail.contains("Subject: [weir] staging/shop failed\r\n"),
        "{mail}"
    );

    // What arrived is not told again; the dead channel is tried again, also by who starts anew.
    for sent in deliveries.iter().filter(|sent| sent.result.is_ok()) {
        let waiting = outbox.waiting(&sent.channel).to_vec();
        outbox.delivered(&sent.channel, &waiting);
    }
    let kept = serde_json::to_vec(&outbox).unwrap();
    let mut outbox: Outbox = serde_json::from_slice(&kept).unwrap();
    outbox.accept(&channels(&notify), &[failure()], now);
    let again = sender.deliver(&outbox, now).await;
    let again: Vec<_> = again.iter().map(|sent| sent.channel.as_str()).collect();
    assert_eq!(again, ["dead"]);
}

#[tokio::test]
async fn a_test_reaches_a_channel_that_asks_for_other_things_and_says_what_it_answered() {
    let refusing = Catcher::http(404);
    let notify = "  chat: {slack: {env: SLACK}, on: [drift]}\n";
    let url = format!("{}/canary", refusing.url());
    let sender = Sender::new(channels(notify), secrets(&[("SLACK", url)]));
    let deliveries = sender.test(&failure(), failure().at).await;
    let shown = format!("{deliveries:?}");
    assert!(shown.contains("the server answered HTTP 404"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_mail_server_that_refuses_is_told_by_its_code_alone() {
    let refusing = Catcher::refusing_smtp();
    let notify = format!(
        "  mail: {{email: {{to: [ops@weir.example], from: weir@weir.example, server: 'smtp://127.0.0.1:{}'}}}}\n",
        refusing.port()
    );
    let sender = Sender::new(channels(&notify), Secrets::new());
    let deliveries = sender.test(&failure(), failure().at).await;
    let shown = format!("{deliveries:?}");
    assert!(shown.contains("the server answered 550"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(refusing.caught().is_empty());
}
