//! What each channel was told before, so that nothing is told twice.

use crate::message::Message;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use weir_config::Event;

/// How long the same news is not repeated: less than a day, so that what fails each night is told
/// each night, a little earlier or later.
const SILENCE: SignedDuration = SignedDuration::from_hours(20);
/// How long it is remembered, so that a recovery is told: longer than jobs take to be due again.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24 * 90);

/// When each channel was last told what, by name of the channel and key of the message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    channels: BTreeMap<String, BTreeMap<String, Timestamp>>,
}

impl Told {
    /// Whether a message is news for a channel, which has heard it from now on: a recovery of what
    /// it was told of, and all else that it was not told within the night.
    pub(crate) fn hears(&mut self, channel: &str, message: &Message, now: Timestamp) -> bool {
        let known = self.channels.entry(channel.to_owned()).or_default();
        learn(known, message, now)
    }

    /// Adds what somebody else knows and this one does not.
    pub(crate) fn join(&mut self, other: Self) {
        for (channel, keys) in other.channels {
            let known = self.channels.entry(channel).or_default();
            for (key, at) in keys {
                known.entry(key).or_insert(at);
            }
        }
    }

    /// Forgets what would be told again anyway.
    pub(crate) fn forget_old(&mut self, now: Timestamp) {
        for known in self.channels.values_mut() {
            known.retain(|_, told| now.duration_since(*told) < FORGOTTEN);
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
    fn a_failure_is_told_once_a_night_until_it_recovers() {
        let (failure, recovery) = (message(Event::Failure), message(Event::Recovery));
        let mut told = Told::default();
        let mut tell = |message: &Message, hour: i64| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
            told.hears("ops", message, now)
        };
        let hours = [0, 1, 19, 23, 25].map(|hour| tell(&failure, hour));
        assert_eq!(hours, [true, false, false, true, false]);
        assert_eq!([tell(&recovery, 26), tell(&recovery, 27)], [true, false]);
        assert!(tell(&failure, 28));
    }
}
