//! The outboxes of the environments, kept in their records, and their delivery.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weir_config::Channel;
use weir_engine::Context;
use weir_notify::{Delivery, Message, Outbox, Secrets, Sender};
use weir_pipeline::{Weir, news, secrets};

/// The pauses, in minutes, before a channel that failed is tried again; the last one repeats.
const PAUSES: [i64; 4] = [1, 5, 15, 60];

/// The outboxes, as far as they are known here.
pub(super) struct Desk {
    pub(super) weir: Arc<Weir>,
    pub(super) environments: BTreeSet<String>,
    pub(super) context: Context,
    kept: BTreeMap<String, Kept>,
    failing: BTreeMap<String, Failing>,
}

/// An outbox, and how the records stand to it.
#[derive(Default)]
struct Kept {
    outbox: Outbox,
    /// Whether it was ever read.
    read: bool,
    /// Whether it has what the records do not.
    ahead: bool,
}

/// A channel that took nothing.
struct Failing {
    times: usize,
    again: Timestamp,
}

impl Desk {
    pub(super) fn new(weir: Arc<Weir>, environments: BTreeSet<String>, context: Context) -> Self {
        Self {
            weir,
            environments,
            context,
            kept: BTreeMap::new(),
            failing: BTreeMap::new(),
        }
    }

    /// Takes what happened, and delivers what can be.
    pub(super) async fn round(&mut self, messages: &[Message]) {
        for environment in self.environments.clone() {
            let of_it = messages.iter();
            let of_it = of_it.filter(|message| message.environment == environment);
            let of_it: Vec<Message> = of_it.cloned().collect();
            let known = self.kept.get(&environment);
            let idle = known.is_some_and(|kept| kept.read && !kept.ahead && kept.outbox.is_empty());
            if !idle || !of_it.is_empty() {
                self.serve(&environment, &of_it).await;
            }
        }
    }

    async fn serve(&mut self, environment: &str, messages: &[Message]) {
        let now = self.weir.now();
        let all = &self.weir.fleet().notify;
        let channels = all.iter().filter(|channel| channel.covers(environment));
        let channels: Vec<Channel> = channels.cloned().collect();
        self.change(environment, |outbox| {
            outbox.accept(&channels, messages, now);
        })
        .await;
        let outbox = self.kept.get(environment).map(|kept| kept.outbox.clone());
        let outbox = outbox.unwrap_or_default();
        let due = channels.into_iter().filter(|channel| {
            let failing = self.failing.get(&channel.name);
            !outbox.waiting(&channel.name).is_empty()
                && failing.is_none_or(|failing| failing.again <= now)
        });
        let due: Vec<Channel> = due.collect();
        if due.is_empty() {
            return;
        }
        let sender = sender(&self.weir, due, &self.context).await;
        let deliveries = sender.deliver(&outbox, now).await;
        let reached: Vec<&str> = deliveries
            .iter()
            .filter(|delivery| self.note(delivery))
            .map(|delivery| delivery.channel.as_str())
            .collect();
        if !reached.is_empty() {
            self.change(environment, |kept| {
                for channel in &reached {
                    kept.delivered(channel, outbox.waiting(channel));
                }
            })
            .await;
        }
    }

    /// Whether a channel was reached; one that was not is left alone for a while.
    fn note(&mut self, delivery: &Delivery) -> bool {
        let Err(error) = &delivery.result else {
            self.failing.remove(&delivery.channel);
            return true;
        };
        let channel = &delivery.channel;
        self.context
            .warn(format!("the channel {channel} was not reached: {error}"));
        let times = self.failing.get(channel).map_or(0, |failing| failing.times);
        let pause = PAUSES.get(times).or(PAUSES.last()).copied().unwrap_or(1);
        let again = self
            .weir
            .now()
            .saturating_add(SignedDuration::from_mins(pause));
        let failing = Failing {
            times: times + 1,
            again: again.unwrap_or(Timestamp::MAX),
        };
        self.failing.insert(channel.clone(), failing);
        false
    }

    /// Changes an outbox in the records, and here alone while they are out of reach.
    async fn change(&mut self, environment: &str, change: impl Fn(&mut Outbox)) {
        let kept = self.kept.entry(environment.to_owned()).or_default();
        let mine = kept.ahead.then(|| kept.outbox.clone());
        let read = kept.read;
        let changed = news::change(
            &self.weir,
            environment,
            &self.context,
            |found: Option<Outbox>| {
                let mut outbox = match (&mine, found) {
                    (Some(mine), found) if read || found.is_none() => mine.clone(),
                    (Some(mine), Some(mut found)) => {
                        found.join(mine.clone());
                        found
                    }
                    (_, found) => found.unwrap_or_default(),
                };
                change(&mut outbox);
                outbox
            },
        );
        match changed.await {
            Ok(outbox) => {
                *kept = Kept {
                    outbox,
                    read: true,
                    ahead: false,
                };
            }
            Err(_) => {
                change(&mut kept.outbox);
                kept.ahead = true;
            }
        }
    }
}

/// A sender to channels, with their secrets as they are now.
pub(super) async fn sender(weir: &Weir, channels: Vec<Channel>, context: &Context) -> Sender {
    let mut known = Secrets::new();
    for channel in &channels {
        for secret in channel.secrets() {
            let needed_by = format!("the channel {}", channel.name);
            let base = &weir.fleet().base;
            let value = secrets::read(&secret.value, base, &needed_by, context).await;
            known.insert(secret.value, value.map(|secret| secret.reveal().to_owned()));
        }
    }
    Sender::new(channels, known)
}
