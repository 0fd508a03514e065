//! Running a job now, or one of its operations.

use super::work::Work;
use super::{Action, Done, sentences, wrong_field};
use crate::views::{Confirm, Field, FieldKind};
use crate::web::answer::Refusal;
use crate::web::asked::Asked;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;
use weir_config::{Job, OperationKind};
use weir_model::error::{Error, Kind, Result};
use weir_model::hold::Hold;
use weir_pipeline::plan::{self, JobPlan};
use weir_pipeline::{RunOptions, Selection, holds};

/// How long it is looked what a run would do, before it is asked without that.
const LOOK: Duration = Duration::from_secs(20);
/// The choice of all operations.
const ALL: &str = "all";

/// Which job is run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewRun")]
pub(super) struct Input {
    /// `environment/app`, or `environment/app/job`.
    job: String,
    /// Only this operation; all of them if it is not given, or `all`.
    operation: Option<String>,
}

#[derive(Deserialize)]
struct Query {
    job: String,
}

pub(super) fn action() -> Action<Input> {
    Action {
        name: "run",
        api: "/api/v1/runs",
        about: "Runs a job now, or one of its operations.",
        ask: |asked| Box::pin(ask(asked)),
        act: |asked, input| Box::pin(act(asked, input)),
    }
}

async fn ask(asked: &Asked) -> Result<Confirm, Refusal> {
    let query: Query = asked.query()?;
    let actor = asked.actor();
    let job = actor.job(&query.job)?;
    let selection = Selection::Job(job.address.clone());
    let options = RunOptions::default();
    let planned = plan::plan(actor.weir(), &selection, &options, &asked.site.context);
    let planned = match tokio::time::timeout(LOOK, planned).await {
        Ok(plan) => plan?.jobs.into_iter().next(),
        Err(_) => None,
    };
    let mut choices = vec![ALL.to_owned()];
    choices.extend(
        operations(job)
            .iter()
            .map(|operation| operation.to_string()),
    );
    let operation = Field {
        name: "operation".to_owned(),
        label: "Operation".to_owned(),
        value: ALL.to_owned(),
        kind: FieldKind::Choice(choices),
        required: true,
        help: Some("One alone does only that step of the above, for every database.".to_owned()),
    };
    Ok(Confirm {
        action: "run".to_owned(),
        title: format!("Run {} now", job.address),
        will: will(job, planned.as_ref()),
        form: "/actions/run".to_owned(),
        fields: vec![sentences::hidden("job", &job.address), operation],
        button: "Run now".to_owned(),
        danger: job.writes_target(),
    })
}

/// What would happen, by the plan of it, or by the configuration where the plan does not come.
fn will(job: &Job, planned: Option<&JobPlan>) -> Vec<String> {
    let mut will = Vec::new();
    match planned {
        Some(plan) => {
            will.extend(plan.hooks.iter().map(|hook| format!("Hook {hook}.")));
            will.extend(plan.steps.iter().map(sentences::step));
        }
        None => {
            let names: Vec<_> = job
                .operations()
                .map(|(kind, database)| format!("{kind} of {}", database.name))
                .collect();
            will.push(format!(
                "Its operations: {}. What they meet could not be looked at in time.",
                names.join(", ")
            ));
        }
    }
    let replaces = |database: &str| match planned {
        Some(plan) => plan.steps.iter().any(|step| {
            step.operation == OperationKind::Restore.name()
                && step.database == database
                && step.done_by.is_none()
                && step.left_out.is_none()
        }),
        None => true,
    };
    let restored = job.operations().filter(|(kind, _)| kind.writes_target());
    for (_, database) in restored.filter(|(_, database)| replaces(&database.name)) {
        will.push(sentences::overwrites(job, &database.name));
    }
    will
}

async fn act(asked: &Asked, input: Input) -> Result<Done, Refusal> {
    let actor = asked.actor();
    let job = actor.job(&input.job)?;
    let operation = input.operation.as_deref().filter(|name| *name != ALL);
    let operations = operation.map(|name| chosen(job, name)).transpose()?;
    let what = match operation {
        Some(operation) => format!("run {operation} of {}", job.address),
        None => format!("run {}", job.address),
    };
    let run = actor.new_run()?;
    asked.audit(&format!("{what}: run {run}"));
    let options = RunOptions {
        operations,
        run: Some(run.clone()),
        requested_by: Some(asked.person()),
        ..RunOptions::default()
    };
    let begun = match refuse_held(asked, job).await {
        Ok(()) => actor.begin(job, &run, Work::Run(options)).await,
        held => held,
    };
    match begun {
        Ok(()) => Ok(Done::Run(run)),
        Err(error) => Err(asked.refused(&what, error)),
    }
}

/// The operations that can be asked for alone. A script runs only inside a restore.
fn operations(job: &Job) -> Vec<OperationKind> {
    let mut found: Vec<OperationKind> = Vec::new();
    for (operation, _) in job.operations() {
        if operation != OperationKind::Transform && !found.contains(&operation) {
            found.push(operation);
        }
    }
    found
}

fn chosen(job: &Job, name: &str) -> Result<Vec<OperationKind>, Refusal> {
    let known = operations(job);
    let found = known.iter().find(|operation| operation.name() == name);
    match found {
        // Scripts belong to the restore.
        Some(OperationKind::Restore) => Ok(vec![OperationKind::Restore, OperationKind::Transform]),
        Some(operation) => Ok(vec![*operation]),
        None => {
            let names: Vec<_> = known.iter().map(|operation| operation.name()).collect();
            let hint = format!("name one of {ALL}, {}", names.join(", "));
            Err(wrong_field(
                "operation",
                &format!("{} has no such operation", job.address),
                &hint,
            ))
        }
    }
}

/// A run of a job of which everything is held would end well without having done anything.
async fn refuse_held(asked: &Asked, job: &Job) -> Result<()> {
    let holds = holds::of_job(asked.actor().weir(), &job.address, &asked.site.context).await?;
    let held = |operation: OperationKind| {
        let covers =
            |hold: &&Hold| hold.covers(&job.environment, &job.app, &job.name, operation.name());
        holds.iter().find(covers)
    };
    let all: Option<Vec<&Hold>> = operations(job).into_iter().map(held).collect();
    match all.as_deref() {
        Some([hold, ..]) => {
            Err(
                Error::new(Kind::Held, format!("run {}", job.address), hold.in_words())
                    .hint(format!("release {} first", hold.id)),
            )
        }
        _ => Ok(()),
    }
}
