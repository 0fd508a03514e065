//! What can be seen from here: records, targets, stores.

use super::RunAtWork;
use super::copies::{self, Copies};
use super::held;
use super::running::Running;
use super::shelf::{Shelf, Which, is_out_of_reach, shelves};
use super::summaries::{AppSummary, summaries};
use super::wanted::{last_due, objective, wanted_since};
use crate::backups::{self, BackupEntry};
use crate::drill::DRILL;
use crate::holds::HoldReport;
use crate::site::Site;
use crate::site_builder;
use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use weir_config::{Job, Reads};
use weir_engine::Context;
use weir_model::error::Error;
use weir_model::run::{Status, StatusEntry};
use weir_model::stamp::Stamp;

/// How long one database may take to be looked at.
const LOOK: Duration = Duration::from_secs(20);

/// Everything the questions are asked of.
pub(super) struct Observed {
    pub(super) now: Timestamp,
    pub(super) databases: Vec<Observation>,
    pub(super) running: Vec<Running>,
    pub(super) holds: HoldReport,
    /// Why an environment's holds cannot be read from here, although its records can.
    pub(super) unread_holds: Vec<(String, String)>,
    /// Why an environment's records cannot be read from here.
    pub(super) unreadable: Vec<(String, String)>,
    /// Whether the whole fleet was looked at, and all of its records could be read.
    pub(super) complete: bool,
    /// What the records say of each app.
    pub(super) summaries: Vec<AppSummary>,
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
    pub(super) backups: Result<Vec<BackupEntry>, String>,
    /// What was published of it, newest first, or why that cannot be listed; `None` where nothing
    /// publishes it.
    pub(super) published: Option<Result<Vec<BackupEntry>, String>>,
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

/// Looks at everything the jobs touch.
pub(super) async fn observe(weir: &Weir, jobs: &[&Job], context: &Context) -> Observed {
    let mut observed = Observed {
        now: weir.now(),
        databases: Vec::new(),
        running: Vec::new(),
        holds: HoldReport::default(),
        unread_holds: Vec::new(),
        unreadable: Vec::new(),
        complete: jobs.len() == weir.fleet().jobs.len(),
        summaries: Vec::new(),
    };
    let environments: BTreeSet<&str> = jobs.iter().map(|job| job.environment.as_str()).collect();
    // All at one time: one that does not answer takes as long as it takes, once.
    let records = environments
        .iter()
        .map(|environment| environment_records(weir, environment, jobs, context));
    let mut found: HashMap<String, Records> = HashMap::new();
    for records in futures::future::join_all(records).await {
        match &records.history {
            Ok((_, running)) => observed
                .running
                .extend(running.iter().map(|run| Running::of(weir, run))),
            Err(why) => {
                let unreadable = (records.environment.clone(), why.clone());
                observed.unreadable.push(unreadable);
                observed.complete = false;
            }
        }
        found.insert(records.environment.clone(), records);
    }
    let readable = found.values().filter(|records| records.history.is_ok());
    let readable: Vec<&str> = readable.map(|found| found.environment.as_str()).collect();
    (observed.holds, observed.unread_holds) = held::read(weir, &readable, context).await;
    for job in jobs {
        if let Some(records) = found.get(&job.environment) {
            job_databases(weir, job, records, &mut observed, context).await;
        }
    }
    copies::look(weir, &mut observed.databases, context).await;
    let histories = found
        .into_values()
        .filter_map(|records| records.history.ok());
    observed.summaries = histories.flat_map(|(summaries, _)| summaries).collect();
    observed
}

/// What the state and the store of one environment say.
struct Records {
    environment: String,
    /// The summary of every app, and the runs without an end; or why they cannot be read.
    history: Result<(Vec<AppSummary>, Vec<RunAtWork>), String>,
    shelves: HashMap<String, Shelf>,
    clean: HashMap<String, Shelf>,
}

async fn environment_records(
    weir: &Weir,
    environment: &str,
    jobs: &[&Job],
    context: &Context,
) -> Records {
    let history = runs_and_statuses(weir, environment, context).await;
    let down = match &history {
        Err(error) if is_out_of_reach(error) && state_is_in_store(weir, environment) => {
            Some(error.to_string())
        }
        _ => None,
    };
    Records {
        environment: environment.to_owned(),
        history: history.map_err(|error| error.to_string()),
        shelves: shelves(weir, (environment, Which::Own), jobs, down, context).await,
        clean: shelves(weir, (environment, Which::Clean), jobs, None, context).await,
    }
}

/// Whether one that cannot be reached means that the other cannot.
fn state_is_in_store(weir: &Weir, environment: &str) -> bool {
    weir.environment(environment).is_ok_and(|found| {
        let (state, store) = (&found.state.value, &found.store.value);
        let location = state.location.to_string();
        location.starts_with(&store.location.to_string()) && state.endpoint == store.endpoint
    })
}

async fn runs_and_statuses(
    weir: &Weir,
    environment: &str,
    context: &Context,
) -> Result<(Vec<AppSummary>, Vec<RunAtWork>), Error> {
    let stores = weir.stores(environment, context).await?;
    let summaries = summaries(weir, environment, context).await?;
    let unfinished = weir_store::unfinished_runs(&stores.state, weir.now(), 2).await?;
    let running = unfinished
        .into_iter()
        .filter_map(|record| {
            let progress = record.progress;
            let started = record.started?;
            Some(RunAtWork { started, progress })
        })
        .filter(|run| run.started.environment == environment)
        .collect();
    Ok((summaries, running))
}

async fn job_databases(
    weir: &Weir,
    job: &Job,
    records: &Records,
    observed: &mut Observed,
    context: &Context,
) {
    let history = records.history.as_ref().ok();
    let mut summaries = history.into_iter().flat_map(|(summaries, _)| summaries);
    let status = summaries.find(|found| found.app == job.app);
    let status = status.map(|found| &found.status);
    for database in &job.databases {
        let known = observed.databases.iter().position(|known| {
            known.environment == job.environment
                && known.app == job.app
                && known.database == database.name
        });
        let work = work(weir, job, database, status);
        let published = job
            .publishes()
            .then(|| backups_of(job, &database.name, &records.clean));
        match known.and_then(|index| observed.databases.get_mut(index)) {
            Some(known) => {
                known.work.extend(work);
                known.published = known.published.take().or(published);
            }
            None => {
                let mut observation =
                    observation(weir, job, database, work, records, context).await;
                observation.drills = drills(status, &database.name);
                observation.published = published;
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

fn drills(status: Option<&Status>, database: &str) -> Vec<StatusEntry> {
    status
        .iter()
        .flat_map(|status| &status.entries)
        .filter(|entry| entry.last.operation == DRILL && entry.last.database == database)
        .cloned()
        .collect()
}

async fn observation(
    weir: &Weir,
    job: &Job,
    database: &weir_config::DatabaseJob,
    work: Vec<Work>,
    records: &Records,
    context: &Context,
) -> Observation {
    let environment = weir.environment(&job.environment).ok();
    Observation {
        environment: job.environment.clone(),
        app: job.app.clone(),
        database: database.name.clone(),
        several_databases: job.databases.len() > 1,
        is_root: environment.is_some_and(|found| found.upstream.is_none()),
        clean_only: site_builder::takes_only_clean(job),
        wanted_since: wanted_since(weir, job),
        objective: objective(job),
        source: job.source.as_ref().map(|source| SourceDatabase {
            environment: source.environment.clone(),
            app: source.app.clone(),
            database: database
                .source_name
                .clone()
                .unwrap_or_else(|| database.name.clone()),
            published: source.reads.value == Reads::Published,
        }),
        work,
        drills: Vec::new(),
        backups: backups_of(job, &database.name, &records.shelves),
        published: None,
        copies: None,
        live: live(weir, job, &database.name, context).await,
    }
}

fn backups_of(
    job: &Job,
    database: &str,
    shelves: &HashMap<String, Shelf>,
) -> Result<Vec<BackupEntry>, String> {
    let shelf = shelves.get(&job.instance.value);
    let summaries = shelf.cloned().unwrap_or_else(|| Ok(Vec::new()))?;
    Ok(backups::entries(job, summaries)
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
        let sites = weir.sites_to_look_at(job, Some(database), context).await?;
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
    // A server that is not there must not hold up the answers about all the others.
    match tokio::time::timeout(LOOK, look).await {
        Ok(looked) => looked.map_err(|error| error.to_string()),
        Err(_) => Err(format!("it did not answer within {} s", LOOK.as_secs())),
    }
}
