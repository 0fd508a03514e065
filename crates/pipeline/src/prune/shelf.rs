use crate::backups::of_published;
use crate::weir::{Stores, Weir};
use weir_config::{Job, OperationKind, Period};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// One database whose backups are looked at.
pub(super) struct Shelf<'a> {
    /// The first job that works on it.
    pub(super) job: &'a Job,
    pub(super) environment: String,
    pub(super) instance: String,
    pub(super) database: String,
    /// Whether what was published of it is looked at, and not its backups.
    pub(super) published: bool,
    /// For how long its backups are kept; none where a job of it says nothing.
    pub(super) keep: Option<Period>,
    /// How many backups its schedule leaves within `keep`, at least one.
    pub(super) expected: usize,
    /// The apps of this environment whose database it is.
    pub(super) apps: Vec<String>,
}

impl Shelf<'_> {
    /// The database in words.
    pub(super) fn describe(&self) -> String {
        let published = if self.published { ", published" } else { "" };
        format!(
            "{}:{}, database {}{published}",
            self.environment, self.instance, self.database
        )
    }

    /// How other verbs name one of its backups.
    pub(super) fn reference(&self, key: &str) -> String {
        match self.published {
            true => of_published(&self.environment, key),
            false => format!("{}:{key}", self.environment),
        }
    }

    /// Where its backups lie, and where their names are claimed.
    pub(super) async fn stores(&self, weir: &Weir, context: &Context) -> Result<Stores> {
        match self.published {
            true => weir.clean_stores(&self.environment, context).await,
            false => weir.stores(&self.environment, context).await,
        }
    }

    /// Whether `operation` makes its backups.
    fn is_made_by(&self, operation: OperationKind) -> bool {
        match self.published {
            true => operation.publishes(),
            false => operation == OperationKind::Backup,
        }
    }

    /// Whether a job publishes the database.
    fn is_published(&self, weir: &Weir) -> bool {
        let mut jobs = weir.fleet().jobs_in(&self.environment);
        jobs.any(|job| self.is_of(job) && job.publishes())
    }

    /// Whether the backups of `job` are these.
    fn is_of(&self, job: &Job) -> bool {
        job.instance.value == self.instance
            && job
                .databases
                .iter()
                .any(|known| known.name == self.database)
    }
}

/// The databases of an environment, or of one app in it.
///
/// # Errors
/// `usage` when there are none; `config` when backups of none of them are to go ever.
pub(super) fn shelves<'a>(
    weir: &'a Weir,
    environment: &'a str,
    app: Option<&str>,
) -> Result<Vec<Shelf<'a>>> {
    weir.environment(environment)?;
    let place = app.map_or_else(
        || environment.to_owned(),
        |app| format!("{environment}/{app}"),
    );
    let mut shelves: Vec<Shelf<'a>> = Vec::new();
    for job in weir.fleet().jobs_in(environment) {
        if app.is_some_and(|app| app != job.app) {
            continue;
        }
        for database in &job.databases {
            for published in [false, true] {
                let mut shelf = Shelf {
                    job,
                    environment: environment.to_owned(),
                    instance: job.instance.value.clone(),
                    database: database.name.clone(),
                    published,
                    keep: None,
                    expected: 1,
                    apps: Vec::new(),
                };
                let known = shelves.iter().any(|known| {
                    known.database == shelf.database
                        && known.published == published
                        && known.is_of(job)
                });
                expect(weir, &mut shelf)?;
                if !known && (!published || shelf.is_published(weir)) {
                    shelves.push(shelf);
                }
            }
        }
    }
    let doing = format!("prune {place}");
    if shelves.is_empty() {
        return Err(Error::new(
            Kind::Usage,
            doing,
            "the configuration has no such app there",
        )
        .hint("list the jobs with `weir config show`"));
    }
    if shelves.iter().all(|shelf| shelf.keep.is_none()) {
        let cause = "`keep` is not set, so every backup is kept";
        return Err(Error::new(Kind::Config, doing, cause).hint(format!(
            "set `keep` of the app, or of {environment}, e.g. `keep: 30d`"
        )));
    }
    Ok(shelves)
}

/// What every job of the database together says: the longest time, the most backups.
fn expect(weir: &Weir, shelf: &mut Shelf<'_>) -> Result<()> {
    let jobs: Vec<&Job> = weir
        .fleet()
        .jobs_in(&shelf.environment)
        .filter(|job| shelf.is_of(job))
        .collect();
    let keeps: Option<Vec<Period>> = jobs
        .iter()
        .map(|job| job.keep.as_ref().map(|keep| keep.value))
        .collect();
    let clean = weir.environment(&shelf.environment)?.clean.as_ref();
    shelf.keep = match shelf.published {
        true => clean.and_then(|clean| Some(clean.value.keep.as_ref()?.value)),
        false => keeps.and_then(|keeps| keeps.into_iter().max()),
    };
    if let Some(keep) = shelf.keep {
        let expected = jobs
            .iter()
            .filter(|job| job.operations().any(|(kind, _)| shelf.is_made_by(kind)))
            .filter_map(|job| job.schedule.value.cadence())
            .map(|cadence| keep.duration().as_secs() / cadence.as_secs().max(1));
        let expected = expected.max().unwrap_or(1).max(1);
        shelf.expected = usize::try_from(expected).unwrap_or(usize::MAX);
    }
    shelf.apps = jobs.iter().map(|job| job.app.clone()).collect();
    shelf.apps.dedup();
    Ok(())
}
