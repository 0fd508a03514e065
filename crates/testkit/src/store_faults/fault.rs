//! What goes wrong, and at which call.

use object_store::Error;
use object_store::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is asked of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Writing an object only if there is none.
    Create,
    /// Writing an object, whatever is there.
    Put,
    /// Writing an object only over a version of it.
    Update,
    /// Beginning an object of several pieces.
    Begin,
    /// Sending a piece.
    Piece,
    /// Making the pieces an object.
    Complete,
    /// Reading an object, a range of it, or only about it.
    Get,
    /// Removing an object.
    Delete,
    /// Listing.
    List,
    /// Copying within the store.
    Copy,
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing is done; the store is busy, which may pass.
    Busy,
    /// Nothing is done; the store refuses, which will not pass.
    Denied,
    /// Nothing is done: a lifecycle moved the object into this class, where it cannot be read.
    Archived(&'static str),
    /// It is done, and then the connection breaks before the answer.
    LosesAnswer,
    /// It is done, and the answer says that something was there already, or that the version is
    /// another: a client in between tried it twice.
    SaysItWasThere,
    /// There is no answer for as long as anybody waits.
    Stalls,
    /// What is read ends after so many bytes, as if that were all.
    Truncates(u64),
}

/// One thing that goes wrong, at some calls or at every one.
#[derive(Debug)]
pub struct Fault {
    call: Call,
    effect: Effect,
    key: Option<String>,
    first: usize,
    last: usize,
    seen: AtomicUsize,
}

impl Fault {
    /// Goes wrong at every such call.
    #[must_use]
    pub fn on(call: Call, effect: Effect) -> Self {
        Self {
            call,
            effect,
            key: None,
            first: 1,
            last: usize::MAX,
            seen: AtomicUsize::new(0),
        }
    }

    /// Only at the nth such call, counted from one.
    #[must_use]
    pub fn nth(self, number: usize) -> Self {
        Self {
            first: number,
            last: number,
            ..self
        }
    }

    /// Only at the first so many such calls.
    #[must_use]
    pub fn first(self, calls: usize) -> Self {
        Self {
            last: calls,
            ..self
        }
    }

    /// Only at keys that hold this text; other calls are not counted.
    #[must_use]
    pub fn at(self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self
        }
    }

    /// What comes of a call, which is counted.
    pub(super) fn of(&self, call: Call, path: &Path) -> Option<Effect> {
        let key = self.key.as_ref();
        if call != self.call || key.is_some_and(|key| !path.as_ref().contains(key.as_str())) {
            return None;
        }
        let number = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        (self.first..=self.last)
            .contains(&number)
            .then_some(self.effect)
    }
}

/// An error as a cloud's client words it.
pub(super) fn busy() -> Error {
    Error::Generic {
        store: "faulty",
        source: "Server returned non-2xx status code: 503 Slow Down".into(),
    }
}

pub(super) fn denied(path: &Path) -> Error {
    Error::PermissionDenied {
        path: path.to_string(),
        source: "forbidden".into(),
    }
}

fn archived(path: &Path, class: &str) -> Error {
    let body = format!(
        "Server returned non-2xx status code: 403 Forbidden: <Error><Code>InvalidObjectState</Code>\
         <StorageClass>{class}</StorageClass></Error>"
    );
    Error::PermissionDenied {
        path: path.to_string(),
        source: body.into(),
    }
}

/// The error of a call that was carried out all the same; `None` for the others.
pub(super) fn after(effect: Option<Effect>, call: Call, path: &Path) -> Option<Error> {
    let (path, source) = (path.to_string(), "412".into());
    match effect? {
        Effect::LosesAnswer => Some(Error::Generic {
            store: "faulty",
            source: std::io::Error::from(std::io::ErrorKind::ConnectionReset).into(),
        }),
        Effect::SaysItWasThere if call == Call::Update => {
            Some(Error::Precondition { path, source })
        }
        Effect::SaysItWasThere => Some(Error::AlreadyExists { path, source }),
        _ => None,
    }
}

/// What comes before a call is carried out.
pub(super) async fn before(effect: Option<Effect>, path: &Path) -> Result<(), Error> {
    match effect {
        Some(Effect::Busy) => Err(busy()),
        Some(Effect::Denied) => Err(denied(path)),
        Some(Effect::Archived(class)) => Err(archived(path, class)),
        Some(Effect::Stalls) => std::future::pending().await,
        _ => Ok(()),
    }
}
