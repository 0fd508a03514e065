//! The secrets: each is read, is for this user only, and does not end soon.

use super::check::{Check, Subject};
use super::expiry;
use super::rounds::Rounds;
use crate::secrets;
use jiff::Timestamp;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use weir_config::{
    Cloud, Environment, Job, Location, Secret as Reference, SecretNeed, StoreAccess,
};
use weir_engine::Secret;
use weir_model::error::{Error, Kind, Result};

/// Looks at the secrets that work in the environment needs. False when this host has none of
/// them and was not told to work there: everything else there is somebody else's business.
pub(super) async fn look(
    rounds: &mut Rounds<'_>,
    environment: &Environment,
    jobs: &[&Job],
) -> Result<bool> {
    let needs = needs(rounds, environment, jobs);
    let base = rounds.weir.fleet().base.clone();
    let mut read = Vec::new();
    for need in &needs {
        rounds.context.check("read the secrets")?;
        read.push(one(rounds, need, &base).await);
    }
    let none = !needs.is_empty() && read.iter().all(Result::is_err);
    if none && !rounds.named {
        let subject = Subject::new(&environment.name, "secret");
        rounds.add(
            subject.note(
                "not readable from here: this host has none of the secrets of this environment",
            ),
        );
        return Ok(false);
    }
    for (need, read) in needs.iter().zip(read) {
        let subject = Subject::new(&environment.name, "secret");
        match read {
            Ok(secret) => about(rounds, &subject, need, &secret, &base),
            Err(error) => {
                rounds.unreadable.push(need.secret.value.clone());
                rounds.add(subject.error(&error));
            }
        }
    }
    from_the_environment(rounds, environment);
    Ok(true)
}

/// The passwords of apps that were not asked for are left out.
fn needs(rounds: &Rounds<'_>, environment: &Environment, jobs: &[&Job]) -> Vec<SecretNeed> {
    let fleet = rounds.weir.fleet();
    let mut needs = fleet.secrets_of(&environment.name);
    let has = |job: &Job, need: &SecretNeed| {
        let password = job.password.as_ref();
        password.is_some_and(|password| password.value == need.secret.value)
    };
    needs.retain(|need| {
        let asked_for = jobs.iter().any(|job| has(job, need));
        let of_others = fleet.jobs_in(&environment.name).any(|job| has(job, need));
        asked_for || !of_others
    });
    needs
}

pub(super) async fn one(rounds: &Rounds<'_>, need: &SecretNeed, base: &Path) -> Result<Secret> {
    let needed_by = format!("{} ({})", need.needed_by, need.secret.origin);
    let read = secrets::read(&need.secret.value, base, &needed_by, &rounds.bounded()).await;
    read.map_err(|error| match error.kind() {
        Kind::Deadline => Error::new(
            Kind::Secret,
            error.doing(),
            format!("{} did not give it in time", need.secret.value),
        )
        .hint("run it by hand as this user, or give it longer with --timeout"),
        _ => error,
    })
}

pub(super) fn about(
    rounds: &mut Rounds<'_>,
    subject: &Subject,
    need: &SecretNeed,
    secret: &Secret,
    base: &Path,
) {
    let reference = &need.secret.value;
    rounds.add(subject.ok(format!("{reference} can be read, for {}", need.needed_by)));
    if let Reference::File(path) = reference {
        let open = open_to_others(subject, &base.join(path));
        open.into_iter().for_each(|check| rounds.add(check));
    }
    let now = rounds.weir.now();
    for (what, end) in expiry::ends(secret) {
        let what = format!("{what} in {reference}, for {},", need.needed_by);
        rounds.add(ending(subject, &what, end, now));
    }
}

/// A warning when others than the owner and the group may read the file. A group is what a
/// container's user often reads by.
fn open_to_others(subject: &Subject, path: &Path) -> Option<Check> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o7777;
    (mode & 0o007 != 0).then(|| {
        let path = path.display();
        subject.warning(
            format!("{path} can be read by every user of this host (mode {mode:04o})"),
            format!("chmod 600 {path}"),
        )
    })
}

/// Says when something ends: that it has is a failure, that it will soon a warning.
fn ending(subject: &Subject, what: &str, end: Timestamp, now: Timestamp) -> Check {
    const RENEW: &str = "renew it where it was issued";
    match expiry::days_left(end, now) {
        None => subject.failure(Kind::Secret, format!("{what} ended on {end}"), RENEW),
        Some(left) if left <= expiry::NOTICE_DAYS => {
            subject.warning(format!("{what} ends in {left} days, on {end}"), RENEW)
        }
        Some(left) => subject.ok(format!("{what} ends in {left} days")),
    }
}

/// Where a bucket of S3 is entered by the machine's own identity, the tools that hand it out say in
/// an environment variable when it ends.
fn from_the_environment(rounds: &mut Rounds<'_>, environment: &Environment) {
    let by_machine = [&environment.store.value, &environment.state.value]
        .iter()
        .any(|store| in_s3(store) && store.access_key_id.is_none());
    let end = std::env::var("AWS_CREDENTIAL_EXPIRATION").ok();
    let end = end.and_then(|text| text.parse::<Timestamp>().ok());
    if let (true, Some(end)) = (by_machine, end) {
        let subject = Subject::new(&environment.name, "secret");
        let what = "the session in AWS_SESSION_TOKEN";
        rounds.add(ending(&subject, what, end, rounds.weir.now()));
    }
}

fn in_s3(store: &StoreAccess) -> bool {
    matches!(
        store.location,
        Location::Bucket {
            cloud: Cloud::S3,
            ..
        }
    )
}
