//! The summary of one app in one environment, so that lists need no scan of the history.

use super::{decode, encode, read};
use crate::keys::encode_segment;
use crate::store::Store;
use jiff::SignedDuration;
use weir_model::error::Result;
use weir_model::run::{Status, StatusEntry};

/// How long after a step has ended it may be written.
const LATEST: SignedDuration = SignedDuration::from_hours(1);

fn key(environment: &str, app: &str) -> String {
    format!(
        "status/{}/{}.json",
        encode_segment(environment),
        encode_segment(app)
    )
}

/// The summary; empty when nothing has run yet.
///
/// # Errors
/// `store`, `corrupt`.
pub async fn read_status(state: &Store, environment: &str, app: &str) -> Result<Status> {
    let found = read(state, &key(environment, app)).await?;
    Ok(found.unwrap_or_default())
}

/// The summaries of all apps of an environment.
///
/// # Errors
/// `store`, `corrupt`.
pub async fn statuses_of(state: &Store, environment: &str) -> Result<Vec<Status>> {
    let mut statuses = Vec::new();
    let folder = format!("status/{}", encode_segment(environment));
    for entry in state.list(&folder).await? {
        statuses.extend(read(state, &entry.key).await?);
    }
    Ok(statuses)
}

/// Puts the newest step of one job, operation and database into the summary. One that was
/// overtaken changes nothing, and the last success is kept when the newest step is none.
///
/// # Errors
/// `store`, `corrupt`.
pub async fn update_status(
    state: &Store,
    environment: &str,
    app: &str,
    entry: &StatusEntry,
) -> Result<()> {
    change(state, environment, app, |status| merge(status, entry)).await
}

/// Notes which run of a job is the newest, so that the one after it finds it without a scan.
///
/// # Errors
/// `store`, `corrupt`.
pub async fn note_newest_run(
    state: &Store,
    environment: &str,
    app: &str,
    (job, run): (&str, &str),
) -> Result<()> {
    change(state, environment, app, |status| {
        status.newest_runs.insert(job.to_owned(), run.to_owned());
    })
    .await
}

async fn change(
    state: &Store,
    environment: &str,
    app: &str,
    change: impl Fn(&mut Status),
) -> Result<()> {
    let key = key(environment, app);
    state
        .change(&key, |found| {
            let mut status: Status = match found {
                Some(bytes) => decode(state, &key, bytes)?,
                None => Status::default(),
            };
            change(&mut status);
            encode(&status).map(Some)
        })
        .await
}

/// Whether a newer step was written while this one was about to be. A step is written as soon as
/// it has ended: what seems hours too late comes from a clock that jumped, and is the newest.
fn is_overtaken(entry: &StatusEntry, found: &StatusEntry) -> bool {
    let late = found.last.ended.duration_since(entry.last.ended);
    late.is_positive() && late <= LATEST
}

fn merge(status: &mut Status, entry: &StatusEntry) {
    let same = |other: &&mut StatusEntry| {
        other.job == entry.job
            && other.last.operation == entry.last.operation
            && other.last.database == entry.last.database
    };
    match status.entries.iter_mut().find(same) {
        None => status.entries.push(entry.clone()),
        Some(found) if is_overtaken(entry, found) => {}
        // Written already: its acknowledgement was lost, and it is no success besides itself.
        Some(found) if found.run == entry.run && found.last == entry.last => {}
        Some(found) => {
            let (last_success, success_before) = match &entry.last_success {
                Some(success) => (Some(success.clone()), found.last_success.take()),
                None => (found.last_success.take(), found.success_before.take()),
            };
            let before = found.past_steps();
            *found = StatusEntry {
                last_success,
                success_before,
                ..entry.clone()
            };
            found.follow(before);
        }
    }
}
