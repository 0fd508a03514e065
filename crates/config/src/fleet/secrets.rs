//! Which secrets the work in an environment needs.

use super::{Environment, Fleet, HookAction, Job, StoreAccess};
use crate::located::{Located, Origin};
use crate::value::{OperationKind, Reads, Secret};

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
                continue;
            }
            let name = &known.name;
            if self.reads_store_of(environment, name, Reads::Backups) {
                let who = format!("the store of {name}, which {environment} restores from");
                needs.add_store(&known.store, &who);
            }
            if self.reads_store_of(environment, name, Reads::Published) {
                let who = format!("the clean store of {name}, which {environment} restores from");
                needs.add_clean(known, &who);
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
            needs.add_hooks(job);
        }
        needs.0
    }

    /// The secrets that `weir serve` needs beside those of the jobs when it runs these
    /// environments, each once: its operators, heartbeats, and who is told of these environments.
    #[must_use]
    pub fn secrets_of_serve(&self, environments: &[&str]) -> Vec<SecretNeed> {
        let mut needs = Needs(Vec::new());
        needs.add(self.serve.operators.clone(), "the operators of the page");
        for name in environments {
            let mut known = self.environments.iter();
            let heartbeat = known
                .find(|known| known.name == *name)
                .and_then(|known| known.heartbeat.clone());
            needs.add(heartbeat, &format!("the heartbeat of {name}"));
        }
        for channel in &self.notify {
            if environments.iter().any(|name| channel.covers(name)) {
                let needed_by = format!("the channel {}", channel.name);
                for secret in channel.secrets() {
                    needs.add(Some(secret), &needed_by);
                }
            }
        }
        needs.0
    }

    /// Whether its jobs read the other's own store: a restore reads the replica where there is
    /// one, and only `replicate` needs both.
    fn reads_store_of(&self, environment: &str, source: &str, reads: Reads) -> bool {
        let from_there = |job: &Job| {
            job.source.as_ref().is_some_and(|from| {
                let copies = job.does(OperationKind::Replicate);
                from.environment == source
                    && from.reads.value == reads
                    && (from.replica.is_none() || copies)
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

    fn add_hooks(&mut self, job: &Job) {
        let needed_by = format!("a hook of {}", job.address);
        for (_, hook) in job.hooks.all() {
            let HookAction::Webhook(address) = &hook.value.action else {
                continue;
            };
            let secret = address.secret().cloned();
            let secret = secret.map(|secret| hook.origin.clone().with(secret));
            self.add(secret, &needed_by);
        }
    }

    fn add_environment(&mut self, environment: &Environment) {
        let name = &environment.name;
        self.add_store(&environment.store, &format!("the store of {name}"));
        self.add_store(&environment.state, &format!("the state of {name}"));
        self.add_clean(environment, &format!("the clean store of {name}"));
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

    fn add_clean(&mut self, environment: &Environment, needed_by: &str) {
        if let Some(clean) = &environment.clean {
            let store = Located {
                value: clean.value.store.clone(),
                origin: clean.origin.clone(),
            };
            self.add_store(&store, needed_by);
        }
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
