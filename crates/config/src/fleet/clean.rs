//! Where an environment publishes sanitised backups.

use super::{Environment, Job, StoreAccess};
use crate::located::Located;
use crate::value::Period;

/// A store of sanitised backups, and of nothing else.
#[derive(Debug, Clone)]
pub struct Clean {
    /// The store. Everything in it lies as in the environment's own.
    pub store: StoreAccess,
    /// The `age` public keys its backups are encrypted to; empty: not encrypted.
    pub recipients: Vec<Located<String>>,
    /// How long a backup is expected to stay in it.
    pub keep: Option<Located<Period>>,
}

/// Tells every job that publishes where to.
pub(crate) fn resolve(environments: &[Option<Environment>], jobs: &mut [Job]) {
    for job in jobs {
        let mut known = environments.iter().flatten();
        let own = known.find(|known| known.name == job.environment);
        if job.publishes() {
            job.clean = own.and_then(|own| own.clean.clone());
        }
    }
}
