//! A bucket's lifecycle, lock and versions against what the configuration expects of them.

mod expectations;

use super::check::{Check, Subject};
use super::rounds::Rounds;
use expectations::Expectations;
use std::time::Duration;
use weir_config::{Clean, Cloud, Environment, Job, Location, OperationKind, StoreAccess};
use weir_store::{BucketRules, Told};

/// Looks at the bucket of the store, and at the state's where that is another one.
pub(super) async fn look(rounds: &mut Rounds<'_>, environment: &Environment, jobs: &[&Job]) {
    let (store, state) = (&environment.store.value, &environment.state.value);
    let shared = bucket(store) == bucket(state) && store.endpoint == state.endpoint;
    let of_backups = Expectations {
        bucket: name(store),
        backups: prefix(store),
        state: prefix(state).filter(|_| shared),
        keep: longest_keep(jobs),
        cadence: longest_cadence(jobs, |kind| kind == OperationKind::Backup),
    };
    let of_state = Expectations {
        bucket: name(state),
        backups: None,
        state: prefix(state),
        keep: None,
        cadence: None,
    };
    if bucket(store).is_some() {
        ask(rounds, environment, Which::Store, of_backups).await;
    }
    if bucket(state).is_some() && !shared {
        ask(rounds, environment, Which::State, of_state).await;
    }
}

/// Looks at the bucket of the clean store.
pub(super) async fn look_at_clean(
    rounds: &mut Rounds<'_>,
    environment: &Environment,
    clean: &Clean,
    jobs: &[&Job],
) {
    let expected = Expectations {
        bucket: name(&clean.store),
        backups: prefix(&clean.store),
        state: None,
        keep: clean.keep.as_ref().map(|keep| keep.value.duration()),
        cadence: longest_cadence(jobs, OperationKind::publishes),
    };
    if bucket(&clean.store).is_some() {
        ask(rounds, environment, Which::Clean, expected).await;
    }
}

/// Which of an environment's stores is asked.
enum Which {
    Store,
    State,
    Clean,
}

async fn ask(
    rounds: &mut Rounds<'_>,
    environment: &Environment,
    which: Which,
    expected: Expectations,
) {
    let subject = Subject::new(&environment.name, "lifecycle");
    let (weir, name) = (rounds.weir, &environment.name);
    rounds
        .make(&subject, async |context| {
            let asked = match which {
                Which::Store => weir.stores(name, &context).await?.store,
                Which::State => weir.stores(name, &context).await?.state,
                Which::Clean => weir.clean_store(name, &context).await?,
            };
            let rules = asked.bucket_rules().await;
            Ok(rules.map_or_else(Vec::new, |rules| judge(name, &expected, &rules)))
        })
        .await;
}

fn judge(environment: &str, expected: &Expectations, rules: &BucketRules) -> Vec<Check> {
    let subject = |about| Subject::new(environment, about);
    let untold = |about, why: &str| {
        let what = format!(
            "not readable from here for bucket {}: {why}",
            expected.bucket
        );
        vec![subject(about).note(what)]
    };
    let mut checks = match &rules.lifecycle {
        Told::Known(lifecycle) => {
            let versioned = rules.versioned == Told::Known(true);
            expected.lifecycle(&subject("lifecycle"), lifecycle, versioned)
        }
        Told::Unknown(why) => untold("lifecycle", why),
    };
    checks.extend(match &rules.lock {
        Told::Known(lock) => expected.lock(&subject("lock"), lock.as_ref()),
        Told::Unknown(why) => untold("lock", why),
    });
    checks
}

/// The bucket of a store: two clouds may have one of the same name.
fn bucket(store: &StoreAccess) -> Option<(Cloud, &str)> {
    match &store.location {
        Location::Bucket { cloud, name, .. } => Some((*cloud, name)),
        Location::Folder(_) => None,
    }
}

fn name(store: &StoreAccess) -> String {
    bucket(store).map_or_else(String::new, |(_, name)| name.to_owned())
}

/// What every key of a store begins with.
fn prefix(store: &StoreAccess) -> Option<String> {
    match &store.location {
        Location::Bucket { prefix, .. } if prefix.is_empty() => Some(String::new()),
        Location::Bucket { prefix, .. } => Some(format!("{prefix}/")),
        Location::Folder(_) => None,
    }
}

fn longest_keep(jobs: &[&Job]) -> Option<Duration> {
    let keeps = jobs.iter().filter_map(|job| job.keep.as_ref());
    keeps.map(|keep| keep.value.duration()).max()
}

/// The longest time between two runs of a job that makes such backups.
fn longest_cadence(jobs: &[&Job], makes: impl Fn(OperationKind) -> bool) -> Option<Duration> {
    let making = |job: &&&Job| job.operations().any(|(kind, _)| makes(kind));
    let backups = jobs.iter().filter(making);
    backups.filter_map(|job| job.schedule.value.cadence()).max()
}
