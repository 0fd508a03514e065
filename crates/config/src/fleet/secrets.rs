//! Which secrets the work in an environment needs.

use super::{Environment, Fleet, Job, StoreAccess};
use crate::located::{Located, Origin};
use crate::value::{OperationKind, Secret};

/// A secret and who needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretNeed {
    /// Where the secret comes from, and where that is written.
    pub secret: Located<Secret>,
    /// Who needs it, in words.
    pub needed_by: String,
}

impl Fleet {
    /// The secrets that jobs in `environment` need, each once: its own, and those that open the
    /// stores it restores from. Other environments' secrets need not be there.
    #[must_use]
    pub fn secrets_of(&self, environment: &str) -> Vec<SecretNeed> {
        let mut needs = Needs(Vec::new());
        for known in &self.environments {
            if known.name == environment {
                needs.add_environment(known);
            } else if self.reads_store_of(environment, &known.name) {
                let who = format!(
                    "the store of {}, which {environment} restores from",
                    known.name
                );
                needs.add_store(&known.store, &who);
            }
        }
        for job in self.jobs_in(environment) {
            let replica = job
                .source
                .as_ref()
                .and_then(|source| source.replica.as_ref());
            if let Some(replica) = replica {
                let store = Located {
                    value: replica.value.store.clone(),
                    origin: replica.origin.clone(),
                };
                needs.add_store(&store, &format!("the replica in {environment}"));
            }
            needs.add(job.password.clone(), &job.address);
        }
        needs.0
    }

    /// Whether its jobs read the other's own store: a restore reads the replica where there is
    /// one, and only `replicate` needs both.
    fn reads_store_of(&self, environment: &str, source: &str) -> bool {
        let from_there = |job: &Job| {
            job.source.as_ref().is_some_and(|from| {
                let copies = job.does(OperationKind::Replicate);
                from.environment == source && (from.replica.is_none() || copies)
            })
        };
        self.jobs_in(environment).any(from_there)
    }
}

struct Needs(Vec<SecretNeed>);

impl Needs {
    fn add(&mut self, secret: Option<Located<Secret>>, needed_by: &str) {
        let Some(secret) = secret else { return };
        let known = self.0.iter().any(|need| need.secret.value == secret.value);
        if !known {
            self.0.push(SecretNeed {
                secret,
                needed_by: needed_by.to_owned(),
            });
        }
    }

    fn add_environment(&mut self, environment: &Environment) {
        let name = &environment.name;
        self.add_store(&environment.store, &format!("the store of {name}"));
        self.add_store(&environment.state, &format!("the state of {name}"));
        self.add(
            environment.signing_key.clone(),
            &format!("signing in {name}"),
        );
        self.add(
            environment.identity.clone(),
            &format!("reading encrypted backups in {name}"),
        );
        self.add(
            environment.masking_key.clone(),
            &format!("masking in {name}"),
        );
    }

    fn add_store(&mut self, store: &Located<StoreAccess>, needed_by: &str) {
        let at = |secret: &Secret, origin: &Origin| Located {
            value: secret.clone(),
            origin: origin.clone(),
        };
        for key in store.value.secrets() {
            self.add(Some(at(key, &store.origin)), needed_by);
        }
    }
}
