//! The rounds a doctor makes: which check comes when, each within its deadline.

use super::check::{Check, Subject, Verdict};
use super::{backup, bucket, clean, database, hung, runs, secrets, state, store, vouchers};
use crate::steps::Steps;
use crate::weir::Weir;
use std::time::{Duration, Instant};
use weir_config::{DatabaseJob, Environment, Job, Secret};
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// How much longer than its context's deadline a check may take to notice it.
const GRACE: Duration = Duration::from_millis(500);

/// What is carried from check to check.
pub(super) struct Rounds<'a> {
    pub(super) weir: &'a Weir,
    /// Whether the environment was named: then it is this host's business.
    pub(super) named: bool,
    pub(super) context: &'a Context,
    /// Secrets that could not be read, so that what needs them is not tried again.
    pub(super) unreadable: Vec<Secret>,
    /// Stored bytes of the newest backups of the environment at hand.
    pub(super) stored: u64,
    deadline: Duration,
    steps: Steps<'a>,
    checks: Vec<Check>,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(
        weir: &'a Weir,
        deadline: Duration,
        named: bool,
        context: &'a Context,
        environments: usize,
    ) -> Self {
        // A step for each environment, and one for what is between them.
        let steps = u32::try_from(environments + 1).unwrap_or(u32::MAX);
        Self {
            weir,
            named,
            context,
            unreadable: Vec::new(),
            stored: 0,
            deadline,
            steps: Steps::new(context, steps),
            checks: Vec::new(),
        }
    }

    pub(super) fn into_checks(self) -> Vec<Check> {
        self.checks
    }

    pub(super) fn next_step(&mut self, name: &str) -> Result<()> {
        self.steps.next(name)
    }

    /// How long one check may take.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// A context that ends when a check that begins now must have ended.
    pub(super) fn bounded(&self) -> Context {
        let end = Instant::now() + self.deadline;
        self.context.clone().with_deadline(Some(end))
    }

    /// How many checks have failed so far.
    pub(super) fn failures(&self) -> usize {
        let failed = |check: &&Check| check.verdict == Verdict::Failure;
        self.checks.iter().filter(failed).count()
    }

    /// How many checks were made so far.
    pub(super) fn count(&self) -> usize {
        self.checks.len()
    }

    pub(super) fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Makes a check within its deadline; one that fails or hangs is a failure of its subject.
    pub(super) async fn make(
        &mut self,
        subject: &Subject,
        check: impl AsyncFnOnce(Context) -> Result<Vec<Check>>,
    ) {
        let made = tokio::time::timeout(self.deadline + GRACE, check(self.bounded())).await;
        match made {
            Ok(Ok(checks)) => self.checks.extend(checks),
            Ok(Err(error)) if error.kind() == Kind::Deadline => {
                self.checks
                    .push(subject.error(&hung(error.doing(), self.deadline)));
            }
            Ok(Err(error)) => self.checks.push(subject.error(&error)),
            Err(_) => self
                .checks
                .push(subject.error(&hung("wait", self.deadline))),
        }
    }

    /// Everything about one environment and its jobs.
    pub(super) async fn environment(
        &mut self,
        environment: &Environment,
        jobs: &[&Job],
    ) -> Result<()> {
        self.next_step(&format!("look at {}", environment.name))?;
        let before = self.checks.len();
        if !secrets::look(self, environment, jobs).await? {
            return Ok(());
        }
        vouchers::look(self, jobs);
        if store::look(self, environment).await {
            state::look(self, environment).await;
            bucket::look(self, environment, jobs).await;
            runs::look(self, environment).await;
            clean::look(self, environment, jobs).await;
        }
        self.stored = 0;
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for (job, database) in databases(jobs) {
            self.context.check("look at the databases")?;
            let name = (job.app.as_str(), database.name.as_str());
            if !seen.contains(&name) {
                seen.push(name);
                self.database(job, database).await;
            }
        }
        store::room(self, environment, self.stored).await;
        // What is about the environment itself stands before what is about its databases.
        if let Some(made) = self.checks.get_mut(before..) {
            made.sort_by_key(|check| check.place != environment.name);
        }
        Ok(())
    }

    async fn database(&mut self, job: &Job, database: &DatabaseJob) {
        let password = job.password.as_ref().map(|password| &password.value);
        if password.is_some_and(|password| self.unreadable.contains(password)) {
            let subject = Subject::new(place(job, database), "database");
            self.add(subject.note("not looked at: its password cannot be read, see above"));
            return;
        }
        let expected = backup::look(self, job, database).await;
        database::look(self, job, database, expected).await;
    }
}

/// The databases of some jobs, in order.
pub(super) fn databases<'a>(jobs: &[&'a Job]) -> Vec<(&'a Job, &'a DatabaseJob)> {
    let of_job = |job: &&'a Job| {
        let job: &'a Job = job;
        job.databases.iter().map(move |database| (job, database))
    };
    jobs.iter().flat_map(of_job).collect()
}

/// A database in words.
pub(super) fn place(job: &Job, database: &DatabaseJob) -> String {
    if job.databases.len() > 1 {
        format!("{}/{} ({})", job.environment, job.app, database.name)
    } else {
        format!("{}/{}", job.environment, job.app)
    }
}
