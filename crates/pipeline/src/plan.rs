//! Plan: what a run would do, step by step and why. The same code as a run, up to the point
//! where it would change something.

mod reasons;

use crate::group;
use crate::holds::Holds;
use crate::job_run::prepare;
use crate::resume::{self, Heritage};
use crate::run::{RunOptions, selected};
use crate::selection::Selection;
use crate::site::{Site, SourceOfRestore};
use crate::upstream::makes;
use crate::weir::Weir;
use reasons::{inherited, reasons};
use serde::Serialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use weir_config::{Job, OperationKind, Reads};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Failure;

/// The step of a job whose work cannot be looked at.
const PREPARE: &str = "prepare";

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
    /// The hooks that would be called, each with where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<String>,
    /// The group it runs with, or that it does not run with it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
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
    /// The earlier run that has done it, so that it would not be repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_by: Option<String>,
    /// Why it would be left out, behind what would fail before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// Whether a hold keeps it from starting, which leaves out nothing but what happens inside it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
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
    let mut known: HashMap<&str, Holds> = HashMap::new();
    let jobs = selected(weir, "plan", selection)?;
    let groups = group::told(weir, &jobs);
    for job in jobs {
        let holds = match known.entry(&job.environment) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(Holds::read(weir, &job.environment, context).await)
            }
        };
        let asked = Asked {
            job,
            options,
            holds,
        };
        let steps = steps(weir, &asked, &plan, context).await;
        context.check("plan")?;
        plan.jobs.push(JobPlan {
            environment: job.environment.clone(),
            app: job.app.clone(),
            job: job.name.clone(),
            schedule: job.schedule.value.to_string(),
            hooks: hooks(job, &steps),
            group: groups.get(job.address.as_str()).cloned(),
            steps,
        });
    }
    Ok(plan)
}

/// The hooks around the job and around those of its operations that would be started.
fn hooks(job: &Job, steps: &[PlannedStep]) -> Vec<String> {
    let starts =
        |step: &&PlannedStep| step.operation != PREPARE && !step.held && step.left_out.is_none();
    // Of a job that is held or left out as a whole, nothing is called.
    let is_called = |moment: &str| {
        let mut started = steps.iter().filter(starts);
        match moment.split_once('.') {
            Some((name, _)) => started.any(|step| step.operation == name && step.done_by.is_none()),
            None => started.next().is_some(),
        }
    };
    let called = job.hooks.all().filter(|(moment, _)| is_called(moment));
    called
        .map(|(moment, hook)| format!("{moment}: {}", hook.value))
        .collect()
}

/// What is asked of one job.
struct Asked<'a> {
    job: &'a Job,
    options: &'a RunOptions,
    holds: &'a Holds,
}

async fn steps(
    weir: &Weir,
    asked: &Asked<'_>,
    so_far: &Plan,
    context: &Context,
) -> Vec<PlannedStep> {
    let Asked { job, options, .. } = *asked;
    let sites = match prepare(weir, "plan", job, options, context).await {
        Ok(sites) => sites,
        Err(error) => return vec![unreachable_job(job, &error)],
    };
    let earlier = match resume::definition(job, &sites) {
        Ok(definition) => resume::find(weir, "run", job, options, &definition, context).await,
        // The step that needs what cannot be read tells it.
        Err(_) => None,
    };
    let mut steps: Vec<PlannedStep> = Vec::new();
    for site in &sites {
        let mut view = View {
            address: &job.address,
            earlier: Vec::new(),
            so_far,
            heritage: earlier.as_ref().map(Heritage::of),
            left_out: behind_obstacle(site, so_far),
        };
        if fresh_upstream(site, so_far).is_some() {
            view.heritage = None;
        }
        for operation in weir.operations(job, &site.endpoint.database, options) {
            let mut step = step(weir, site, operation, asked, &mut view, context).await;
            step.number = u32::try_from(steps.len() + view.earlier.len())
                .unwrap_or(u32::MAX)
                .saturating_add(1);
            if step.obstacle.is_some() && !step.held && view.left_out.is_none() {
                view.left_out = Some(format!("the {} before it would fail", step.operation));
            }
            view.earlier.push(step);
        }
        steps.append(&mut view.earlier);
    }
    steps
}

/// Why a run would leave the database out: what it copies would fail in the same run.
fn behind_obstacle(site: &Site, so_far: &Plan) -> Option<String> {
    let (source, jobs) = upstream(site, so_far)?;
    let fails = |step: &&PlannedStep| match (&step.obstacle, &step.left_out) {
        (None, None) => false,
        // What is held matters here only where it makes what is copied.
        (None, Some(_)) => !step.held || makes(reads(source), &step.operation),
        (Some(_), _) => true,
    };
    let blocked = |job: &&&JobPlan| {
        let mut steps = job.steps.iter().filter(fails);
        steps.any(|step| step.database == source.database || step.operation == PREPARE)
    };
    let job = jobs.iter().find(blocked)?;
    let fate = match job.steps.iter().any(|step| step.obstacle.is_some()) {
        true => "would fail",
        false => "would be left out",
    };
    Some(format!("{}/{} {fate}", job.environment, job.app))
}

