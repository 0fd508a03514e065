//! What the questions are asked of: what was seen of every environment, put together.

use super::copies::Copies;
use super::running::Running;
use super::seen::Seen;
use super::summaries::AppSummary;
use crate::backups::BackupEntry;
use crate::holds::HoldReport;
use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use weir_model::run::StatusEntry;
use weir_model::stamp::Stamp;

/// Everything the questions are asked of.
pub(super) struct Observed {
    pub(super) now: Timestamp,
    pub(super) databases: Vec<Arc<Observation>>,
    pub(super) running: Vec<Running>,
    pub(super) holds: HoldReport,
    /// Why an environment's holds cannot be read from here, although its records can.
    pub(super) unread_holds: Vec<(String, String)>,
    /// Why an environment's records cannot be read from here.
    pub(super) unreadable: Vec<(String, String)>,
    /// Whether the whole fleet was looked at, and all of its records could be read.
    pub(super) complete: bool,
    /// What the records say of each app.
    pub(super) summaries: Vec<Arc<AppSummary>>,
}

/// One database of one app in one environment, with the jobs that work on it.
pub(super) struct Observation {
    pub(super) environment: String,
    pub(super) app: String,
    pub(super) database: String,
    pub(super) several_databases: bool,
    pub(super) is_root: bool,
    pub(super) clean_only: bool,
    /// The moment at or after which the data should have been true.
    pub(super) wanted_since: Option<Timestamp>,
    /// How old the data may be, where that is said.
    pub(super) objective: Option<SignedDuration>,
    pub(super) source: Option<SourceDatabase>,
    pub(super) work: Vec<Work>,
    /// The newest drills of its backups, by any job.
    pub(super) drills: Vec<StatusEntry>,
    /// Whole and incomplete backups, newest first, or why they cannot be listed.
    pub(super) backups: Result<Vec<Arc<BackupEntry>>, String>,
    /// What was published of it, newest first, or why that cannot be listed; `None` where nothing
    /// publishes it.
    pub(super) published: Option<Result<Vec<Arc<BackupEntry>>, String>>,
    /// What a replica holds of them, where they cannot be listed.
    pub(super) copies: Option<Copies>,
    /// The live copy, or why it cannot be looked at.
    pub(super) live: Result<LiveCopy, String>,
}

/// Which database a restore's data comes from.
pub(super) struct SourceDatabase {
    pub(super) environment: String,
    pub(super) app: String,
    pub(super) database: String,
    /// Whether what was published of it is taken, and not its backups.
    pub(super) published: bool,
}

/// The live copy of a database.
pub(super) struct LiveCopy {
    pub(super) exists: bool,
    pub(super) stamp: Option<Stamp>,
    pub(super) leftovers: Vec<String>,
}

/// One operation that a job does on the database.
pub(super) struct Work {
    pub(super) job: String,
    pub(super) address: String,
    pub(super) operation: String,
    /// When it should last have begun; `None` for jobs run by hand.
    pub(super) last_due: Option<Timestamp>,
    pub(super) entry: Option<StatusEntry>,
}

impl Observation {
    /// The database in words.
    pub(super) fn place(&self) -> String {
        if self.several_databases {
            format!("{}/{} ({})", self.environment, self.app, self.database)
        } else {
            format!("{}/{}", self.environment, self.app)
        }
    }

    /// What is serving now, in words.
    pub(super) fn serving(&self, now: Timestamp) -> String {
        match &self.live {
            Err(_) => "not readable from here".to_owned(),
            Ok(live) if !live.exists => "nothing: the database does not exist".to_owned(),
            Ok(LiveCopy {
                stamp: Some(stamp), ..
            }) => format!(
                "{} data from {} ago",
                stamp.sanitising.state,
                crate::words::age(now.duration_since(stamp.data_as_of))
            ),
            Ok(_) if self.is_root || self.source.is_none() => "its own data".to_owned(),
            Ok(_) => "a copy that Weir did not restore".to_owned(),
        }
    }

    /// The newest success of an operation, over all jobs.
    pub(super) fn last_success(&self, operation: &str) -> Option<&weir_model::run::Step> {
        self.work
            .iter()
            .filter(|work| work.operation == operation)
            .filter_map(|work| work.entry.as_ref()?.last_success.as_ref())
            .max_by_key(|step| step.ended)
    }
}

impl Observed {
    /// What was seen of some environments, in the order of the fleet.
    pub(super) fn of(weir: &Weir, seen: &[Arc<Seen>]) -> Self {
        let mut observed = Self {
            now: weir.now(),
            databases: Vec::new(),
            running: Vec::new(),
            holds: HoldReport::default(),
            unread_holds: Vec::new(),
            unreadable: Vec::new(),
            complete: true,
            summaries: Vec::new(),
        };
        for environment in &weir.fleet().environments {
            match seen.iter().find(|it| it.environment == environment.name) {
                Some(seen) => observed.add(seen),
                None if weir.fleet().jobs_in(&environment.name).next().is_none() => {}
                None => observed.complete = false,
            }
        }
        observed
    }

    fn add(&mut self, seen: &Seen) {
        let environment = &seen.environment;
        self.databases.extend(seen.databases.iter().cloned());
        self.summaries.extend(seen.summaries.iter().cloned());
        self.running.extend(seen.running.iter().cloned());
        self.holds.join(&seen.holds, self.now);
        let unread = seen.unread_holds.iter();
        self.unread_holds
            .extend(unread.map(|why| (environment.clone(), why.clone())));
        if let Some(why) = &seen.unreadable {
            self.unreadable.push((environment.clone(), why.clone()));
            self.complete = false;
        }
    }
}
