//! News on their way to people: real sockets, and the records of a fleet on disk.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use weir_engine::{Context, SilentObserver};
use weir_model::run::{Failure, Outcome};
use weir_pipeline::holds::{self, NewHold};
use weir_pipeline::{Clock, Engines, Settings, Weir};
use weir_serve::news::{News, test};
use weir_serve::{ServeOptions, Told};
use weir_testkit::catcher::Catcher;
use weir_testkit::clock::VirtualClock;

struct Moved(Mutex<Timestamp>);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Weir in a folder, with channels, at `hours` after the beginning.
fn weir(folder: &Path, notify: &str, hours: i64) -> Arc<Weir> {
    let text = format!(
        "weir: 1\nenvironments:\n  staging: {{store: store}}\napps:\n  shop: {{engine: sqlite, database: shop, url: 'sqlite:shop.db'}}\nnotify:\n{notify}"
    );
    let fleet = weir_config::parse(&text, "weir.yaml", folder).unwrap();
    let begin: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let settings = Settings {
        clock: Arc::new(Moved(Mutex::new(begin + SignedDuration::from_hours(hours)))),
        ..Settings::default()
    };
    Arc::new(Weir::new(fleet, Engines::built_in(), settings))
}

fn context() -> Context {
    Context::new(Arc::new(SilentObserver))
}

fn start(weir: &Arc<Weir>) -> News {
    News::start(weir, &BTreeSet::from(["staging".to_owned()]), &context())
}

fn ended(outcome: Outcome) -> Told {
    let failure = Failure {
        kind: "target".to_owned(),
        doing: "restore shop".to_owned(),
        cause: "the server went away".to_owned(),
        hint: Some("see whether it answers".to_owned()),
        transient: true,
    };
    Told::Ended {
        job: "staging/shop".to_owned(),
        run: "20261101T000000Z-00000001".to_owned(),
        outcome,
        failure: (outcome == Outcome::Failed).then_some(failure),
    }
}

/// The channels for which something waits in the records, once they are these.
async fn wait_until_waiting(folder: &Path, channels: &[&str]) {
    let file = folder.join("store/_weir/notify/outbox.json");
    let began = Instant::now();
    loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(!text.contains("canary"), "{text}");
        let kept: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let waiting = kept["waiting"].as_object();
        if waiting.is_some_and(|waiting| waiting.keys().eq(channels)) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn who_starts_again_neither_repeats_nor_forgets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("store")).unwrap();
    let (well, later) = (Catcher::http(200), Catcher::http(200));
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("key", "canary-key".to_owned());
    write("well", well.url());
    // Nobody listens there.
    write("later", "http://127.0.0.1:1/canary-address".to_owned());
    let channel = |name: &str| {
        format!("  {name}: {{webhook: {{url: {{file: {name}}}, secret: {{file: key}}}}}}\n")
    };
    let notify = channel("well") + &channel("later");

    let news = start(&weir(folder.path(), &notify, 0));
    news.tell(&ended(Outcome::Failed));
    news.tell(&ended(Outcome::Failed));
    let told = well.wait_for(1).await.remove(0);
    for part in [
        "staging/shop failed",
        "the server went away",
        "weir logs 2026",
    ] {
        assert!(told.contains(part), "{told}");
    }
    wait_until_waiting(folder.path(), &["later"]).await;
    news.finish().await;

    write("later", later.url());
    let news = start(&weir(folder.path(), &notify, 1));
    assert!(
        later
            .wait_for(1)
            .await
            .remove(0)
            .contains("staging/shop failed")
    );
    news.tell(&ended(Outcome::Failed));
    news.tell(&ended(Outcome::Succeeded));
    news.tell(&ended(Outcome::Succeeded));
    for caught in [well.wait_for(2).await, later.wait_for(2).await] {
        let last = &caught[1];
        assert_eq!(last.matches("is well again").count(), 1, "{last}");
        assert!(!last.contains("failed"), "{last}");
        assert!(!caught.concat().contains("canary"));
    }
    wait_until_waiting(folder.path(), &[]).await;
    news.finish().await;

    let news = start(&weir(folder.path(), &notify, 2));
    news.tell(&Told::Recovered {
        environment: "staging".to_owned(),
    });
    news.tell(&ended(Outcome::Failed));
    assert_eq!(well.wait_for(3).await.len(), 3);
    assert!(well.caught()[2].contains("staging/shop failed"));
    news.finish().await;
}

