//! Databases of different environments that may be one: what a restore into the one would do to
//! the other.

use super::check::{Check, Subject};
use super::rounds::{Rounds, databases, place};
use crate::guard::in_words;
use weir_config::{DatabaseJob, Job};
use weir_model::error::{Kind, Result};
use weir_model::identity::Identity;

struct Known<'a> {
    job: &'a Job,
    database: &'a DatabaseJob,
    identity: Identity,
}

/// Compares every database that was looked at with every other of the fleet that can be reached.
pub(super) async fn look(rounds: &mut Rounds<'_>, selected: &[&Job]) -> Result<()> {
    rounds.next_step("look for databases that are one")?;
    let weir = rounds.weir;
    let all: Vec<&Job> = weir.fleet().jobs.iter().collect();
    let mut known: Vec<Known<'_>> = Vec::new();
    for (job, database) in databases(&all) {
        let same = |other: &Known<'_>| {
            let (one, other) = ((job, database), (other.job, other.database));
            (&one.0.environment, &one.1.url.value) == (&other.0.environment, &other.1.url.value)
        };
        rounds.context.check("look for databases that are one")?;
        if !known.iter().any(same)
            && let Some(identity) = identity(rounds, job, database).await
        {
            known.push(Known {
                job,
                database,
                identity,
            });
        }
    }
    let before = rounds.count();
    let asked_for = |known: &Known<'_>| selected.iter().any(|job| std::ptr::eq(*job, known.job));
    for (index, one) in known.iter().enumerate() {
        for other in known.iter().skip(index + 1) {
            if asked_for(one) || asked_for(other) {
                compare(one, other)
                    .into_iter()
                    .for_each(|check| rounds.add(check));
            }
        }
    }
    if rounds.count() == before {
        let subject = Subject::new("fleet", "clone");
        let looked = known.len();
        rounds.add(subject.ok(format!("no two of {looked} databases are one, or clones")));
    }
    Ok(())
}

/// Who a database is; `None` when it cannot be told from here, which its own check says.
async fn identity(rounds: &Rounds<'_>, job: &Job, database: &DatabaseJob) -> Option<Identity> {
    let password = job.password.as_ref().map(|password| &password.value);
    if password.is_some_and(|password| rounds.unreadable.contains(password)) {
        return None;
    }
    let look = async {
        let context = rounds.bounded();
        let sites = rounds
            .weir
            .sites_to_look_at(job, Some(&database.name), &context);
        let sites = sites.await.ok()?;
        let site = sites.first()?;
        site.engine.identity(&site.endpoint, &context).await.ok()
    };
    tokio::time::timeout(rounds.deadline(), look).await.ok()?
}

fn compare(one: &Known<'_>, other: &Known<'_>) -> Option<Check> {
    if one.job.environment == other.job.environment {
        return None;
    }
    let shared = one.identity.shared_with(&other.identity);
    if shared.is_empty() {
        return None;
    }
    let names = (
        place(one.job, one.database),
        place(other.job, other.database),
    );
    let subject = Subject::new(&names.1, "clone");
    let shared_facts = shared.join(", ");
    let what = format!(
        "{} and {} share what identifies a database: {shared_facts}",
        names.0, names.1
    );
    let whole = shared.len() == one.identity.facts().count();
    let writes = one.job.writes_target() || other.job.writes_target();
    let acknowledged = acknowledges(one, other) || acknowledges(other, one);
    Some(match (whole, acknowledged, writes) {
        (false, true, _) => subject.note(format!("{what}; the clone is acknowledged")),
        (_, _, false) => subject.warning(what, "check the two `url`s: both are backed up as one"),
        (true, _, true) => subject.failure(
            Kind::Guard,
            what,
            "correct one of the two `url`s: a restore would overwrite its own source",
        ),
        (false, false, true) => subject.failure(
            Kind::Guard,
            what,
            format!(
                "correct a `url`, or acknowledge the clone in the app with clone: {{source: \
                 \"{}\", target: \"{}\"}}",
                in_words(&one.identity),
                in_words(&other.identity)
            ),
        ),
    })
}

fn acknowledges(target: &Known<'_>, source: &Known<'_>) -> bool {
    target.job.clone.as_ref().is_some_and(|clone| {
        clone.value.source == in_words(&source.identity)
            && clone.value.target == in_words(&target.identity)
    })
}
