//! The objects of one target's leases: numbered claims, their beats, their releases.

use crate::keys::encode_segment;
use crate::store::{Creation, DOCUMENT_LIMIT, Store};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Process;
use weir_model::stamp::Token;

/// How often the newest claim is looked for while claims come and go.
const ATTEMPTS: u32 = 5;
/// Digits of a claim's number.
const DIGITS: usize = 12;

/// A claim as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) token: Token,
    pub(super) run: String,
    pub(super) by: Process,
    pub(super) at: Timestamp,
    /// Makes the claims of two racers differ, whatever else they share.
    pub(super) nonce: String,
}

/// The newest claim and what was seen beside it.
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) claim: Claim,
    pub(super) released: bool,
    pub(super) beat: Option<Vec<u8>>,
}

/// The leases of one target.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    state: Store,
    target: String,
    folder: String,
}

impl Ledger {
    pub(super) fn new(state: &Store, target: &str) -> Self {
        Self {
            state: state.winding_up(),
            target: target.to_owned(),
            folder: format!("leases/{}", encode_segment(target)),
        }
    }

    /// The same for the heart, which beats while its run is wound up.
    pub(super) fn unwatched(&self) -> Self {
        Self {
            state: self.state.unwatched(),
            ..self.clone()
        }
    }

    /// What is being done, for messages.
    pub(super) fn doing(&self) -> String {
        format!("take the lease of {}", self.target)
    }

    fn key(&self, number: u64, ending: &str) -> String {
        format!("{}/{number:0DIGITS$}.{ending}", self.folder)
    }

    /// The highest number claimed.
    pub(super) async fn highest(&self) -> Result<Option<u64>> {
        let entries = self.state.list(&self.folder).await?;
        Ok(entries
            .iter()
            .filter_map(|entry| claim_number(&entry.key))
            .max())
    }

    /// The newest claim.
    pub(super) async fn newest(&self) -> Result<Option<Entry>> {
        for _ in 0..ATTEMPTS {
            let Some(number) = self.highest().await? else {
                return Ok(None);
            };
            // It goes away when a newer one takes its place in between.
            if let Some(entry) = self.entry(number).await? {
                return Ok(Some(entry));
            }
        }
        let cause = "its claims keep changing while they are read";
        Err(Error::new(Kind::Store, self.doing(), cause)
            .hint("try again")
            .transient())
    }

    async fn entry(&self, number: u64) -> Result<Option<Entry>> {
        let key = self.key(number, "json");
        let Some(bytes) = self.state.get(&key, DOCUMENT_LIMIT).await? else {
            return Ok(None);
        };
        let claim = serde_json::from_slice(&bytes).map_err(|source| {
            let doing = format!("read {}", self.state.place(&key));
            Error::from_source(Kind::Corrupt, doing, source)
                .hint("make sure that no run writes this target, then remove this object")
        })?;
        let released = self.state.size(&self.key(number, "released")).await?;
        let beat = self
            .state
            .get(&self.key(number, "beat"), DOCUMENT_LIMIT)
            .await?;
        Ok(Some(Entry {
            number,
            claim,
            released: released.is_some(),
            beat: beat.map(|bytes| bytes.to_vec()),
        }))
    }

    /// Claims a number; false when another has it.
    pub(super) async fn claim(&self, number: u64, claim: &Claim) -> Result<bool> {
        let bytes = serde_json::to_vec_pretty(claim)
            .map(Bytes::from)
            .map_err(|source| {
                Error::from_source(Kind::Internal, self.doing(), source)
                    .hint("report this as a bug")
            })?;
        let created = self.state.create(&self.key(number, "json"), &bytes).await?;
        Ok(created == Creation::Created)
    }

    /// Shows that the holder of a number lives.
    pub(super) async fn beat(&self, number: u64, count: u64) -> Result<()> {
        let text = Bytes::from(format!("{count}\n"));
        self.state.put(&self.key(number, "beat"), text.into()).await
    }

    pub(super) async fn release(&self, number: u64) -> Result<()> {
        let text = Bytes::from_static(b"released\n");
        self.state
            .create(&self.key(number, "released"), &text)
            .await
            .map(drop)
    }

    /// Removes what older claims left, where the store lets us: only the newest one counts.
    pub(super) async fn forget_before(&self, number: u64) {
        let Ok(entries) = self.state.list(&self.folder).await else {
            return;
        };
        for entry in entries {
            if number_of(&entry.key).is_some_and(|found| found < number) {
                let _ = self.state.delete(&entry.key).await;
            }
        }
    }
}

/// The number of a claim, by its key.
pub(super) fn claim_number(key: &str) -> Option<u64> {
    number_of(key.strip_suffix(".json")?)
}

/// The number of a lease that was given back, by the key that says so.
pub(super) fn released_number(key: &str) -> Option<u64> {
    number_of(key.strip_suffix(".released")?)
}

fn number_of(key: &str) -> Option<u64> {
    let name = key.rsplit('/').next()?;
    let number = name.split('.').next()?;
    let written = number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    written.then(|| number.parse().ok()).flatten()
}
