//! What was seen of every environment. Each is looked at on its own: where one's store hangs, the
//! others are shown as they are meanwhile, and of that one what was last read, and when.

use super::Inner;
use crate::night::facts::{Purpose, Reader};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use weir_engine::Context;
use weir_pipeline::Weir;
use weir_pipeline::leases::{self, HeldLease};
use weir_pipeline::status::{self, Seen};
use weir_scheduler::Facts;

/// What one look at an environment shows.
pub(super) struct Look {
    pub(super) seen: Arc<Seen>,
    /// What the records say of its jobs, for the hours ahead,
    pub(super) facts: Facts,
    /// and why they could not all be read.
    pub(super) trouble: Option<String>,
    /// The leases that are held, as far as they can be read.
    pub(super) leases: Vec<HeldLease>,
}

/// The newest look at every environment.
#[derive(Default)]
pub(super) struct Looks(Mutex<BTreeMap<String, Place>>);

#[derive(Default)]
struct Place {
    newest: Option<Arc<Look>>,
    /// When its records were read last.
    read: Option<Timestamp>,
    /// Whether a look is under way that takes too long.
    is_silent: bool,
}

impl Look {
    /// Looks at an environment; `None` when that is broken off by a stop.
    async fn at(source: &Inner, environment: &str, context: &Context) -> Option<Self> {
        let weir = &source.weir;
        let seen = status::look(weir, environment, context).await.ok()?;
        let at_work = BTreeSet::new();
        let reader = Reader {
            weir,
            rules: &source.rules,
            at_work: &at_work,
            known: &source.handled,
            purpose: Purpose::LookAheadOnly,
        };
        let (facts, trouble) = match seen.is_readable() {
            true => reader.environment(environment, context).await,
            false => (Facts::new(), None),
        };
        // What cannot be read is not told.
        let held = match seen.is_readable() {
            true => leases::held(weir, environment, context).await,
            false => Ok(Vec::new()),
        };
        (!context.cancel.is_cancelled()).then(|| Self {
            seen: Arc::new(seen),
            facts,
            trouble,
            leases: held.unwrap_or_default(),
        })
    }

    /// Of an environment that shows nothing.
    pub(super) fn nothing(weir: &Weir, environment: &str, why: &str) -> Self {
        Self {
            seen: Arc::new(Seen::nothing(weir, environment, why)),
            facts: Facts::new(),
            trouble: None,
            leases: Vec::new(),
        }
    }
}

impl Looks {
    /// The newest look at each of these environments; nothing of those that were never looked at.
    pub(super) fn newest(&self, weir: &Weir, environments: &BTreeSet<String>) -> Vec<Arc<Look>> {
        let places = self.places();
        let newest = environments.iter().map(|environment| {
            let place = places.get(environment);
            let newest = place.and_then(|place| place.newest.clone());
            newest.unwrap_or_else(|| Arc::new(Look::nothing(weir, environment, NOT_YET)))
        });
        newest.collect()
    }

    /// Whether each of these environments was looked at, whatever came of it.
    pub(super) fn are_all(&self, environments: &BTreeSet<String>) -> bool {
        let places = self.places();
        let known = |environment: &String| {
            let place: Option<&Place> = places.get(environment);
            place.is_some_and(|place| place.newest.is_some())
        };
        environments.iter().all(known)
    }

    /// When the records of an environment were read last, if they cannot be read now.
    pub(super) fn away_since(&self, environment: &str) -> Option<Timestamp> {
        let places = self.places();
        let place = places.get(environment)?;
        let is_away = place
            .newest
            .as_ref()
            .is_some_and(|it| !it.seen.is_readable());
        place.read.filter(|_| is_away)
    }

    fn is_silent(&self, environment: &str) -> bool {
        let places = self.places();
        places.get(environment).is_some_and(|place| place.is_silent)
    }

    fn put(&self, environment: &str, look: Look, is_silent: bool) {
        let mut places = self.places();
        let place = places.entry(environment.to_owned()).or_default();
        if look.seen.is_readable() {
            place.read = Some(look.seen.at());
        }
        place.newest = Some(Arc::new(look));
        place.is_silent = is_silent;
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nothing is known of an environment at first.
pub(super) const NOT_YET: &str = "its records have not been read yet";

impl Inner {
    /// Looks at an environment once more. While it gives no answer, `missed` is called once, and
    /// the look goes on: to ask it again and again would only heap up questions.
    pub(super) async fn look_at(
        &self,
        environment: &str,
        patience: Duration,
        missed: impl Fn(),
        context: &Context,
    ) {
        let look = Look::at(self, environment, context);
        tokio::pin!(look);
        let came = match tokio::time::timeout(patience, &mut look).await {
            Ok(came) => came,
            Err(_) => {
                let why = format!("it gave no answer within {} s", patience.as_secs());
                let nothing = Look::nothing(&self.weir, environment, &why);
                self.looks.put(environment, nothing, true);
                missed();
                look.await
            }
        };
        if let Some(look) = came {
            self.looks.put(environment, look, false);
        }
    }

    /// Looks at all that are not waited for already.
    pub(super) async fn look_at_all(
        &self,
        patience: Duration,
        missed: impl Fn(),
        context: &Context,
    ) {
        let answering = self.environments.iter();
        let answering = answering.filter(|environment| !self.looks.is_silent(environment));
        let missed = &missed;
        let looks = answering.map(|it| self.look_at(it, patience, missed, context));
        futures::future::join_all(looks).await;
    }
}
