//! Looking at one environment: its records, its stores, its databases. Each is looked at on its own,
//! so that nobody has to wait for another one's store.

mod live;

use super::RunAtWork;
use super::copies;
use super::held;
use super::observe::{LiveCopy, Observation, SourceDatabase, Work};
use super::running::Running;
use super::shelf::{Shelf, Which, is_out_of_reach, out_of_reach, shelves};
use super::summaries::{AppSummary, summaries};
use super::wanted::{last_due, objective, wanted_since};
use crate::backups::BackupEntry;
use crate::drill::DRILL;
use crate::holds::HoldReport;
use crate::site_builder;
use crate::weir::Weir;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use weir_config::{DatabaseJob, Job, Reads};
use weir_engine::Context;
use weir_model::error::Error;
use weir_model::run::{Status, StatusEntry};

/// What was seen of one environment, at one moment.
pub struct Seen {
    pub(super) environment: String,
    /// When it was looked at.
    pub(super) at: Timestamp,
    pub(super) databases: Vec<Arc<Observation>>,
    /// Its runs without an end.
    pub(super) running: Vec<Running>,
    pub(super) holds: HoldReport,
    /// Why its holds cannot be read, although its records can.
    pub(super) unread_holds: Option<String>,
    /// Why its records cannot be read.
    pub(super) unreadable: Option<String>,
    /// What the records say of each app.
    pub(super) summaries: Vec<Arc<AppSummary>>,
}

/// What is live, by app and database, or why it cannot be looked at.
type Lives<'a> = HashMap<(&'a str, &'a str), Result<LiveCopy, String>>;

/// Looks at an environment.
pub(super) async fn look(weir: &Weir, environment: &str, context: &Context) -> Seen {
    let at = weir.now();
    let jobs: Vec<&Job> = weir.fleet().jobs_in(environment).collect();
    // Where nothing is done, there is nothing to look at.
    if jobs.is_empty() {
        return Seen::of(weir, (environment, at), Records::default(), Vec::new());
    }
    let (records, lives) = futures::join!(
        records(weir, environment, &jobs, context),
        live::look(weir, &jobs, context)
    );
    let (holds, unread_holds) = match &records.history {
        Ok(_) => held::read(weir, environment, context).await,
        Err(_) => (HoldReport::default(), None),
    };
    let mut databases = databases(weir, &jobs, &records, lives);
    copies::look(weir, &mut databases, context).await;
    Seen {
        holds,
        unread_holds,
        ..Seen::of(weir, (environment, at), records, databases)
    }
}

impl Seen {
    /// An environment of which nothing could be seen: what is in it is unknown.
    #[must_use]
    pub fn nothing(weir: &Weir, environment: &str, why: &str) -> Self {
        let jobs: Vec<&Job> = weir.fleet().jobs_in(environment).collect();
        let records = Records {
            history: Err(why.to_owned()),
            shelves: out_of_reach((environment, Which::Own), &jobs, why),
            clean: out_of_reach((environment, Which::Clean), &jobs, why),
        };
        let lives = live::places(&jobs).into_iter();
        let lives = lives
            .map(|(job, database)| {
                (
                    (job.app.as_str(), database.name.as_str()),
                    Err(why.to_owned()),
                )
            })
            .collect();
        let databases = databases(weir, &jobs, &records, lives);
        Self::of(weir, (environment, weir.now()), records, databases)
    }

    /// The environment.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// When it was looked at.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether its records could be read.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.unreadable.is_none()
    }

    fn of(
        weir: &Weir,
        (environment, at): (&str, Timestamp),
        records: Records,
        databases: Vec<Observation>,
    ) -> Self {
        let (history, unreadable) = match records.history {
            Ok(history) => (history, None),
            Err(why) => (History::default(), Some(why)),
        };
        let (summaries, running) = history;
        Self {
            environment: environment.to_owned(),
            at,
            databases: databases.into_iter().map(Arc::new).collect(),
            running: running.iter().map(|run| Running::of(weir, run)).collect(),
            holds: HoldReport::default(),
            unread_holds: None,
            unreadable,
            summaries: summaries.into_iter().map(Arc::new).collect(),
        }
    }
}

