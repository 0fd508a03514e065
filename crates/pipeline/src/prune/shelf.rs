use crate::weir::Weir;
use weir_config::{Job, OperationKind, Period};
use weir_model::error::{Error, Kind, Result};

/// One database whose backups are looked at.
pub(super) struct Shelf<'a> {
    /// The first job that works on it.
    pub(super) job: &'a Job,
    pub(super) environment: String,
    pub(super) instance: String,
    pub(super) database: String,
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
        format!(
            "{}:{}, database {}",
            self.environment, self.instance, self.database
        )
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
            let mut shelf = Shelf {
                job,
                environment: environment.to_owned(),
                instance: job.instance.value.clone(),
                database: database.name.clone(),
                keep: None,
                expected: 1,
                apps: Vec::new(),
            };
            if !shelves
                .iter()
                .any(|known| known.database == shelf.database && known.is_of(job))
            {
                expect(weir, &mut shelf);
                shelves.push(shelf);
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
fn expect(weir: &Weir, shelf: &mut Shelf<'_>) {
    let jobs: Vec<&Job> = weir
        .fleet()
        .jobs_in(&shelf.environment)
        .filter(|job| shelf.is_of(job))
        .collect();
    let keeps: Option<Vec<Period>> = jobs
        .iter()
        .map(|job| job.keep.as_ref().map(|keep| keep.value))
        .collect();
    shelf.keep = keeps.and_then(|keeps| keeps.into_iter().max());
    if let Some(keep) = shelf.keep {
        let expected = jobs
            .iter()
            .filter(|job| job.does(OperationKind::Backup))
            .filter_map(|job| job.schedule.value.cadence())
            .map(|cadence| keep.duration().as_secs() / cadence.as_secs().max(1));
        let expected = expected.max().unwrap_or(1).max(1);
        shelf.expected = usize::try_from(expected).unwrap_or(usize::MAX);
    }
    shelf.apps = jobs.iter().map(|job| job.app.clone()).collect();
    shelf.apps.dedup();
}
