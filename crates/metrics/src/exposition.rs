//! `/metrics`: every series of the page, by name. `docs/metrics.md` lists them.

use crate::facts::{DatabaseFacts, Facts, JobFacts, OperationFacts};
use crate::text::{Page, labels};

/// The content type of what [`exposition`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The facts as OpenMetrics.
#[must_use]
pub fn exposition(facts: &Facts) -> String {
    let mut page = Page::default();
    of_environments(&mut page, facts);
    of_databases(&mut page, &facts.databases);
    of_jobs(&mut page, &facts.jobs);
    of_operations(&mut page, &facts.jobs);
    of_holds_and_leases(&mut page, facts);
    page.end()
}

fn of_environments(page: &mut Page, facts: &Facts) {
    page.gauge(
        "weir_build_info",
        "Weir's version, as a label.",
        [(labels(&[("version", &facts.version)]), 1)],
    );
    page.gauge(
        "weir_observed_timestamp_seconds",
        "When the records were last read.",
        [(String::new(), facts.at)],
    );
    let environments = &facts.environments;
    let of = |name: &str| labels(&[("environment", name)]);
    page.gauge(
        "weir_environment_readable",
        "Whether the environment's records can be read from here.",
        environments
            .iter()
            .map(|it| (of(&it.environment), u8::from(it.readable))),
    );
    page.gauge(
        "weir_runs_at_work",
        "Runs at work.",
        environments
            .iter()
            .filter(|it| it.readable)
            .map(|it| (of(&it.environment), it.at_work)),
    );
}

fn of_databases(page: &mut Page, databases: &[DatabaseFacts]) {
    page.gauge(
        "weir_data_as_of_timestamp_seconds",
        "When the data of the live copy was true.",
        each(databases, of_database, |it| it.data_as_of),
    );
    page.gauge(
        "weir_backup_as_of_timestamp_seconds",
        "When the data of the newest backup was true.",
        each(databases, of_database, |it| it.backup_as_of),
    );
    page.gauge(
        "weir_recovery_duration_seconds",
        "How long the newest restore of a backup took.",
        each(databases, of_database, |it| it.recovery_seconds),
    );
    page.gauge(
        "weir_gate_findings",
        "What the gate found in the live copy, below its thresholds.",
        each(databases, of_database, |it| it.gate_findings),
    );
}

fn of_jobs(page: &mut Page, jobs: &[JobFacts]) {
    page.gauge(
        "weir_job_next_run_timestamp_seconds",
        "When the job is due next.",
        each(jobs, of_job, |it| it.next_run),
    );
    page.gauge(
        "weir_job_start_timestamp_seconds",
        "Since when a run of the job is at work.",
        each(jobs, of_job, |it| it.at_work_since),
    );
    page.gauge(
        "weir_job_recovery_time_objective_seconds",
        "How long a recovery may take.",
        each(jobs, of_job, |it| it.recovery_time_objective),
    );
    page.gauge(
        "weir_job_recovery_point_objective_seconds",
        "How old the newest backup may be.",
        each(jobs, of_job, |it| it.recovery_point_objective),
    );
    page.gauge(
        "weir_job_max_age_seconds",
        "How old the data of the copy may be.",
        each(jobs, of_job, |it| it.max_age),
    );
}

fn of_operations(page: &mut Page, jobs: &[JobFacts]) {
    let operations: Vec<Work<'_>> = jobs
        .iter()
        .flat_map(|job| job.operations.iter().map(move |it| (job, it)))
        .collect();
    let operations = operations.as_slice();
    page.gauge(
        "weir_operation_failed",
        "Whether the newest attempt failed.",
        each(operations, of_operation, |(_, it)| it.failed.map(u8::from)),
    );
    page.gauge(
        "weir_operation_last_success_timestamp_seconds",
        "When the operation last ended well.",
        each(operations, of_operation, |(_, it)| it.last_success),
    );
    page.gauge(
        "weir_operation_last_failure_timestamp_seconds",
        "When the newest attempt failed.",
        each(operations, of_operation, |(_, it)| it.last_failure),
    );
    page.gauge(
        "weir_operation_duration_seconds",
        "How long the newest success took.",
        each(operations, of_operation, |(_, it)| it.seconds),
    );
    page.gauge(
        "weir_operation_bytes",
        "Stored bytes that the newest success read or wrote.",
        each(operations, of_operation, |(_, it)| it.bytes),
    );
    page.gauge(
        "weir_operation_rows",
        "Rows that the newest success read or wrote.",
        each(operations, of_operation, |(_, it)| it.rows),
    );
    page.gauge(
        "weir_operation_throughput_bytes_per_second",
        "Stored bytes a second of the newest success.",
        each(operations, of_operation, |(_, it)| it.throughput()),
    );
    page.gauge(
        "weir_operation_held",
        "Whether the operation is held.",
        each(operations, of_operation, |(_, it)| Some(u8::from(it.held))),
    );
}

fn of_holds_and_leases(page: &mut Page, facts: &Facts) {
    let holds = || {
        facts.holds.iter().map(|hold| {
            let pairs = [
                ("environment", hold.environment.as_str()),
                ("place", &hold.place),
                ("operation", &hold.operation),
                ("owner", &hold.owner),
                ("hold", &hold.id),
            ];
            (labels(&pairs), hold)
        })
    };
    page.gauge(
        "weir_hold_start_timestamp_seconds",
        "Since when something is held.",
        holds().map(|(labels, hold)| (labels, hold.from)),
    );
    page.gauge(
        "weir_hold_end_timestamp_seconds",
        "Until when it is held.",
        holds().map(|(labels, hold)| (labels, hold.until)),
    );
    page.gauge(
        "weir_lease_start_timestamp_seconds",
        "Since when a run has the lease of a target.",
        facts.leases.iter().map(|lease| {
            let pairs = [
                ("environment", lease.environment.as_str()),
                ("target", &lease.target),
                ("run", &lease.run),
                ("holder", &lease.holder),
            ];
            (labels(&pairs), lease.since)
        }),
    );
}

type Work<'a> = (&'a JobFacts, &'a OperationFacts);

impl OperationFacts {
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    fn throughput(&self) -> Option<f64> {
        let seconds = self.seconds.filter(|seconds| *seconds > 0.0)?;
        Some((self.bytes? as f64 / seconds).round())
    }
}

/// A sample of everything that has the value.
fn each<'a, T, V>(
    all: &'a [T],
    labels: impl Fn(&T) -> String + 'a,
    value: impl Fn(&T) -> Option<V> + 'a,
) -> impl Iterator<Item = (String, V)> + 'a {
    all.iter()
        .filter_map(move |it| Some((labels(it), value(it)?)))
}

fn of_database(database: &DatabaseFacts) -> String {
    labels(&[
        ("environment", &database.environment),
        ("app", &database.app),
        ("database", &database.database),
    ])
}

/// `job` is the name of what is scraped, in Prometheus.
fn of_job(job: &JobFacts) -> String {
    labels(&[
        ("environment", &job.environment),
        ("app", &job.app),
        ("weir_job", &job.job),
    ])
}

fn of_operation((job, operation): &Work<'_>) -> String {
    let more = labels(&[
        ("database", &operation.database),
        ("operation", &operation.operation),
    ]);
    format!("{},{more}", of_job(job))
}
