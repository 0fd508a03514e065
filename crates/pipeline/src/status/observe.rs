//! What can be seen from here: records, targets, stores.

use crate::backups::{self, BackupEntry};
use crate::site::Site;
use crate::site_builder;
use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use weir_config::Job;
use weir_engine::Context;
use weir_model::error::Error;
use weir_model::run::{Started, Status, StatusEntry};
use weir_model::stamp::Stamp;

/// Everything the questions are asked of.
pub(super) struct Observed {
    pub(super) now: Timestamp,
    pub(super) databases: Vec<Observation>,
    pub(super) running: Vec<Started>,
    /// Why an environment's records cannot be read from here.
    pub(super) unreadable: Vec<(String, String)>,
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
    pub(super) source: Option<(String, String)>,
    pub(super) work: Vec<Work>,
    /// Whole and incomplete backups, newest first, or why they cannot be listed.
    pub(super) backups: Result<Vec<BackupEntry>, String>,
    /// The live copy, or why it cannot be looked at.
    pub(super) live: Result<LiveCopy, String>,
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
            Err(why) => format!("not readable from here: {why}"),
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

/// Looks at everything the jobs touch.
pub(super) async fn observe(weir: &Weir, jobs: &[&Job], context: &Context) -> Observed {
    let mut observed = Observed {
        now: weir.now(),
        databases: Vec::new(),
        running: Vec::new(),
        unreadable: Vec::new(),
    };
    let mut statuses: HashMap<(String, String), Status> = HashMap::new();
    let mut environments: Vec<&str> = jobs.iter().map(|job| job.environment.as_str()).collect();
    environments.dedup();
    for environment in environments {
        match runs_and_statuses(weir, environment, jobs, &mut statuses).await {
            Ok(running) => observed.running.extend(running),
            Err(error) => observed
                .unreadable
                .push((environment.to_owned(), error.to_string())),
        }
    }
    for job in jobs {
        let key = (job.environment.clone(), job.app.clone());
        let status = statuses.get(&key);
        job_databases(weir, job, status, &mut observed, context).await;
    }
    observed
}

async fn runs_and_statuses(
    weir: &Weir,
    environment: &str,
    jobs: &[&Job],
    statuses: &mut HashMap<(String, String), Status>,
) -> Result<Vec<Started>, Error> {
    let stores = weir.stores(environment)?;
    for job in jobs.iter().filter(|job| job.environment == environment) {
        let key = (environment.to_owned(), job.app.clone());
        if let Entry::Vacant(unread) = statuses.entry(key) {
            unread.insert(weir_store::read_status(&stores.state, environment, &job.app).await?);
        }
    }
    let unfinished = weir_store::unfinished_runs(&stores.state, weir.now(), 2).await?;
    Ok(unfinished
        .into_iter()
        .filter_map(|record| record.started)
        .filter(|started| started.environment == environment)
        .collect())
}

async fn job_databases(
    weir: &Weir,
    job: &Job,
    status: Option<&Status>,
    observed: &mut Observed,
    context: &Context,
) {
    for database in &job.databases {
        let known = observed.databases.iter().position(|known| {
            known.environment == job.environment
                && known.app == job.app
                && known.database == database.name
        });
        let work = work(weir, job, database, status);
        match known.and_then(|index| observed.databases.get_mut(index)) {
            Some(known) => known.work.extend(work),
            None => {
                let observation = observation(weir, job, &database.name, work, context).await;
                observed.databases.push(observation);
            }
        }
    }
}

fn work(
    weir: &Weir,
    job: &Job,
    database: &weir_config::DatabaseJob,
    status: Option<&Status>,
) -> Vec<Work> {
    let entry = |operation: &str| {
        status?
            .entries
            .iter()
            .find(|entry| {
                entry.job == job.name
                    && entry.last.operation == operation
                    && entry.last.database == database.name
            })
            .cloned()
    };
    database
        .operations
        .iter()
        .map(|operation| Work {
            job: job.name.clone(),
            address: job.address.clone(),
            operation: operation.to_string(),
            last_due: last_due(weir, job),
            entry: entry(&operation.to_string()),
        })
        .collect()
}

async fn observation(
    weir: &Weir,
    job: &Job,
    database: &str,
    work: Vec<Work>,
    context: &Context,
) -> Observation {
    let environment = weir.environment(&job.environment).ok();
    Observation {
        environment: job.environment.clone(),
        app: job.app.clone(),
        database: database.to_owned(),
        several_databases: job.databases.len() > 1,
        is_root: environment.is_some_and(|found| found.upstream.is_none()),
        clean_only: site_builder::takes_only_clean(job),
        wanted_since: wanted_since(weir, job),
        source: job
            .source
            .as_ref()
            .map(|source| (source.environment.clone(), source.app.clone())),
        work,
        backups: backups_of(weir, job, database).await,
        live: live(weir, job, database, context).await,
    }
}

async fn backups_of(weir: &Weir, job: &Job, database: &str) -> Result<Vec<BackupEntry>, String> {
    let entries = backups::of_job(weir, job)
        .await
        .map_err(|error| error.to_string())?;
    Ok(entries
        .into_iter()
        .filter(|entry| entry.database == database)
        .collect())
}

async fn live(
    weir: &Weir,
    job: &Job,
    database: &str,
    context: &Context,
) -> Result<LiveCopy, String> {
    let look = async {
        let sites = weir.sites_of(job, Some(database))?;
        let site: &Site = sites.first().ok_or_else(|| {
            Error::new(
                weir_model::error::Kind::Internal,
                "look at a database",
                "the job has none",
            )
        })?;
        let exists = site.engine.exists(&site.endpoint, context).await?;
        let stamp = if exists {
            site.engine.stamp(&site.endpoint, context).await?
        } else {
            None
        };
        let leftovers = site.engine.leftovers(&site.endpoint, context).await?;
        Ok::<_, Error>(LiveCopy {
            exists,
            stamp,
            leftovers,
        })
    };
    look.await.map_err(|error| error.to_string())
}

/// From when the data should be: `max_age` ago, else from when upstream was last due before this
/// job was.
fn wanted_since(weir: &Weir, job: &Job) -> Option<Timestamp> {
    if let Some(age) = &job.max_age {
        return weir.now().checked_sub(age.value.duration()).ok();
    }
    let source = job.source.as_ref()?;
    let due_here = job.schedule.value.previous_before(weir.now())?;
    weir.fleet()
        .jobs_of(&source.environment, &source.app)
        .filter_map(|upstream| upstream.schedule.value.previous_before(due_here))
        .max()
}

/// When a job should last have begun, with an hour's grace to begin late.
fn last_due(weir: &Weir, job: &Job) -> Option<Timestamp> {
    const GRACE: SignedDuration = SignedDuration::from_hours(1);
    let begun_by = weir.now().checked_sub(GRACE).ok()?;
    job.schedule.value.previous_before(begun_by)
}
