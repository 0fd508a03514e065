//! Plan: what a run would do, step by step and why. The same code as a run, up to the point
//! where it would change something.

use crate::backup;
use crate::job_run::refuse_nothing_to_do;
use crate::restore::{self, Direction};
use crate::run::{RunOptions, selected};
use crate::selection::Selection;
use crate::site::Site;
use crate::weir::Weir;
use serde::Serialize;
use weir_config::{Job, OperationKind};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Failure;

/// What would happen.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// Jobs in the order they would run.
    pub jobs: Vec<JobPlan>,
}

/// What one job would do.
#[derive(Debug, Serialize)]
pub struct JobPlan {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The job.
    pub job: String,
    /// Its schedule, in words.
    pub schedule: String,
    /// Its operations.
    pub steps: Vec<PlannedStep>,
}

/// What one operation would do.
#[derive(Debug, Serialize)]
pub struct PlannedStep {
    /// Its number, from 1.
    pub number: u32,
    /// The operation.
    pub operation: String,
    /// The database.
    pub database: String,
    /// What it would do.
    pub does: String,
    /// Why so.
    pub because: Vec<String>,
    /// What would make it fail, as far as can be seen now.
    pub obstacle: Option<Failure>,
}

impl Plan {
    /// The first obstacle, which decides the exit code.
    #[must_use]
    pub fn first_obstacle(&self) -> Option<&Failure> {
        self.jobs
            .iter()
            .flat_map(|job| &job.steps)
            .find_map(|step| step.obstacle.as_ref())
    }
}

/// Plans the selected jobs, changing nothing.
///
/// # Errors
/// `usage` for a selection that names nothing, `interrupted`. What would fail is in the plan.
pub async fn plan(
    weir: &Weir,
    selection: &Selection,
    options: &RunOptions,
    context: &Context,
) -> Result<Plan> {
    let mut plan = Plan { jobs: Vec::new() };
    for job in selected(weir, "plan", selection)? {
        let steps = steps(weir, job, options, &plan, context).await;
        context.check("plan")?;
        plan.jobs.push(JobPlan {
            environment: job.environment.clone(),
            app: job.app.clone(),
            job: job.name.clone(),
            schedule: job.schedule.value.to_string(),
            steps,
        });
    }
    Ok(plan)
}

async fn steps(
    weir: &Weir,
    job: &Job,
    options: &RunOptions,
    so_far: &Plan,
    context: &Context,
) -> Vec<PlannedStep> {
    let sites = match refuse_nothing_to_do(weir, "plan", job, options) {
        Ok(()) => {
            weir.sites_of(job, options.database.as_deref(), context)
                .await
        }
        Err(error) => Err(error),
    };
    let sites = match sites {
        Ok(sites) => sites,
        Err(error) => return vec![unreachable_job(job, &error)],
    };
    let mut steps: Vec<PlannedStep> = Vec::new();
    for site in &sites {
        let begins = steps.len();
        for operation in weir.operations(job, &site.endpoint.database, options) {
            let earlier = steps.get(begins..).unwrap_or_default();
            let view = View { earlier, so_far };
            let mut step = step(weir, site, operation, options, &view, context).await;
            step.number = u32::try_from(steps.len()).unwrap_or(u32::MAX) + 1;
            steps.push(step);
        }
    }
    steps
}

fn unreachable_job(job: &Job, error: &Error) -> PlannedStep {
    PlannedStep {
        number: 1,
        operation: "prepare".to_owned(),
        database: job.app.clone(),
        does: "read what the job needs".to_owned(),
        because: Vec::new(),
        obstacle: Some(Failure::from(error)),
    }
}

/// What is planned already when a step is.
struct View<'a> {
    /// For the same database in the same job.
    earlier: &'a [PlannedStep],
    /// By the jobs before.
    so_far: &'a Plan,
}

async fn step(
    weir: &Weir,
    site: &Site,
    operation: OperationKind,
    options: &RunOptions,
    view: &View<'_>,
    context: &Context,
) -> PlannedStep {
    let (does, outcome) = match operation {
        OperationKind::Backup => (
            format!(
                "back up {} to {}",
                site.describe(),
                weir.store_label(&site.environment)
            ),
            backup_reasons(site, view, context).await,
        ),
        OperationKind::Restore => (
            format!("restore {} from {}", site.describe(), source_label(site)),
            restore_reasons(weir, site, options, Direction::Downstream, view, context).await,
        ),
        OperationKind::Recover => (
            format!(
                "put {}'s own backup back onto {}",
                site.describe(),
                site.endpoint.url
            ),
            match restore::onto_named_target(site, options) {
                Ok(()) => {
                    restore_reasons(weir, site, options, Direction::Recover, view, context).await
                }
                Err(refused) => Err(refused),
            },
        ),
        OperationKind::Transform => (
            format!(
                "run the scripts of {} in the restore's shadow",
                site.describe()
            ),
            site.scripts().map(|scripts| {
                scripts
                    .iter()
                    .map(|script| format!("script {}", script.name))
                    .collect()
            }),
        ),
    };
    let (because, obstacle) = match outcome {
        Ok(because) => (because, None),
        Err(error) => (Vec::new(), Some(Failure::from(&error))),
    };
    PlannedStep {
        number: 0,
        operation: operation.to_string(),
        database: site.endpoint.database.clone(),
        does,
        because,
        obstacle,
    }
}

fn source_label(site: &Site) -> String {
    site.source.as_ref().map_or_else(
        || "nowhere".to_owned(),
        |source| format!("{}:{}", source.environment, source.instance),
    )
}

/// Why a backup would be as it would be. A database that an earlier restore of the same plan
/// makes is no obstacle.
async fn backup_reasons(site: &Site, view: &View<'_>, context: &Context) -> Result<Vec<String>> {
    let made = view.earlier.iter().any(|step| {
        step.operation == OperationKind::Restore.to_string() && step.obstacle.is_none()
    });
    if made && !site.engine.exists(&site.endpoint, context).await? {
        return Ok(vec!["the restore before it makes the database".to_owned()]);
    }
    Ok(backup::plan(site, context).await?.because)
}

async fn restore_reasons(
    weir: &Weir,
    site: &Site,
    options: &RunOptions,
    direction: Direction,
    view: &View<'_>,
    context: &Context,
) -> Result<Vec<String>> {
    let fresh = site.source.as_ref().and_then(|source| {
        view.so_far.jobs.iter().find(|job| {
            job.environment == source.environment
                && job.app == source.app
                && job.steps.iter().any(|step| {
                    step.operation == OperationKind::Backup.to_string()
                        && step.database == source.database
                        && step.obstacle.is_none()
                })
        })
    });
    match restore::plan(weir, site, &options.choice, direction, context).await {
        Ok(plan) => {
            let passed_over: Vec<String> = plan.passed_over().collect();
            let mut because = plan.because;
            because.extend(passed_over);
            if let Some(job) = fresh {
                because.insert(
                    0,
                    format!(
                        "takes the backup that {}/{} will have made; were it run now:",
                        job.environment, job.app
                    ),
                );
            }
            Ok(because)
        }
        Err(error) => match fresh {
            Some(job) if error.kind() == Kind::NoBackup => Ok(vec![format!(
                "takes the backup that {}/{} will have made",
                job.environment, job.app
            )]),
            _ => Err(error),
        },
    }
}
