//! Claims: a backup's name is taken in the state store before its first part is written, so that
//! two runs within one second never write into one folder.

use crate::keys::{BackupName, claim_key};
use crate::lease::this_process;
use crate::store::{Creation, DOCUMENT_LIMIT, Store};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Process;

/// How many seconds later than asked a backup's name may be.
const SECONDS: i64 = 60;

/// Who took a backup's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The run.
    pub run: String,
    /// The process.
    pub by: Process,
    /// When.
    pub at: Timestamp,
    /// Makes two claims of one run differ.
    nonce: String,
}

/// The claim of a backup's name; `None` when there is none.
///
/// # Errors
/// `store`; `corrupt` when it cannot be read.
pub async fn read_claim(state: &Store, name: &BackupName) -> Result<Option<Claim>> {
    let key = claim_key(name);
    let Some(bytes) = state.get(&key, DOCUMENT_LIMIT).await? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|source| {
        Error::from_source(Kind::Corrupt, format!("read {}", state.place(&key)), source)
            .hint("remove this claim once no run writes the backup it names")
    })
}

/// Whether a claim of `wanted` may have got this name.
pub(crate) fn may_stand_for(name: &BackupName, wanted: &BackupName) -> bool {
    let later = name.time.as_second() - wanted.time.as_second();
    (0..SECONDS).contains(&later)
}

/// Takes the first free name at or after `now`.
pub(crate) async fn claim(
    store: &Store,
    state: &Store,
    wanted: BackupName,
    now: Timestamp,
    run: &str,
) -> Result<BackupName> {
    let claim = Claim {
        run: run.to_owned(),
        by: this_process(),
        at: now,
        nonce: nonce()?,
    };
    let bytes = serde_json::to_vec_pretty(&claim)
        .map(Bytes::from)
        .map_err(|source| {
            Error::from_source(Kind::Internal, "write a claim", source).hint("report this as a bug")
        })?;
    for seconds in 0..SECONDS {
        let time = wanted
            .time
            .saturating_add(SignedDuration::from_secs(seconds));
        let name = BackupName {
            time: time.unwrap_or(wanted.time),
            ..wanted.clone()
        };
        if state.create(&claim_key(&name), &bytes).await? != Creation::Created {
            continue;
        }
        // The claims may have been lost while the backups were kept.
        if store.list(&name.key()).await?.is_empty() {
            return Ok(name);
        }
    }
    Err(Error::new(
        Kind::Store,
        format!("take a name for a backup in {}", store.place(&wanted.key())),
        format!("the names of the next {SECONDS} seconds are taken"),
    )
    .hint("look for runs that start over and over: `weir runs`")
    .transient())
}

/// Sixteen random hexadecimal digits.
pub(crate) fn nonce() -> Result<String> {
    getrandom::u64()
        .map(|number| format!("{number:016x}"))
        .map_err(|source| {
            Error::from_source(Kind::Internal, "make a random number", source)
                .hint("the system gives no randomness: try again on another machine")
        })
}
