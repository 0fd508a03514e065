//! Heartbeats: an environment's address is called when all that was due there has ended well, so
//! that whoever listens there hears of everything else by silence.

use crate::told::{Teller, Told};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use weir_config::Secret;
use weir_engine::Context;
use weir_model::error::Result;
use weir_pipeline::{Weir, secrets};
use weir_scheduler::{Facts, JobFacts, Rule, Rules};

/// How long a call may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// The hearts of some environments.
pub(crate) struct Hearts {
    weir: Arc<Weir>,
    tell: Teller,
    hearts: BTreeMap<String, Arc<Heart>>,
}

struct Heart {
    environment: String,
    secret: Secret,
    base: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The due time up to which all had ended well when it was called last.
    called: Option<Timestamp>,
    calling: bool,
    failed: bool,
}

impl Hearts {
    pub(crate) fn new(weir: &Arc<Weir>, environments: &BTreeSet<String>, tell: &Teller) -> Self {
        let fleet = weir.fleet();
        let known = fleet.environments.iter();
        let known = known.filter(|environment| environments.contains(&environment.name));
        let hearts = known.filter_map(|environment| {
            let heart = Heart {
                environment: environment.name.clone(),
                secret: environment.heartbeat.as_ref()?.value.clone(),
                base: fleet.base.clone(),
                state: Mutex::default(),
            };
            Some((environment.name.clone(), Arc::new(heart)))
        });
        Self {
            hearts: hearts.collect(),
            weir: Arc::clone(weir),
            tell: Arc::clone(tell),
        }
    }

    /// Calls those whose time has come, beside the loop. One that fails is called again with the
    /// next round.
    pub(crate) fn beat(&self, rules: &Rules, facts: &Facts, context: &Context) {
        let now = self.weir.now();
        for heart in self.hearts.values() {
            let Some(well) = all_well(rules, facts, &heart.environment, now) else {
                continue;
            };
            if !heart.begins(well) {
                continue;
            }
            let (heart, context) = (Arc::clone(heart), context.clone());
            let tell = Arc::clone(&self.tell);
            tokio::spawn(async move {
                let called = heart.call(&context).await;
                heart.ends(well, called, &tell);
            });
        }
    }
}

impl Heart {
    fn begins(&self, well: Timestamp) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = !state.calling && state.called.is_none_or(|called| called < well);
        state.calling |= begins;
        begins
    }

    fn ends(&self, well: Timestamp, called: Result<()>, tell: &Teller) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.calling = false;
        match called {
            Ok(()) => {
                state.called = Some(well);
                state.failed = false;
            }
            Err(error) if !state.failed => {
                state.failed = true;
                tell(&Told::HeartbeatFailed {
                    environment: self.environment.clone(),
                    why: error.to_string(),
                });
            }
            Err(_) => {}
        }
    }

    async fn call(&self, context: &Context) -> Result<()> {
        let needed_by = format!("the heartbeat of {}", self.environment);
        let url = secrets::read(&self.secret, &self.base, &needed_by, context).await?;
        let doing = "call the heartbeat";
        let call = weir_notify::heartbeat(url.reveal(), DEADLINE);
        context.unless_stopped(doing, call).await
    }
}

/// The newest due time of an environment, once every job that was due there has ended well; `None`
/// while one has not, or nothing was due. A job that somebody holds is not waited for.
fn all_well(rules: &Rules, facts: &Facts, environment: &str, now: Timestamp) -> Option<Timestamp> {
    let mut newest = None;
    for rule in rules.iter().filter(|rule| rule.environment == environment) {
        let facts = facts.get(&rule.address)?;
        let due = rule.timetable.newest(now);
        let Some(due) = due.filter(|due| *due >= facts.first_seen) else {
            continue;
        };
        if facts.succeeded.is_some_and(|done| done >= due) {
            newest = newest.max(Some(due));
        } else if !is_held(rule, facts) {
            return None;
        }
    }
    newest
}

/// Whether somebody holds all that a job does. Holds that cannot be read, which have no end, excuse
/// nothing.
fn is_held(rule: &Rule, facts: &JobFacts) -> bool {
    let by_somebody = |operation| {
        let mut holds = facts.holds.iter();
        holds.any(|hold| hold.until.is_some() && hold.holds(operation))
    };
    rule.operations.iter().copied().all(by_somebody)
}
