//! What has run: records in the state store, each written once, so that the CLI, a job in a
//! cluster and a page see the same truth.

mod list;
mod old;
mod record;
mod status;

pub use list::{Ending, RunQuery, RunRecord, list_runs, newest_runs, read_run, unfinished_runs};
pub use old::{StoredRun, days_of_runs, remove_run, runs_of_day};
pub use record::{RunLog, new_run_id};
pub use status::{note_newest_run, read_status, statuses_of, update_status};

use crate::store::{DOCUMENT_LIMIT, Store};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::DeserializeOwned;
use weir_model::error::{Error, Kind, Result};

/// When a run began, to the second, as its id tells; `None` for what is no run id.
#[must_use]
pub fn run_time(run: &str) -> Option<Timestamp> {
    run_folder(run)?;
    let (time, _) = run.split_once('-')?;
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The folder of a run: `runs/<UTC day>/<run id>`; `None` for what is no run id.
fn run_folder(run: &str) -> Option<String> {
    let (time, random) = run.split_once('-')?;
    let valid = time.len() == 16
        && time.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && random.len() == 8
        && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (year, month, day) = (time.get(..4)?, time.get(4..6)?, time.get(6..8)?);
    valid.then(|| format!("runs/{year}-{month}-{day}/{run}"))
}

fn folder_of(run: &str) -> Result<String> {
    run_folder(run).ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("find the run {run:?}"),
            "this is no run id",
        )
        .hint("a run id looks like 20261122T013600Z-0a1b2c3d: `weir runs` shows them")
    })
}

pub(crate) fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(record).map_err(|source| {
        Error::from_source(Kind::Internal, "write a record", source).hint("report this as a bug")
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(crate) fn decode<T: DeserializeOwned>(state: &Store, key: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|source| {
        Error::from_source(Kind::Corrupt, format!("read {}", state.place(key)), source)
            .hint("a newer weir may have written it; else remove this record")
    })
}

async fn read<T: DeserializeOwned>(state: &Store, key: &str) -> Result<Option<T>> {
    match state.get(key, DOCUMENT_LIMIT).await? {
        Some(bytes) => decode(state, key, &bytes).map(Some),
        None => Ok(None),
    }
}
