//! Reading a backup to its end.

use super::work::Work;
use super::{Action, Done, refused_field, sentences};
use crate::views::Confirm;
use crate::web::answer::Refusal;
use crate::web::asked::Asked;
use schemars::JsonSchema;
use serde::Deserialize;
use weir_config::{DatabaseJob, Job};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_pipeline::backups::{self, is_copy, is_published};
use weir_pipeline::verify::Shelf;
use weir_pipeline::{Choice, RunOptions, words};

/// What is verified.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewVerification")]
pub(super) struct Input {
    /// The backup, as lists name it: `environment:instance/folder`.
    backup: String,
}

#[derive(Deserialize)]
struct Query {
    backup: String,
}

/// A backup and who reads it.
struct Found<'a> {
    job: &'a Job,
    database: String,
    shelf: Shelf,
    manifest: Manifest,
}

pub(super) fn action() -> Action<Input> {
    Action {
        name: "verify",
        api: "/api/v1/verifications",
        about: "Reads a backup to its end and proves every byte of it.",
        ask: |asked| Box::pin(ask(asked)),
        act: |asked, input| Box::pin(act(asked, input)),
    }
}

async fn ask(asked: &Asked) -> Result<Confirm, Refusal> {
    let query: Query = asked.query()?;
    let found = find(asked, &query.backup).await?;
    let bytes = words::bytes(found.manifest.stored_bytes());
    Ok(Confirm {
        action: "verify".to_owned(),
        title: format!("Verify {}", query.backup),
        will: vec![
            format!(
                "All of it is read ({bytes}), and every byte is proven to be what was written."
            ),
            "Nothing is changed or overwritten: a run records what came of it.".to_owned(),
        ],
        form: "/actions/verify".to_owned(),
        fields: vec![sentences::hidden("backup", &query.backup)],
        button: "Verify".to_owned(),
        danger: false,
    })
}

async fn act(asked: &Asked, input: Input) -> Result<Done, Refusal> {
    let actor = asked.actor();
    let Found {
        job,
        database,
        shelf,
        manifest,
    } = find(asked, &input.backup).await?;
    let what = format!("verify {}", input.backup);
    let run = actor.new_run()?;
    asked.audit(&format!("{what}: run {run}"));
    let options = RunOptions {
        database: Some(database),
        choice: Choice::Named(manifest.backup),
        run: Some(run.clone()),
        requested_by: Some(asked.person()),
        ..RunOptions::default()
    };
    match actor.begin(job, &run, Work::Verify(shelf, options)).await {
        Ok(()) => Ok(Done::Run(run)),
        Err(error) => Err(asked.refused(&what, error)),
    }
}

async fn find<'a>(asked: &'a Asked, reference: &str) -> Result<Found<'a>, Refusal> {
    let actor = asked.actor();
    let place = reference.split_once(':').map_or("", |(place, _)| place);
    let environment = place.split('/').next().unwrap_or_default();
    if !environment.is_empty() {
        actor.refuse_elsewhere(environment)?;
    }
    let shown = backups::show(actor.weir(), reference, &asked.site.context).await;
    let manifest = match shown {
        Ok(details) => details.manifest,
        Err(error) if error.kind() == Kind::Usage => return Err(refused_field("backup", &error)),
        Err(error) => return Err(error.into()),
    };
    let shelf = match (is_copy(reference), is_published(reference)) {
        (true, _) => Shelf::Copies,
        (_, true) => Shelf::Published,
        _ => Shelf::Own,
    };
    let jobs = actor.weir().fleet().jobs.iter();
    let mut jobs = jobs.filter(|job| job.environment == environment);
    let reader = jobs.find_map(|job| Some((job, database(job, shelf, &manifest)?)));
    let (job, database) = reader.ok_or_else(|| {
        let doing = format!("verify {reference}");
        Error::new(
            Kind::Usage,
            doing,
            "no job of the configuration has its database",
        )
        .hint("read it by hand: its page says how")
    })?;
    let database = database.to_owned();
    Ok(Found {
        job,
        database,
        shelf,
        manifest,
    })
}

/// The database of a job whose backup, or whose upstream's backup, this is.
fn database<'a>(job: &'a Job, shelf: Shelf, manifest: &Manifest) -> Option<&'a str> {
    let is_upstream = |source: &weir_config::Source| {
        source.environment == manifest.environment && source.app == manifest.app
    };
    let named = |database: &&DatabaseJob| match shelf {
        Shelf::Copies => database.source_name.as_ref() == Some(&manifest.database),
        Shelf::Own | Shelf::Published => database.name == manifest.database,
    };
    let concerns = match shelf {
        Shelf::Copies => job.source.as_ref().is_some_and(is_upstream),
        Shelf::Own | Shelf::Published => job.app == manifest.app,
    };
    let found = job.databases.iter().find(named)?;
    concerns.then_some(found.name.as_str())
}
