//! Putting the copy that the last restore replaced back live.

use super::work::Work;
use super::{Action, Done, sentences};
use crate::views::Confirm;
use crate::web::answer::Refusal;
use crate::web::asked::Asked;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::RunOptions;
use weir_pipeline::rollback::{self, RollbackPlan};

/// How long the copies are looked at.
const LOOK: Duration = Duration::from_secs(20);

/// What is rolled back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewRollback")]
pub(super) struct Input {
    /// `environment/app`, or `environment/app/job`.
    job: String,
}

#[derive(Deserialize)]
struct Query {
    job: String,
}

pub(super) fn action() -> Action<Input> {
    Action {
        name: "rollback",
        api: "/api/v1/rollbacks",
        about: "Puts the copy that the last restore replaced back live.",
        ask: |asked| Box::pin(ask(asked)),
        act: |asked, input| Box::pin(act(asked, input)),
    }
}

async fn ask(asked: &Asked) -> Result<Confirm, Refusal> {
    let query: Query = asked.query()?;
    let actor = asked.actor();
    let job = actor.job(&query.job)?;
    let options = RunOptions::default();
    let planned = rollback::plan(actor.weir(), &job.address, &options, &asked.site.context);
    let planned = tokio::time::timeout(LOOK, planned).await.map_err(|_| {
        let doing = format!("look at the copies of {}", job.address);
        Error::new(Kind::Deadline, doing, "its server does not answer in time")
    })??;
    let mut will: Vec<String> = planned.iter().map(sentence).collect();
    will.push("A second rollback undoes the first.".to_owned());
    Ok(Confirm {
        action: "rollback".to_owned(),
        title: format!("Roll {} back", job.address),
        will,
        form: "/actions/rollback".to_owned(),
        fields: vec![sentences::hidden("job", &job.address)],
        button: "Roll back".to_owned(),
        danger: true,
    })
}

fn sentence(plan: &RollbackPlan) -> String {
    let RollbackPlan {
        environment,
        app,
        database,
        ..
    } = plan;
    let live = sentences::copy(plan.live.as_ref());
    match (&plan.obstacle, &plan.previous) {
        (Some(obstacle), _) => format!(
            "{database} of {environment}/{app} stays as it is: {}.",
            obstacle.cause
        ),
        (None, Some(previous)) => format!(
            "The live copy of {database} of {environment}/{app} ({live}) is replaced by {}; what \
             was written to it goes with it.",
            sentences::copy(Some(previous))
        ),
        (None, None) => format!(
            "The live copy of {database} of {environment}/{app} ({live}) is replaced by the one \
             kept before it, if there is one: nothing is known of it."
        ),
    }
}

async fn act(asked: &Asked, input: Input) -> Result<Done, Refusal> {
    let actor = asked.actor();
    let job = actor.job(&input.job)?;
    let what = format!("roll {} back", job.address);
    let run = actor.new_run()?;
    asked.audit(&format!("{what}: run {run}"));
    let options = RunOptions {
        run: Some(run.clone()),
        requested_by: Some(asked.person()),
        ..RunOptions::default()
    };
    match actor.begin(job, &run, Work::RollBack(options)).await {
        Ok(()) => Ok(Done::Run(run)),
        Err(error) => Err(asked.refused(&what, error)),
    }
}
