//! What was observed, as figures: for metrics, which no question asks.

use super::UnreadableEnvironment;
use super::observe::{Observation, Observed};
use super::summaries::AppSummary;
use crate::backups::BackupEntry;
use crate::closing::is_over;
use jiff::Timestamp;
use std::sync::Arc;
use weir_model::hold::Hold;
use weir_model::run::{Started, StatusEntry, Step};
use weir_model::stamp::Stamp;

/// What was observed, but for the answers.
#[derive(Debug, Default)]
pub struct Measured {
    /// The operations of the jobs.
    pub operations: Vec<MeasuredOperation>,
    /// The databases of the apps.
    pub databases: Vec<MeasuredDatabase>,
    /// The runs at work.
    pub at_work: Vec<Started>,
    /// The holds in force.
    pub holds: Vec<Hold>,
    /// Holds that cannot be read, of an environment or one of its, and why.
    pub unread_holds: Vec<UnreadableEnvironment>,
    /// The environments whose records cannot be read from here.
    pub unreadable: Vec<String>,
    /// What the records say of each app, as far as they can be read.
    pub summaries: Vec<Arc<AppSummary>>,
}

/// An operation of a job on one database.
#[derive(Debug)]
pub struct MeasuredOperation {
    /// The job's address.
    pub address: String,
    /// The database.
    pub database: String,
    /// The operation.
    pub operation: String,
    /// What the records say of it.
    pub entry: Option<StatusEntry>,
    /// Whether it is held.
    pub held: bool,
}

/// A database of an app.
#[derive(Debug)]
pub struct MeasuredDatabase {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// When the data of the live copy was true.
    pub data_as_of: Option<Timestamp>,
    /// When the data of the newest whole backup was true.
    pub backup_as_of: Option<Timestamp>,
    /// The newest restore or drill of its backups that ended well.
    pub recovered: Option<Step>,
    /// What the gate found in the live copy.
    pub gate_findings: Option<u64>,
    /// What the live copy says of itself; nothing if Weir did not put it there, or why it cannot
    /// be looked at.
    pub live: Result<Option<Stamp>, String>,
    /// Its backups, whole or not, newest first, or why they cannot be listed.
    pub backups: Result<Vec<Arc<BackupEntry>>, String>,
}

pub(super) fn figures(observed: &Observed) -> Measured {
    let in_force = observed.holds.holds.iter().filter(|found| found.in_force);
    let holds: Vec<Hold> = in_force.map(|found| found.hold.clone()).collect();
    let running = observed.running.iter().map(|found| &found.started);
    let alive = running.filter(|started| !is_over(started, observed.now));
    let databases = observed.databases.iter();
    let damaged = observed.holds.unreadable.iter();
    let damaged = damaged.map(|hold| (&hold.environment, &hold.why));
    let unread = observed.unread_holds.iter().map(|(name, why)| (name, why));
    Measured {
        unread_holds: unread
            .chain(damaged)
            .map(|(environment, why)| UnreadableEnvironment {
                environment: environment.clone(),
                why: why.clone(),
            })
            .collect(),
        summaries: observed.summaries.clone(),
        operations: databases
            .clone()
            .flat_map(|database| operations(database, &holds))
            .collect(),
        databases: databases.map(|found| database(observed, found)).collect(),
        at_work: alive.cloned().collect(),
        unreadable: observed
            .unreadable
            .iter()
            .map(|(environment, _)| environment.clone())
            .collect(),
        holds,
    }
}

fn operations(database: &Observation, holds: &[Hold]) -> Vec<MeasuredOperation> {
    let work = database.work.iter();
    let measured = work.map(|work| MeasuredOperation {
        address: work.address.clone(),
        database: database.database.clone(),
        operation: work.operation.clone(),
        entry: work.entry.clone(),
        held: holds.iter().any(|hold| {
            let (environment, app) = (&database.environment, &database.app);
            hold.covers(environment, app, &work.job, &work.operation)
        }),
    });
    measured.collect()
}

fn database(observed: &Observed, database: &Observation) -> MeasuredDatabase {
    let live = database.live.as_ref().ok();
    let stamp = live.and_then(|live| live.stamp.as_ref());
    let backups = database.backups.as_deref().unwrap_or_default();
    let whole = backups.iter().find(|backup| backup.whole);
    MeasuredDatabase {
        environment: database.environment.clone(),
        app: database.app.clone(),
        database: database.database.clone(),
        data_as_of: stamp.map(|stamp| stamp.data_as_of),
        backup_as_of: whole.and_then(|backup| backup.data_as_of),
        recovered: recovered(observed, database),
        gate_findings: stamp
            .and_then(|stamp| stamp.sanitising.ruleset.as_ref()?.gate.as_ref())
            .map(|gate| gate.findings),
        live: match &database.live {
            Ok(live) => Ok(live.stamp.clone()),
            Err(why) => Err(why.clone()),
        },
        backups: database.backups.clone(),
    }
}

/// A restore by whoever takes its backups proves them as well as a drill.
fn recovered(observed: &Observed, database: &Observation) -> Option<Step> {
    let drills = database.drills.iter();
    let drills = drills.filter_map(|entry| entry.last_success.as_ref());
    let takers = observed.databases.iter().filter(|taker| {
        taker.source.as_ref().is_some_and(|source| {
            !source.published
                && source.environment == database.environment
                && source.app == database.app
                && source.database == database.database
        })
    });
    let restores = takers.filter_map(|taker| taker.last_success("restore"));
    drills
        .chain(restores)
        .max_by_key(|step| step.ended)
        .cloned()
}
