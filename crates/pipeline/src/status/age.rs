//! How old is the data, and which hop is at fault?

use super::observe::{Observation, Observed};
use super::{Exception, Question, Verdict};
use crate::words;
use jiff::Timestamp;

pub(super) fn answer(observed: &Observed) -> Question {
    let mut facts = Vec::new();
    let mut exceptions = Vec::new();
    for database in observed
        .databases
        .iter()
        .filter(|database| database.source.is_some())
    {
        let Some(as_of) = as_of(database) else {
            continue;
        };
        let age = observed.now.duration_since(as_of);
        let too_old = database.wanted_since.is_some_and(|since| as_of < since);
        if too_old {
            exceptions.push(Exception {
                place: database.place(),
                step: "restore".to_owned(),
                cause: format!(
                    "the data is {} old, {} is wanted; {}",
                    words::age(age),
                    database.wanted_since.map_or_else(String::new, |since| {
                        format!("at most {}", words::age(observed.now.duration_since(since)))
                    }),
                    fault(observed, database, as_of)
                ),
                serving: database.serving(observed.now),
                command: format!("weir run {}/{}", database.environment, database.app),
                verdict: Verdict::Notice,
            });
        } else {
            facts.push(format!(
                "{}: data {} old",
                database.place(),
                words::age(age)
            ));
        }
    }
    Question::new(
        "age",
        "How old is the data, and which hop is at fault?",
        facts,
        exceptions,
    )
}

fn as_of(database: &Observation) -> Option<Timestamp> {
    database
        .live
        .as_ref()
        .ok()?
        .stamp
        .as_ref()
        .map(|stamp| stamp.data_as_of)
}

/// The first hop upstream that has newer data than it passed on.
fn fault(observed: &Observed, database: &Observation, as_of: Timestamp) -> String {
    let Some(source) = &database.source else {
        return String::new();
    };
    let environment = &source.environment;
    let upstream = observed.databases.iter().find(|upstream| {
        upstream.environment == source.environment
            && upstream.app == source.app
            && upstream.database == source.database
    });
    let Some(upstream) = upstream else {
        return format!(
            "{environment} was not looked at: `weir status` tells which hop is at fault"
        );
    };
    let backups = match &upstream.published {
        Some(published) if source.published => published.as_ref(),
        _ => upstream.backups.as_ref(),
    };
    let newest = backups.map(|backups| backups.iter().find(|backup| backup.whole));
    match newest.ok().flatten() {
        Some(backup) if backup.data_as_of.is_some_and(|newer| newer > as_of) => {
            format!("{environment} has newer data: the restore here is at fault")
        }
        Some(_) => format!("{environment} has nothing newer: the hop before it is at fault"),
        None => format!("{environment} has no whole backup that can be read from here"),
    }
}
