//! `/metrics`: the facts behind it, from what was last observed.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use weir_config::{Job, Located, Period};
use weir_metrics::{
    DatabaseFacts, EnvironmentFacts, Facts, HoldFacts, JobFacts, LeaseFacts, OperationFacts,
    exposition,
};
use weir_model::hold::Hold;
use weir_model::run::{Outcome, Step};
use weir_pipeline::Weir;
use weir_pipeline::leases::HeldLease;
use weir_pipeline::status::{MeasuredDatabase, MeasuredOperation, StatusReport};

/// What `/metrics` tells, as of the newest look: whoever scrapes never waits for a store.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    text: Arc<Mutex<Arc<str>>>,
}

impl Measures {
    /// Takes what was observed, and the leases that are held, each with its environment.
    pub fn take<'a>(
        &self,
        weir: &Weir,
        report: &StatusReport,
        leases: impl Iterator<Item = (&'a str, &'a HeldLease)>,
    ) {
        let mut facts = facts(weir, report);
        let leases = leases.map(|(environment, lease)| of_lease(environment, lease));
        facts.leases.extend(leases);
        let text = exposition(&facts).into();
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// The page; empty before the first look.
    #[must_use]
    pub fn text(&self) -> Arc<str> {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&text)
    }
}

/// The facts of a report but the leases, which it does not know.
#[must_use]
pub fn facts(weir: &Weir, report: &StatusReport) -> Facts {
    let measured = &report.measured;
    let environments = report.environments.iter().map(|name| EnvironmentFacts {
        environment: name.clone(),
        readable: !measured.unreadable.contains(name),
        at_work: count(
            measured
                .at_work
                .iter()
                .filter(|run| run.environment == *name),
        ),
    });
    let mut operations: BTreeMap<&str, Vec<OperationFacts>> = BTreeMap::new();
    for operation in &measured.operations {
        let of_job = operations.entry(&operation.address).or_default();
        of_job.push(of_operation(operation));
    }
    let jobs = weir.fleet().jobs.iter();
    let jobs = jobs.filter(|job| report.environments.contains(&job.environment));
    Facts {
        at: report.as_of.as_second(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        environments: environments.collect(),
        jobs: jobs
            .map(|job| JobFacts {
                operations: operations.remove(job.address.as_str()).unwrap_or_default(),
                ..of_job(job, report)
            })
            .collect(),
        databases: measured.databases.iter().map(of_database).collect(),
        holds: measured.holds.iter().map(of_hold).collect(),
        leases: Vec::new(),
    }
}

fn count<T>(all: impl Iterator<Item = T>) -> u64 {
    u64::try_from(all.count()).unwrap_or(u64::MAX)
}

fn of_job(job: &Job, report: &StatusReport) -> JobFacts {
    let runs = report.measured.at_work.iter().filter(|run| {
        (&run.environment, &run.app, &run.job) == (&job.environment, &job.app, &job.name)
    });
    let most = |period: Option<&Located<Period>>| period.map(|it| it.value.duration().as_secs());
    JobFacts {
        environment: job.environment.clone(),
        app: job.app.clone(),
        job: job.name.clone(),
        next_run: job
            .schedule
            .value
            .next_after(report.at)
            .map(Timestamp::as_second),
        at_work_since: runs.map(|run| run.at.as_second()).min(),
        recovery_time_objective: most(job.objectives.recovery_time.as_ref()),
        recovery_point_objective: most(job.objectives.recovery_point.as_ref()),
        max_age: most(job.max_age.as_ref()),
        operations: Vec::new(),
    }
}

fn of_operation(measured: &MeasuredOperation) -> OperationFacts {
    let last = measured.entry.as_ref().map(|entry| &entry.last);
    let success = measured.entry.as_ref();
    let success = success.and_then(|entry| entry.last_success.as_ref());
    let has_failed = |step: &&Step| matches!(step.outcome, Outcome::Failed | Outcome::Interrupted);
    OperationFacts {
        database: measured.database.clone(),
        operation: measured.operation.clone(),
        failed: last.as_ref().map(has_failed),
        last_success: success.map(|step| step.ended.as_second()),
        last_failure: last.filter(has_failed).map(|step| step.ended.as_second()),
        seconds: success.map(seconds),
        bytes: success.map(|step| step.bytes).filter(|bytes| *bytes > 0),
        rows: success.map(|step| step.rows),
        held: measured.held,
    }
}

fn seconds(step: &Step) -> f64 {
    let took: SignedDuration = step.ended.duration_since(step.began);
    took.as_secs_f64()
}

fn of_database(measured: &MeasuredDatabase) -> DatabaseFacts {
    DatabaseFacts {
        environment: measured.environment.clone(),
        app: measured.app.clone(),
        database: measured.database.clone(),
        data_as_of: measured.data_as_of.map(Timestamp::as_second),
        backup_as_of: measured.backup_as_of.map(Timestamp::as_second),
        recovery_seconds: measured.recovered.as_ref().map(seconds),
        gate_findings: measured.gate_findings,
    }
}

fn of_hold(hold: &Hold) -> HoldFacts {
    HoldFacts {
        environment: hold.environment.clone(),
        place: hold.place(),
        operation: hold.operation.as_deref().unwrap_or("everything").to_owned(),
        owner: hold.owner.clone(),
        id: hold.id.clone(),
        from: hold.from.as_second(),
        until: hold.until.as_second(),
    }
}

fn of_lease(environment: &str, lease: &HeldLease) -> LeaseFacts {
    LeaseFacts {
        environment: environment.to_owned(),
        holder: lease.by.to_string(),
        since: lease.at.as_second(),
        target: lease.target.clone(),
        run: lease.run.clone(),
    }
}
