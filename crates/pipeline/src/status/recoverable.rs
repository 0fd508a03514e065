//! Can every source be recovered now?

use super::observe::{Observation, Observed};
use super::{Exception, Question, Verdict};
use crate::backups::BackupEntry;
use crate::drill::DRILL;
use crate::words;
use std::collections::HashSet;
use std::sync::Arc;
use weir_model::manifest::Proof;
use weir_model::run::{Outcome, Step};

pub(super) fn answer(observed: &Observed) -> Question {
    let mut facts = Vec::new();
    let mut exceptions = Vec::new();
    for database in observed
        .databases
        .iter()
        .filter(|database| is_source(database))
    {
        match &database.backups {
            Err(why) if database.copies.is_some() => {
                let copies = whole(known(database));
                facts.push(fact(observed, database, &copies));
                // Of the store itself nothing is known, and that is told.
                facts.push(format!(
                    "{}: its own store is not readable from here: {why}",
                    database.place()
                ));
            }
            Err(why) => exceptions.push(exception(
                observed,
                database,
                format!("its backups are not readable from here: {why}"),
                Verdict::Unknown,
            )),
            Ok(backups) => {
                let whole = whole(backups);
                if whole.is_empty() {
                    exceptions.push(exception(
                        observed,
                        database,
                        nothing_whole(backups),
                        Verdict::Bad,
                    ));
                } else {
                    facts.push(fact(observed, database, &whole));
                    exceptions.extend(failed_drill(observed, database));
                    exceptions.extend(
                        passed_over(observed, database, backups)
                            .map(|cause| exception(observed, database, cause, Verdict::Notice)),
                    );
                }
            }
        }
    }
    Question::new(
        "recoverable",
        "Can every source be recovered now?",
        facts,
        exceptions,
    )
}

/// Its backups as far as they can be seen: in its own store, else in a replica.
fn known(database: &Observation) -> &[Arc<BackupEntry>] {
    match (&database.backups, &database.copies) {
        (Ok(backups), _) => backups,
        (Err(_), Some(copies)) => &copies.backups,
        (Err(_), None) => &[],
    }
}

fn whole(backups: &[Arc<BackupEntry>]) -> Vec<&BackupEntry> {
    let backups = backups.iter().map(Arc::as_ref);
    backups.filter(|backup| backup.whole).collect()
}

/// A database that nothing else can replace: production's, and what is born elsewhere.
fn is_source(database: &Observation) -> bool {
    database.source.is_none() && database.work.iter().any(|work| work.operation == "backup")
}

fn nothing_whole(backups: &[Arc<BackupEntry>]) -> String {
    match backups.len() {
        0 => "it has no backup".to_owned(),
        1 => "its only backup is not whole".to_owned(),
        count => format!("none of its {count} backups is whole"),
    }
}

/// The newest backup when it is not whole, so that a restore takes an older one in its place. One
/// that is being made is not whole yet.
fn passed_over(
    observed: &Observed,
    database: &Observation,
    backups: &[Arc<BackupEntry>],
) -> Option<String> {
    let newest = backups.first()?;
    let problem = newest.problem.as_ref()?;
    let in_work = observed
        .running
        .iter()
        .map(|found| &found.started)
        .filter(|run| run.verb != DRILL)
        .any(|run| run.environment == database.environment && run.app == database.app);
    if in_work {
        return None;
    }
    Some(format!(
        "its newest backup, {}, does not count: {problem}",
        newest.reference
    ))
}

fn exception(
    observed: &Observed,
    database: &Observation,
    cause: String,
    verdict: Verdict,
) -> Exception {
    Exception {
        place: database.place(),
        step: "backup".to_owned(),
        cause,
        serving: database.serving(observed.now),
        command: match verdict {
            // One that cannot be read from here is no reason to take another.
            Verdict::Unknown => format!("weir backups list {}", database.environment),
            _ => format!("weir backup {}/{}", database.environment, database.app),
        },
        verdict,
    }
}

fn fact(observed: &Observed, database: &Observation, whole: &[&BackupEntry]) -> String {
    let age = |backup: Option<&&BackupEntry>| {
        backup.map_or_else(String::new, |backup| {
            words::age(observed.now.duration_since(backup.time))
        })
    };
    let proven = last_proof(observed, database).map_or_else(
        || {
            if observed.complete {
                "never proven by a restore or a drill".to_owned()
            } else {
                "not known from here whether a restore or a drill has proven it".to_owned()
            }
        },
        |step| {
            let how = if step.operation == DRILL {
                DRILL
            } else {
                "restore"
            };
            format!(
                "last proven by a {how} {} ago",
                words::age(observed.now.duration_since(step.ended))
            )
        },
    );
    let adopted = match whole.first().and_then(|newest| newest.proof) {
        Some(Proof::Adopted) => " (adopted: made by others)",
        _ => "",
    };
    let copied = database.copies.as_ref().map_or_else(String::new, |copies| {
        format!(", copied to {}", copies.place)
    });
    format!(
        "{}: {} whole{copied}, newest {} old{adopted}, oldest {} old, {proven}",
        database.place(),
        match whole.len() {
            1 => "1 backup".to_owned(),
            count => format!("{count} backups"),
        },
        age(whole.first()),
        age(whole.last()),
    )
}

/// The newest restore or drill, anywhere, of one of this database's backups.
fn last_proof<'a>(observed: &'a Observed, source: &Observation) -> Option<&'a Step> {
    let keys: HashSet<&str> = known(source)
        .iter()
        .map(|backup| backup.reference.as_str())
        .collect();
    let restored = observed
        .databases
        .iter()
        .flat_map(|database| &database.work)
        .filter(|work| work.operation == "restore" || work.operation == "recover")
        .filter_map(|work| work.entry.as_ref());
    let drilled = observed
        .databases
        .iter()
        .flat_map(|database| &database.drills);
    restored
        .chain(drilled)
        .filter_map(|entry| entry.last_success.as_ref())
        .filter(|step| {
            step.backup
                .as_ref()
                .is_some_and(|backup| keys.contains(backup.as_str()))
        })
        .max_by_key(|step| step.ended)
}

/// The newest drill when it failed and nothing has proven a backup since.
fn failed_drill(observed: &Observed, source: &Observation) -> Option<Exception> {
    let entry = source.drills.iter().max_by_key(|entry| entry.last.ended)?;
    let job = source.work.iter().find(|work| work.job == entry.job)?;
    let last = &entry.last;
    let failure = last.failure.as_ref()?;
    let proven_since = last_proof(observed, source).is_some_and(|proof| proof.ended >= last.ended);
    if last.outcome != Outcome::Failed || proven_since {
        return None;
    }
    Some(Exception {
        place: source.place(),
        step: DRILL.to_owned(),
        cause: format!(
            "its last drill failed {} ago: {}: {}",
            words::age(observed.now.duration_since(last.ended)),
            failure.doing,
            failure.cause
        ),
        serving: source.serving(observed.now),
        command: format!("weir drill {}", job.address),
        verdict: Verdict::Notice,
    })
}
