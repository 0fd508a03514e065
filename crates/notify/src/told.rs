//! What each channel was told before, so that nothing is told twice.

use crate::message::Message;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use weir_config::Event;

/// How long the same news is not repeated.
const SILENCE: SignedDuration = SignedDuration::from_hours(24);

/// When each channel was last told what, by name of the channel and key of the message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    channels: BTreeMap<String, BTreeMap<String, Timestamp>>,
}

impl Told {
    /// Which of these are news for a channel: a recovery of what it was told of, and all else that
    /// it was not told within a day.
    #[must_use]
    pub fn news<'m>(
        &self,
        channel: &str,
        messages: &[&'m Message],
        now: Timestamp,
    ) -> Vec<&'m Message> {
        let mut known = self.channels.get(channel).cloned().unwrap_or_default();
        let mut news = Vec::new();
        for message in messages {
            if learn(&mut known, message, now) {
                news.push(*message);
            }
        }
        news
    }

    /// Keeps that a channel was told these.
    pub fn keep(&mut self, channel: &str, messages: &[&Message], now: Timestamp) {
        let known = self.channels.entry(channel.to_owned()).or_default();
        for message in messages {
            learn(known, message, now);
        }
    }
}

/// Whether a message is news to one who knows this, who knows it from now on.
fn learn(known: &mut BTreeMap<String, Timestamp>, message: &Message, now: Timestamp) -> bool {
    if message.kind == Event::Recovery {
        let failed = known.remove(&message.key_of(Event::Failure)).is_some();
        let late = known.remove(&message.key_of(Event::Late)).is_some();
        return failed || late;
    }
    let key = message.key();
    let again = known
        .get(&key)
        .is_none_or(|told| now.duration_since(*told) >= SILENCE);
    if again {
        known.insert(key, now);
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Event) -> Message {
        Message {
            kind,
            environment: "staging".to_owned(),
            app: Some("shop".to_owned()),
            job: Some("main".to_owned()),
            run: None,
            title: "staging/shop".to_owned(),
            lines: Vec::new(),
            command: None,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_failure_is_told_once_until_it_recovers_or_a_day_passes() {
        let (failure, recovery) = (message(Event::Failure), message(Event::Recovery));
        let mut told = Told::default();
        let mut tell = |message: &Message, hour: i64| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
            let news = told.news("ops", &[message], now);
            told.keep("ops", &news, now);
            news.len()
        };
        let hours = [0, 1, 23, 24, 25].map(|hour| tell(&failure, hour));
        assert_eq!(hours, [1, 0, 0, 1, 0]);
        assert_eq!([tell(&recovery, 26), tell(&recovery, 27)], [1, 0]);
        assert_eq!(tell(&failure, 28), 1);
    }

    #[test]
    fn a_channel_that_was_not_reached_is_told_in_the_next_round() {
        let failure = message(Event::Failure);
        let mut told = Told::default();
        told.keep("ops", &[&failure], Timestamp::UNIX_EPOCH);
        let stored = serde_json::to_vec(&told).unwrap();
        let told: Told = serde_json::from_slice(&stored).unwrap();
        let news = |name| told.news(name, &[&failure], Timestamp::UNIX_EPOCH).len();
        assert_eq!([news("ops"), news("other")], [0, 1]);
    }
}
