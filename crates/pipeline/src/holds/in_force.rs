//! Whether a hold stands in the way of an operation now.

use crate::weir::Weir;
use jiff::Timestamp;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::hold::{Hold, replaces_live_copy};
use weir_store::KeptHold;

/// The holds that nobody has released, as they were at one moment.
pub(crate) struct Holds {
    at: Timestamp,
    open: Result<Vec<KeptHold>>,
}

impl Holds {
    /// Reads the holds of an environment. What cannot be read stands in the way of whatever would
    /// replace a live copy, and of nothing else.
    pub(crate) async fn read(weir: &Weir, environment: &str, context: &Context) -> Self {
        let open = async {
            let state = weir.stores(environment, context).await?.state;
            weir_store::open_holds(&state).await
        };
        Self {
            at: weir.now(),
            open: open.await,
        }
    }

    /// Whether the store gave them, be one of them damaged or not.
    pub(crate) fn were_read(&self) -> bool {
        self.open.is_ok()
    }

    /// Why the operation does not start now: it is `held`, or whether it is cannot be read.
    pub(crate) fn obstacle(&self, job: &Job, operation: &str, despite: &[String]) -> Option<Error> {
        let open = match &self.open {
            Ok(open) => open,
            Err(error) => return unreadable(job, operation, error.kind(), &error.to_string()),
        };
        let mut open = open.iter().filter(|kept| !despite.contains(&kept.id));
        let covering = |hold: &&Hold| {
            hold.is_in_force(self.at)
                && hold.covers(&job.environment, &job.app, &job.name, operation)
        };
        let readable = open.clone().filter_map(|kept| kept.hold.as_ref().ok());
        if let Some(hold) = readable.filter(covering).max_by_key(|hold| hold.until) {
            return Some(held(job, operation, hold));
        }
        let (id, why) = open.find_map(|kept| Some((&kept.id, kept.hold.as_ref().err()?)))?;
        unreadable(job, operation, Kind::Corrupt, &format!("{id}: {why}"))
    }
}

fn held(job: &Job, operation: &str, hold: &Hold) -> Error {
    let id = &hold.id;
    Error::new(
        Kind::Held,
        format!("{operation} {}", job.address),
        hold.in_words(),
    )
    .hint(format!(
        "`weir release {id}` ends the hold; by hand, `--despite-hold {id}` disregards it once"
    ))
}

fn unreadable(job: &Job, operation: &str, kind: Kind, why: &str) -> Option<Error> {
    replaces_live_copy(operation).then(|| {
        Error::new(
            kind,
            format!("{operation} {}", job.address),
            format!("whether it is held cannot be read: {why}"),
        )
        .hint(
            "nothing that replaces a live copy starts until it can; `weir holds` says which hold it \
             is, `weir release` ends one that is damaged",
        )
    })
}