/// The job of the same plan that makes a new backup of what is copied.
fn fresh_upstream<'a>(site: &Site, so_far: &'a Plan) -> Option<&'a JobPlan> {
    let (source, jobs) = upstream(site, so_far)?;
    let is_made = |step: &PlannedStep| {
        makes(reads(source), &step.operation)
            && step.database == source.database
            && step.obstacle.is_none()
            && step.left_out.is_none()
            && step.done_by.is_none()
    };
    jobs.into_iter().find(|job| job.steps.iter().any(is_made))
}

fn reads(source: &SourceOfRestore) -> Reads {
    match source.published {
        true => Reads::Published,
        false => Reads::Backups,
    }
}

fn upstream<'a, 'b>(
    site: &'b Site,
    so_far: &'a Plan,
) -> Option<(&'b SourceOfRestore, Vec<&'a JobPlan>)> {
    let source = site.source.as_ref()?;
    let same = |job: &&JobPlan| job.environment == source.environment && job.app == source.app;
    Some((source, so_far.jobs.iter().filter(same).collect()))
}

fn unreachable_job(job: &Job, error: &Error) -> PlannedStep {
    PlannedStep {
        number: 1,
        operation: PREPARE.to_owned(),
        database: job.app.clone(),
        does: "read what the job needs".to_owned(),
        because: Vec::new(),
        done_by: None,
        left_out: None,
        held: false,
        obstacle: Some(Failure::from(error)),
    }
}

/// What is known when a step of a database is planned.
struct View<'a> {
    /// The job, for whoever runs it.
    address: &'a str,
    /// The steps before it, for the same database in the same job.
    earlier: Vec<PlannedStep>,
    /// The jobs before.
    so_far: &'a Plan,
    /// What earlier runs may have done, up to the first operation that they have not.
    heritage: Option<Heritage<'a>>,
    /// Why what comes next would be left out.
    left_out: Option<String>,
}

async fn step(
    weir: &Weir,
    site: &Site,
    operation: OperationKind,
    asked: &Asked<'_>,
    view: &mut View<'_>,
    context: &Context,
) -> PlannedStep {
    let planned = |does: String| PlannedStep {
        number: 0,
        operation: operation.to_string(),
        database: site.endpoint.database.clone(),
        does,
        because: Vec::new(),
        done_by: None,
        left_out: None,
        held: false,
        obstacle: None,
    };
    let mut step = planned(does(weir, site, operation));
    if view.left_out.is_some() {
        step.left_out.clone_from(&view.left_out);
        return step;
    }
    if held(&mut step, operation, asked, view) {
        if operation == OperationKind::Restore {
            view.heritage = None;
        }
        return step;
    }
    if let Some((by, because)) = inherited(weir, site, operation, view, context).await {
        step.done_by = Some(by);
        step.because.push(because);
        return step;
    }
    match reasons(weir, site, operation, asked.options, view, context).await {
        Ok(because) => step.because = because,
        Err(error) => step.obstacle = Some(Failure::from(&error)),
    }
    step
}

/// Whether a hold keeps the operation from starting, or what cannot be read of holds; it is then
/// told in the step.
fn held(
    step: &mut PlannedStep,
    operation: OperationKind,
    asked: &Asked<'_>,
    view: &View<'_>,
) -> bool {
    let before = view.earlier.last();
    if operation == OperationKind::Transform
        && let Some(restore) = before.filter(|restore| restore.held)
    {
        step.held = true;
        let why = restore.left_out.clone();
        step.left_out = why.or_else(|| Some("the restore it runs in would fail".to_owned()));
        return true;
    }
    let despite = &asked.options.despite_holds;
    let obstacle = asked.holds.obstacle(asked.job, operation.name(), despite);
    let Some(error) = obstacle else {
        return false;
    };
    step.held = true;
    if error.kind() == Kind::Held && !asked.options.names_operations() {
        step.left_out = Some(error.cause());
    } else {
        step.obstacle = Some(Failure::from(&error));
    }
    true
}

fn does(weir: &Weir, site: &Site, operation: OperationKind) -> String {
    let described = site.describe();
    match operation {
        OperationKind::Backup => {
            let store = weir.store_label(&site.environment);
            format!("back up {described} to {store}")
        }
        OperationKind::Publish => format!(
            "publish a backup of {described} to {}, sanitised",
            weir.clean_label(&site.environment)
        ),
        OperationKind::PublishLive => format!(
            "publish {described} to {}, sanitised",
            weir.clean_label(&site.environment)
        ),
        OperationKind::Replicate => {
            format!("copy a backup of {} for {described}", source_label(site))
        }
        OperationKind::Restore => format!("restore {described} from {}", source_label(site)),
        OperationKind::Recover => format!(
            "put {described}'s own backup back onto {}",
            site.endpoint.url
        ),
        OperationKind::Drill => {
            format!("recover {described} into a scratch copy, prove it and drop it")
        }
        OperationKind::Transform => {
            format!("run the scripts of {described} in the restore's shadow")
        }
    }
}

fn source_label(site: &Site) -> String {
    site.source.as_ref().map_or_else(
        || "nowhere".to_owned(),
        |source| source.reference(&source.instance),
    )
}
