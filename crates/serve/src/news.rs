//! News: what the loop tells, given to people. It has a task of its own, so that no channel ever
//! holds the loop, and keeps what is told and still to be told in the records.

mod desk;
mod words;

use crate::told::Told;
use desk::Desk;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout_at};
use weir_config::Event;
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_notify::Message;
use weir_pipeline::{Weir, holds};

pub use weir_notify::Delivery;

/// What happens within this time is told together.
const TOGETHER: Duration = Duration::from_secs(2);
/// How often what could not be delivered is tried again, if its time has come.
const ROUND: Duration = Duration::from_secs(30);
/// How often the holds are looked at.
const LOOK: Duration = Duration::from_secs(3600);
/// What is held for longer, somebody may have forgotten.
const LONG: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long whoever stops waits for the last news to be delivered.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// Gives the channels of the configuration what is told.
pub struct News {
    weir: Arc<Weir>,
    queue: UnboundedSender<Message>,
    task: JoinHandle<()>,
}

impl News {
    /// For these environments. What a channel does not take is a warning of `context`.
    #[must_use]
    pub fn start(weir: &Arc<Weir>, environments: &BTreeSet<String>, context: &Context) -> Self {
        let (queue, waiting) = unbounded_channel();
        // Whoever is told to stop still tells what came of it: `finish` ends the work.
        let context = context.clone().with_cancel(Cancel::default());
        let desk = Desk::new(Arc::clone(weir), environments.clone(), context);
        let task = tokio::spawn(work(desk, waiting));
        Self {
            weir: Arc::clone(weir),
            queue,
            task,
        }
    }

    /// Takes what was told; returns at once.
    pub fn tell(&self, told: &Told) {
        if let Some(message) = words::message(&self.weir, told) {
            // The task takes until it is finished.
            let _ = self.queue.send(message);
        }
    }

    /// Delivers what it can in a little while; the rest is delivered by who serves next.
    pub async fn finish(self) {
        drop(self.queue);
        let stop = self.task.abort_handle();
        if tokio::time::timeout(LAST_WAIT, self.task).await.is_err() {
            stop.abort();
        }
    }
}

async fn work(mut desk: Desk, mut waiting: UnboundedReceiver<Message>) {
    // What an earlier one could not deliver.
    desk.round(&[]).await;
    let mut look = Instant::now();
    loop {
        let mut messages = Vec::new();
        let next = (Instant::now() + ROUND).min(look);
        tokio::select! {
            first = waiting.recv() => match first {
                Some(first) => messages.push(first),
                None => return,
            },
            () = sleep_until(next) => {}
        }
        if Instant::now() >= look {
            messages.extend(held_long(&desk).await);
            look = Instant::now() + LOOK;
        }
        if !messages.is_empty() {
            let until = Instant::now() + TOGETHER;
            while let Ok(Some(more)) = timeout_at(until, waiting.recv()).await {
                messages.push(more);
            }
        }
        desk.round(&messages).await;
    }
}

/// What has been held for long.
async fn held_long(desk: &Desk) -> Vec<Message> {
    let now = desk.weir.now();
    let mut messages = Vec::new();
    for environment in &desk.environments {
        let report = holds::list(&desk.weir, Some(environment), false, &desk.context).await;
        // That they cannot be read is told by the loop.
        let found = report.map(|report| report.holds).unwrap_or_default();
        let holds = found.iter().map(|found| &found.hold);
        let long = holds.filter(|hold| now.duration_since(hold.from) >= LONG);
        messages.extend(long.map(|hold| words::held(hold, now)));
    }
    messages
}

/// Sends a test message to one channel, or to all, whatever they ask for.
///
/// # Errors
/// `usage` when there is no such channel, or none at all. What a channel answers is its delivery.
pub async fn test(weir: &Weir, channel: Option<&str>, context: &Context) -> Result<Vec<Delivery>> {
    let all = &weir.fleet().notify;
    let known = |name: &str| all.iter().find(|channel| channel.name == name).cloned();
    let channels = match channel {
        None => all.clone(),
        Some(name) => known(name).into_iter().collect(),
    };
    if channels.is_empty() {
        let names: Vec<&str> = all.iter().map(|channel| channel.name.as_str()).collect();
        let (cause, hint) = match (channel, names.is_empty()) {
            (Some(name), false) => (
                format!("there is no channel {name}"),
                format!("the channels are {}", names.join(", ")),
            ),
            _ => (
                "the configuration has no channel".to_owned(),
                "add one under `notify` (docs/notifications.md)".to_owned(),
            ),
        };
        return Err(Error::new(Kind::Usage, "send a test message", cause).hint(hint));
    }
    let sender = desk::sender(weir, channels, context).await;
    let message = Message {
        kind: Event::Recovery,
        environment: "test".to_owned(),
        app: None,
        job: None,
        run: None,
        title: "Test message of Weir".to_owned(),
        lines: vec!["Whoever reads this is told what Weir has to tell.".to_owned()],
        command: None,
        at: weir.now(),
    };
    Ok(sender.test(&message, weir.now()).await)
}
