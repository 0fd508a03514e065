//! Clients that come back at once, again and again, while the copies change places.

use crate::support::{Target, with_setting};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_postgres::{Client, Config, NoTls};
use weir_engine::Endpoint;
use weir_model::event::Checkpoint;
use weir_testkit::conformance::{Plan, Seed};
use weir_testkit::observe::Probe;

const CLIENTS: u32 = 8;
/// By when the copies must have changed places.
const IN_TIME: Duration = Duration::from_secs(5);

/// Stays in until it is thrown out, and comes back without a pause.
async fn comes_back(config: Config, mut stop: watch::Receiver<bool>) -> u64 {
    let mut times = 0;
    while !*stop.borrow() {
        if let Ok((_client, connection)) = config.connect(NoTls).await {
            times += 1;
            tokio::select! {
                _ = connection => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
        tokio::task::yield_now().await;
    }
    times
}

async fn enter(config: &Config) -> Option<Client> {
    let (client, connection) = config.connect(NoTls).await.ok()?;
    tokio::spawn(connection);
    Some(client)
}

/// Asks on a connection of its own each time; returns the longest time without an answer.
async fn polls(config: Config, stop: watch::Receiver<bool>) -> Duration {
    let (mut answered, mut longest) = (Instant::now(), Duration::ZERO);
    while !*stop.borrow() {
        if let Some(client) = enter(&config).await
            && client
                .simple_query("SELECT min(generation) FROM items")
                .await
                .is_ok()
        {
            longest = longest.max(answered.elapsed());
            answered = Instant::now();
        }
        tokio::task::yield_now().await;
    }
    longest.max(answered.elapsed())
}

fn config(endpoint: &Endpoint) -> Config {
    endpoint.url.parse().unwrap()
}

#[test]
fn clients_that_reconnect_in_a_tight_loop_do_not_hold_up_the_swap() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2).endpoint;
        let (stop, stopped) = watch::channel(false);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| tokio::spawn(comes_back(config(&target), stopped.clone())))
            .collect();
        let polling = tokio::spawn(polls(config(&target), stopped));

        let moments = Arc::new(Mutex::new(Vec::new()));
        let (began, ended) = (Arc::clone(&moments), Arc::clone(&moments));
        let probe = Probe::default()
            .at(Checkpoint::Swapping, move || {
                began.lock().unwrap().push(Instant::now());
            })
            .at(Checkpoint::Swapped, move || {
                ended.lock().unwrap().push(Instant::now());
            });
        let context = setting.watched(&Arc::new(probe));
        let plan = Plan::with_token(1);
        setting
            .restore(&manifest, &target, &plan, &context)
            .await
            .unwrap();
        assert_eq!(setting.harness().read_generation(&target), Ok(1));
        stop.send_replace(true);

        let mut entered = 0;
        for client in clients {
            entered += client.await.unwrap();
        }
        let down = polling.await.unwrap();
        let moments = moments.lock().unwrap();
        let took = moments[moments.len() - 1] - moments[0];
        println!(
            "swapped in {took:?}, {} attempts, {CLIENTS} clients entered {entered} times, \
             a polling client was without an answer for {down:?}",
            moments.len() - 1
        );
        assert!(entered > u64::from(CLIENTS), "they must have come back");
        assert!(took < IN_TIME, "{took:?}");
        assert!(down < IN_TIME, "{down:?}");
    });
}
