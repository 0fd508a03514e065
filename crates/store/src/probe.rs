//! What a store does when it is written to: found out with one small object, removed at once.

use crate::claim::nonce;
use crate::store::{Creation, Store};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use weir_model::error::{Error, Kind, Result};

/// A store gives times to the second.
const RESOLUTION: SignedDuration = SignedDuration::from_secs(1);

/// What came of a probe.
#[derive(Debug, Clone)]
pub struct Probe {
    /// How far the store's clock is ahead of this host's (behind when negative), as far as it
    /// must be; `None` when the store does not say when an object was written.
    pub clock_ahead: Option<SignedDuration>,
    /// Why the object could not be removed again; `None` when it was.
    pub left: Option<String>,
}

/// Creates an object of a name that nobody else uses, tries to create it once more with other
/// bytes, and removes it. `now` is this host's clock.
///
/// # Errors
/// `store` when it cannot be written, or when a second writer is not refused.
pub async fn probe(store: &Store, now: impl Fn() -> Timestamp) -> Result<Probe> {
    let name = nonce()?;
    let key = format!("probe-{name}");
    let before = now();
    let created = store.create(&key, &content(&name, "first")).await?;
    let after = now();
    let modified = store.modified(&key).await;
    let second = store.create(&key, &content(&name, "second")).await;
    let left = store.delete(&key).await.err().map(|error| error.cause());
    if created != Creation::Created || second? == Creation::Created {
        return Err(unconditional(store, &key));
    }
    Ok(Probe {
        clock_ahead: modified?.map(|at| ahead(at, before, after)),
        left,
    })
}

fn content(name: &str, writer: &str) -> Bytes {
    Bytes::from(format!("{writer} write of probe {name}\n"))
}

/// How far `at` must be from a moment between `before` and `after`.
fn ahead(at: Timestamp, before: Timestamp, after: Timestamp) -> SignedDuration {
    if at > after {
        at.duration_since(after)
    } else if at + RESOLUTION < before {
        at.duration_since(before)
    } else {
        SignedDuration::ZERO
    }
}

fn unconditional(store: &Store, key: &str) -> Error {
    let cause = "the store lets a second writer replace what was to be created only once";
    Error::new(
        Kind::Store,
        format!("create {} twice", store.place(key)),
        cause,
    )
    .hint(
        "two runs could take one lease: put `state` where conditional writes hold (If-None-Match \
         in S3), or upgrade the store",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_only_as_far_as_it_must_be() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let (before, after) = (time("2026-11-22T01:00:00.9Z"), time("2026-11-22T01:00:03Z"));
        let ahead = |at: &str| super::ahead(time(at), before, after).as_secs();
        assert_eq!(ahead("2026-11-22T01:00:00Z"), 0);
        assert_eq!(ahead("2026-11-22T01:00:03Z"), 0);
        assert_eq!(ahead("2026-11-22T01:02:03Z"), 120);
        assert_eq!(ahead("2026-11-22T00:50:00.9Z"), -600);
    }
}