#[tokio::test]
async fn what_is_held_for_long_is_told_and_what_is_held_and_left_out_is_not() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("store")).unwrap();
    let mail = Catcher::smtp();
    let notify = format!(
        "  ops: {{email: {{to: [ops@weir.example], from: weir@weir.example, server: 'smtp://127.0.0.1:{}'}}}}\n",
        mail.port()
    );
    let early = weir(folder.path(), &notify, 0);
    let hold = NewHold {
        place: "staging/shop".to_owned(),
        operation: None,
        owner: "alice".to_owned(),
        reason: "penetration test".to_owned(),
        until: early.now() + SignedDuration::from_hours(24 * 30),
    };
    holds::place(&early, hold, &context()).await.unwrap();
    let left_out = |held| Told::LeftOut {
        job: "staging/shop".to_owned(),
        due: early.now(),
        count: 2,
        why: "nobody served".to_owned(),
        held,
    };
    let news = start(&early);
    news.tell(&left_out(true));
    news.tell(&left_out(false));
    let told = mail.wait_for(1).await.remove(0);
    assert!(
        told.contains("Subject: [weir] staging/shop did not run\r\n"),
        "{told}"
    );
    assert!(
        told.contains("It was due 2 times up to 2026-11-01T00:00:00Z."),
        "{told}"
    );
    news.finish().await;

    let news = start(&weir(folder.path(), &notify, 24 * 8));
    let told = mail.wait_for(2).await.remove(1);
    assert!(
        told.contains("everything of staging/shop has been held for 8 d"),
        "{told}"
    );
    assert!(told.contains("penetration test"), "{told}");
    news.finish().await;
    assert_eq!(mail.caught().len(), 2);
}

#[tokio::test]
async fn a_test_goes_to_the_channels_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let weir = weir(
        folder.path(),
        "  ops: {slack: {env: WEIR_TEST_NO_SUCH_SECRET}}\n",
        0,
    );
    let sent = test(&weir, Some("ops"), &context()).await.unwrap();
    let error = sent[0].result.as_ref().unwrap_err();
    assert_eq!(error.kind().slug(), "secret");
    let error = test(&weir, Some("opps"), &context()).await.unwrap_err();
    assert_eq!(error.hint_text(), Some("the channels are ops"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_by_itself_is_told_while_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("store")).unwrap();
    let hook = Catcher::http(200);
    std::fs::write(folder.path().join("key"), "canary-key").unwrap();
    let text = format!(
        r#"weir: 1
environments:
  staging: {{store: store, schedule: "* * * * *", retry: 0}}
apps:
  shop: {{engine: sqlite, database: shop, url: "sqlite:no-such.db"}}
notify:
  hook: {{webhook: {{url: "{}", secret: {{file: key}}}}, on: [failure]}}
"#,
        hook.url()
    );
    let fleet = weir_config::parse(&text, "weir.yaml", folder.path()).unwrap();
    // The job is due in a moment.
    let clock = VirtualClock::default();
    clock.set("2026-11-22T12:00:57Z".parse().unwrap());
    let settings = Settings {
        clock: Arc::new(clock),
        ..Settings::default()
    };
    let weir = Arc::new(Weir::new(fleet, Engines::built_in(), settings));
    let context = context();
    let stop = async {
        let told = hook.wait_for(1).await.remove(0);
        context.cancel.cancel();
        told
    };
    let options = ServeOptions {
        environment: None,
        page: None,
    };
    let tell = Arc::new(|_: &Told| {});
    let serve = weir_serve::serve(weir, &options, tell, &context);
    let (served, told) = tokio::join!(serve, stop);
    served.unwrap();
    assert!(told.contains("staging/shop failed"), "{told}");
    assert!(told.contains("no-such.db"), "{told}");
    // The signature is of the body as it came, by the key that the channel has.
    let (head, body) = told.split_once("\r\n\r\n").unwrap();
    let header = "x-weir-signature: t=";
    let signed = head.lines().find_map(|line| line.strip_prefix(header));
    let (seconds, _) = signed.unwrap().split_once(',').unwrap();
    let at = Timestamp::from_second(seconds.parse().unwrap()).unwrap();
    let expected = weir_notify::signature("canary-key", at, body.as_bytes()).unwrap();
    assert_eq!(format!("t={}", signed.unwrap()), expected);
}
