//! What each channel is still to be told, kept with what it was told, so that whoever starts again
//! neither repeats nor forgets.

use crate::message::Message;
use crate::told::Told;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use weir_config::Channel;

/// The most messages that wait for one channel; of more, the oldest are dropped.
const MOST: usize = 200;

/// News on their way, by channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    told: Told,
    #[serde(default)]
    waiting: BTreeMap<String, Vec<Message>>,
}

impl Outbox {
    /// Takes what happened: what is news to a channel that wants it waits for it from now on.
    pub fn accept(&mut self, channels: &[Channel], messages: &[Message], now: Timestamp) {
        for channel in channels {
            for message in messages.iter().filter(|message| wants(channel, message)) {
                if self.told.hears(&channel.name, message, now) {
                    let waiting = self.waiting.entry(channel.name.clone()).or_default();
                    waiting.push(message.clone());
                    let surplus = waiting.len().saturating_sub(MOST);
                    waiting.drain(..surplus);
                }
            }
        }
        self.told.forget_old(now);
        // A channel that is gone from the configuration waits for nothing.
        let known = |name: &String| channels.iter().any(|channel| channel.name == *name);
        self.waiting.retain(|name, _| known(name));
    }

    /// What waits for a channel.
    #[must_use]
    pub fn waiting(&self, channel: &str) -> &[Message] {
        self.waiting.get(channel).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes out what a channel was given.
    pub fn delivered(&mut self, channel: &str, messages: &[Message]) {
        if let Some(waiting) = self.waiting.get_mut(channel) {
            waiting.retain(|message| !messages.contains(message));
            if waiting.is_empty() {
                self.waiting.remove(channel);
            }
        }
    }

    /// Adds what another outbox knows.
    pub fn join(&mut self, other: Self) {
        self.told.join(other.told);
        for (channel, messages) in other.waiting {
            let waiting = self.waiting.entry(channel).or_default();
            for message in messages {
                if !waiting.contains(&message) {
                    waiting.push(message);
                }
            }
        }
    }
}

fn wants(channel: &Channel, message: &Message) -> bool {
    channel.tells(message.kind, &message.environment, message.app.as_deref())
}
