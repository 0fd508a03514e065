//! Who is signed in, kept here and not in the browser.

use super::keyed::{Keyed, Tag, new_token};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use weir_model::error::Result;

/// How many may be signed in at once; one more ends the session that would end first.
const MOST: usize = 1000;
/// Where the cookies' values are tagged.
const PLACE: &str = "session";

/// The sessions, by the tag of what the browser holds.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<Tag, Session>>);

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Who.
    pub(crate) person: String,
    /// With which token.
    pub(crate) token: Tag,
    /// What their forms carry.
    pub(crate) form_token: String,
    /// Until when.
    pub(crate) until: Timestamp,
}

impl Sessions {
    /// Begins one, and returns what the browser is to hold.
    pub(crate) fn begin(
        &self,
        (person, token): (String, Tag),
        keyed: &Keyed,
        now: Timestamp,
        length: Duration,
    ) -> Result<String> {
        let held = new_token()?;
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let session = Session {
            person,
            token,
            form_token: new_token()?,
            until: now.saturating_add(length).unwrap_or(Timestamp::MAX),
        };
        let mut sessions = self.all();
        sessions.retain(|_, session| now < session.until);
        if sessions.len() >= MOST {
            let first = sessions.iter().min_by_key(|(_, session)| session.until);
            if let Some(tag) = first.map(|(tag, _)| *tag) {
                sessions.remove(&tag);
            }
        }
        sessions.insert(keyed.tag(PLACE, &held), session);
        Ok(held)
    }

    /// Whose this is, unless it is over.
    pub(crate) fn find(&self, held: &str, keyed: &Keyed, now: Timestamp) -> Option<Session> {
        let tag = keyed.tag(PLACE, held);
        let session = self.all().get(&tag).cloned();
        session.filter(|session| now < session.until)
    }

    /// Ends it.
    pub(crate) fn end(&self, held: &str, keyed: &Keyed) {
        self.all().remove(&keyed.tag(PLACE, held));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Tag, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
