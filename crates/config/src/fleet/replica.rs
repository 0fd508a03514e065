//! Where an environment reads the backups of others.

use super::{Environment, Job, StoreAccess};
use crate::located::Located;
use crate::value::{Incomplete, OperationKind, Period};

/// The folder of a store that holds copies of other environments' backups, each environment in
/// a folder of its own.
const COPIES: &str = "_from";

/// A store that something else fills with the backups of another environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// The store. Below it everything lies as in the other environment's own.
    pub store: StoreAccess,
    /// How long a newer backup that is still arriving is waited for after the last sign of it.
    pub wait: Period,
    /// What then.
    pub incomplete: Incomplete,
    /// The `age` public keys that copies made here are encrypted to; empty where they are
    /// encrypted as the backups are.
    pub recipients: Vec<String>,
}

impl Replica {
    /// How long one waits unless the configuration says otherwise: 15 minutes.
    pub(crate) const WAIT: Period = Period::minutes(15);

    /// A replica with everything else as it is when the configuration does not say.
    pub(crate) const fn of(store: StoreAccess) -> Self {
        Self {
            store,
            wait: Self::WAIT,
            incomplete: Incomplete::Previous,
            recipients: Vec::new(),
        }
    }
}

/// Tells every job that takes backups of another environment where to read them, if not in that
/// environment's own store: where the configuration says that upstream's backups arrive, or where
/// the app's own job copies them to.
pub(crate) fn resolve(environments: &[Option<Environment>], jobs: &mut [Job]) {
    let copied: Vec<(String, String, String)> = jobs
        .iter()
        .filter(|job| job.does(OperationKind::Replicate))
        .filter_map(|job| {
            let source = job.source.as_ref()?;
            Some((
                job.environment.clone(),
                source.environment.clone(),
                source.app.clone(),
            ))
        })
        .collect();
    for job in jobs {
        let Some(source) = &mut job.source else {
            continue;
        };
        let Some(environment) = environments
            .iter()
            .flatten()
            .find(|known| known.name == job.environment)
        else {
            continue;
        };
        let key = (
            job.environment.clone(),
            source.environment.clone(),
            source.app.clone(),
        );
        source.replica = environment
            .replica_of_upstream(&source.environment)
            .or_else(|| {
                copied
                    .contains(&key)
                    .then(|| environment.copies_of(&source.environment))
            });
    }
}

impl Environment {
    fn replica_of_upstream(&self, source: &str) -> Option<Located<Replica>> {
        let upstream = self.upstream.as_ref()?;
        self.replica.clone().filter(|_| upstream.value == source)
    }

    /// Where its own jobs copy the backups of `source` to.
    fn copies_of(&self, source: &str) -> Located<Replica> {
        let own = &self.store.value;
        let store = StoreAccess {
            location: own.location.join(COPIES).join(source),
            ..own.clone()
        };
        Located::default(Replica::of(store), "copied there by `replicate`")
    }

    /// Why its replica cannot be within its own store, if so: only this folder is never taken
    /// for an instance.
    pub(crate) fn replica_among_backups(&self) -> bool {
        let (Some(replica), own) = (&self.replica, &self.store.value) else {
            return false;
        };
        let (there, here) = (
            replica.value.store.location.to_string(),
            own.location.to_string(),
        );
        let within = there.strip_prefix(here.trim_end_matches('/'));
        within.is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with('/') && !rest.starts_with("/_from/"))
        })
    }
}
