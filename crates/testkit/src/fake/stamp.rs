//! The stamp: a field of the database's own file, so that a copy put there by others has none.

use super::config;
use super::document::Document;
use weir_engine::Endpoint;
use weir_model::error::{Error, Kind, Result};
use weir_model::stamp::{Stamp, Token};

pub(super) fn live(endpoint: &Endpoint) -> Result<Option<Stamp>> {
    Ok(config::exists(endpoint, Kind::Source)?.and_then(|document| document.stamp))
}

/// Refuses a run whose token is not above that of the copy it would replace.
pub(super) fn refuse_stale(live: Option<&Document>, token: Token, doing: &str) -> Result<()> {
    let newest = live
        .and_then(|document| document.stamp.as_ref())
        .map(|stamp| stamp.token);
    match newest {
        Some(newest) if newest >= token => Err(stale(doing)),
        _ => Ok(()),
    }
}

pub(super) fn stale(doing: &str) -> Error {
    Error::new(Kind::Locked, doing, "a newer run has written this database")
        .hint("look at `weir runs`; run the job again if its data is still wanted")
}
