use crate::catcher::Catcher;
use std::net::TcpListener;
use std::time::{Duration, Instant};
use weir_config::{Channel, Event, Secret};
use weir_notify::{Message, Secrets, Sender, Told, signature};

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
    let (slack, hook, mail) = (
        Catcher::http("200 OK"),
        Catcher::http("204 No Content"),
        Catcher::smtp(),
    );
    // It takes connections and never answers.
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}/canary-secret", dead.local_addr().unwrap());
    let notify = format!(
        "  chat: {{slack: {{env: SLACK}}}}\n  dead: {{slack: {{env: DEAD}}}}\n  hook: {{webhook: {{url: 'http://127.0.0.1:{}/', secret: {{env: KEY}}}}}}\n  mail: {{email: {{to: [ops@weir.example], from: weir@weir.example, server: 'smtp://127.0.0.1:{}'}}}}\n",
        hook.port, mail.port
    );
    let values = secrets(&[
        ("SLACK", format!("http://127.0.0.1:{}/hook", slack.port)),
        ("DEAD", dead),
        ("KEY", "canary-key".to_owned()),
    ]);
    let sender = Sender::new(channels(&notify), values).with_deadline(Duration::from_secs(3));
    let (mut told, now) = (Told::default(), failure().at);
    let began = Instant::now();
    let deliveries = sender.tell(&[failure()], &mut told, now).await;
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

    let body = slack.caught.recv().unwrap();
    assert!(
        body.contains("staging/shop failed\\nrestore: a &lt; b\\n`weir logs 1`"),
        "{body}"
    );
    let call = hook.caught.recv().unwrap();
    let (head, body) = call.split_once("\r\n\r\n").unwrap();
    let signed = signature("canary-key", now, body.as_bytes()).unwrap();
    assert!(
        head.contains(&format!("x-weir-signature: {signed}")),
        "{head}"
    );
    let mail = mail.caught.recv().unwrap();
    assert!(
        mail.contains("Subject: [weir] staging/shop failed\r\n"),
        "{mail}"
    );

    // What arrived is not told again; the dead channel is tried again.
    let again = sender.tell(&[failure()], &mut told, now).await;
    let again: Vec<_> = again.iter().map(|sent| sent.channel.as_str()).collect();
    assert_eq!(again, ["dead"]);
}

#[tokio::test]
async fn a_test_reaches_a_channel_that_asks_for_other_things_and_says_what_it_answered() {
    let refusing = Catcher::http("404 Not Found");
    let notify = "  chat: {slack: {env: SLACK}, on: [drift]}\n";
    let url = format!("http://127.0.0.1:{}/canary", refusing.port);
    let sender = Sender::new(channels(notify), secrets(&[("SLACK", url)]));
    let deliveries = sender.test(&failure(), failure().at).await;
    let shown = format!("{deliveries:?}");
    assert!(shown.contains("the server answered HTTP 404"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}