/// What the state and the store of one environment say.
struct Records {
    /// The summary of every app, and the runs without an end; or why they cannot be read.
    history: Result<History, String>,
    shelves: HashMap<String, Shelf>,
    clean: HashMap<String, Shelf>,
}

type History = (Vec<AppSummary>, Vec<RunAtWork>);

impl Default for Records {
    fn default() -> Self {
        Self {
            history: Ok(History::default()),
            shelves: HashMap::new(),
            clean: HashMap::new(),
        }
    }
}

async fn records(weir: &Weir, environment: &str, jobs: &[&Job], context: &Context) -> Records {
    let history = runs_and_statuses(weir, environment, context).await;
    let down = match &history {
        Err(error) if is_out_of_reach(error) && state_is_in_store(weir, environment) => {
            Some(error.to_string())
        }
        _ => None,
    };
    Records {
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
) -> Result<History, Error> {
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

/// The databases of the jobs, each once.
fn databases<'a>(
    weir: &Weir,
    jobs: &[&'a Job],
    records: &Records,
    mut lives: Lives<'a>,
) -> Vec<Observation> {
    let mut databases: Vec<Observation> = Vec::new();
    let summaries = records.history.as_ref().map(|(summaries, _)| summaries);
    let statuses: HashMap<&str, &Status> = summaries
        .into_iter()
        .flatten()
        .map(|found| (found.app.as_str(), &found.status))
        .collect();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for job in jobs {
        let status = statuses.get(job.app.as_str()).copied();
        for database in &job.databases {
            let place = (job.app.as_str(), database.name.as_str());
            let work = work(weir, job, database, status);
            let published = job
                .publishes()
                .then(|| backups_of(job, &database.name, &records.clean));
            let index = known.get(&place).copied();
            match index.and_then(|index| databases.get_mut(index)) {
                Some(known) => {
                    known.work.extend(work);
                    known.published = known.published.take().or(published);
                }
                None => {
                    known.insert(place, databases.len());
                    let live = lives.remove(&place);
                    databases.push(Observation {
                        work,
                        drills: drills(status, &database.name),
                        published,
                        live: live.unwrap_or_else(|| Err("it was not looked at".to_owned())),
                        ..observation(weir, job, database, records)
                    });
                }
            }
        }
    }
    databases
}

fn work(weir: &Weir, job: &Job, database: &DatabaseJob, status: Option<&Status>) -> Vec<Work> {
    let entry = |operation: &str| {
        status?
            .entries
            .iter()
            .find(|entry| {
                entry.job == job.name
                    && entry.last.operation == operation
                    && entry.last.database == database.name
            })
            .map(newest_of)
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

/// What the questions are asked of: the steps before are in the summaries, once.
fn newest_of(entry: &StatusEntry) -> StatusEntry {
    StatusEntry {
        job: entry.job.clone(),
        run: entry.run.clone(),
        last: entry.last.clone(),
        last_success: entry.last_success.clone(),
        success_before: entry.success_before.clone(),
        newest: Vec::new(),
    }
}

fn drills(status: Option<&Status>, database: &str) -> Vec<StatusEntry> {
    status
        .iter()
        .flat_map(|status| &status.entries)
        .filter(|entry| entry.last.operation == DRILL && entry.last.database == database)
        .cloned()
        .collect()
}

/// What the configuration and the store say of a database.
fn observation(weir: &Weir, job: &Job, database: &DatabaseJob, records: &Records) -> Observation {
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
        work: Vec::new(),
        drills: Vec::new(),
        backups: backups_of(job, &database.name, &records.shelves),
        published: None,
        copies: None,
        live: Err(String::new()),
    }
}

fn backups_of(
    job: &Job,
    database: &str,
    shelves: &HashMap<String, Shelf>,
) -> Result<Vec<Arc<BackupEntry>>, String> {
    let shelf = shelves.get(&job.instance.value);
    let entries = shelf.cloned().unwrap_or_else(|| Ok(Vec::new()))?;
    let entries = entries.into_iter();
    let of_it = entries.filter(|entry| entry.database == database);
    // Several apps may have one database.
    let named = of_it.map(|entry| match entry.app == job.app {
        true => entry,
        false => Arc::new(BackupEntry {
            app: job.app.clone(),
            ..BackupEntry::clone(&entry)
        }),
    });
    Ok(named.collect())
}
