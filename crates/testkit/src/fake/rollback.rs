//! The way back: live and previous copy change places.

use super::config;
use super::document::Document;
use super::files::{self, Beside};
use super::heal;
use super::lock::Lock;
use super::stamp;
use std::time::Duration;
use weir_engine::{Endpoint, RolledBack};
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::{Stamp, Token};

pub(super) fn rollback(endpoint: &Endpoint, token: Token) -> Result<RolledBack> {
    config::exists(endpoint, Kind::Target)?;
    let files = Beside::new(&config::path(endpoint)?);
    let doing = format!("roll back the database {}", files.live.display());
    let mut lock = Lock::take(&files)?;
    heal::drop_leftovers(&files)?;
    let mut previous = Document::read(&files.previous, Kind::Target)?.ok_or_else(|| {
        Error::new(Kind::NoBackup, &doing, "no previous copy is kept")
            .hint("restore a backup by name or by time instead")
    })?;
    super::verify::sound(&previous)?;
    lock.refuse_stale(token)?;

    let alone = files::alone(&files.live)?;
    let live = Document::read(&files.live, Kind::Target)?;
    stamp::refuse_stale(live.as_ref(), token, &doing)?;
    if let Some(live) = &live {
        live.write(&files.previous_new)?;
    }
    if let Some(stamp) = &mut previous.stamp {
        stamp.token = token;
    }
    previous.write(&files.live)?;
    drop(alone);
    if live.is_some() {
        files::rename(&files.previous_new, &files.previous).map_err(|error| {
            Error::from_source(Kind::Swap, &doing, error)
                .hint("run `weir heal`, which keeps the replaced copy")
        })?;
    } else {
        files::remove(&files.previous)?;
    }
    lock.raise(token)?;
    Ok(RolledBack {
        stamp: previous.stamp,
    })
}

/// The stamp of the copy that would be put back.
pub(super) fn previous_stamp(endpoint: &Endpoint) -> Result<Option<Stamp>> {
    let files = Beside::new(&config::path(endpoint)?);
    let previous = Document::read(&files.previous, Kind::Target)?;
    Ok(previous.and_then(|document| document.stamp))
}

/// Removes the previous copy once it has been kept for long enough.
pub(super) fn expire(endpoint: &Endpoint, kept_for: Duration) -> Result<bool> {
    let files = Beside::new(&config::path(endpoint)?);
    let kept = std::fs::metadata(&files.previous).and_then(|found| found.modified());
    let age = kept.ok().and_then(|kept| kept.elapsed().ok());
    if age.is_none_or(|age| age < kept_for) {
        return Ok(false);
    }
    let _held = Lock::take(&files)?;
    files::remove(&files.previous).map(|()| true)
}
