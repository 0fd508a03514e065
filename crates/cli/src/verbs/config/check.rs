//! `weir config check`: the file, the scripts and rulesets it names, and the secrets of the
//! environments at hand.

use crate::output::Output;
use crate::session::Session;
use crate::units;
use serde_json::json;
use std::path::{Path, PathBuf};
use weir_config::{Fleet, Located};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::secrets;

/// Checks everything that can be checked without a database or a store.
pub(super) async fn run(session: &Session, environments: &[String]) -> Result<u8> {
    let fleet = session.fleet()?;
    let mut mistakes = wrong_files(&fleet);
    for name in environments {
        mistakes.extend(missing_secrets(&fleet, name, session).await?);
    }
    for mistake in &mistakes {
        session.failures.report(mistake);
    }
    if let Some(first) = mistakes.first() {
        return Ok(first.kind().exit_code());
    }
    report(&fleet, environments, &session.output)?;
    Ok(0)
}

fn report(fleet: &Fleet, checked: &[String], output: &Output) -> Result<()> {
    let operations: usize = fleet.jobs.iter().map(|job| job.operations().count()).sum();
    let notes = notes(fleet);
    let (environments, jobs) = (fleet.environments.len(), fleet.jobs.len());
    if output.is_json() {
        return output.json(&json!({
            "file": fleet.file,
            "environments": environments,
            "jobs": fleet.jobs.iter().map(|job| &job.address).collect::<Vec<_>>(),
            "operations": operations,
            "secrets_checked": checked,
            "notes": notes,
        }));
    }
    let text = [
        units::of(environments, "environment"),
        units::of(jobs, "job"),
        units::of(operations, "operation"),
    ]
    .join(", ");
    output.line(format!("{} is sound: {text}.", fleet.file));
    for note in notes {
        output.line(note);
    }
    if checked.is_empty() {
        output.line("Secrets were not looked for: name the environments you have at hand.");
    }
    Ok(())
}

/// What is right, and yet may not be meant.
fn notes(fleet: &Fleet) -> Vec<String> {
    let order = weir_config::order_warnings(fleet);
    let order = order.into_iter().map(|found| {
        let weir_config::OrderWarning { job, message, hint } = found;
        format!("{job} {message}: {hint}.")
    });
    let blind = fleet
        .environments
        .iter()
        .filter(|environment| !environment.recipients.is_empty() && environment.identity.is_none());
    let blind = blind.map(|environment| {
        let name = &environment.name;
        format!(
            "{name} encrypts its backups and has no `identity`: `verify`, `drill` and `recover` \
                 there need one."
        )
    });
    blind.chain(order).collect()
}

/// Scripts that are not there and rulesets that cannot be meant, each once.
fn wrong_files(fleet: &Fleet) -> Vec<Error> {
    let databases = || fleet.jobs.iter().flat_map(|job| &job.databases);
    let scripts = each_once(databases().filter_map(|database| database.transform.as_ref()));
    let rulesets = each_once(databases().filter_map(|database| database.sanitise.as_ref()));
    let missing = |file: &Located<PathBuf>| missing_file(&fleet.file, &fleet.base, file);
    let wrong = |file: &Located<PathBuf>| {
        missing(file).or_else(|| weir_pipeline::read_ruleset(&fleet.base.join(&file.value)).err())
    };
    let scripts = scripts.into_iter().filter_map(missing);
    scripts
        .chain(rulesets.into_iter().filter_map(wrong))
        .collect()
}

fn each_once<'a>(named: impl Iterator<Item = &'a Located<PathBuf>>) -> Vec<&'a Located<PathBuf>> {
    let mut once: Vec<&Located<PathBuf>> = Vec::new();
    for file in named {
        if !once.contains(&file) {
            once.push(file);
        }
    }
    once
}

fn missing_file(configuration: &str, base: &Path, file: &Located<PathBuf>) -> Option<Error> {
    let path = base.join(&file.value);
    let error = std::fs::File::open(&path).err()?;
    let doing = format!("{configuration}, {}: open {}", file.origin, path.display());
    Some(
        Error::from_source(Kind::Config, doing, error)
            .hint("paths start at the folder of the configuration file"),
    )
}

/// Secrets that the work in an environment needs and that cannot be read here.
async fn missing_secrets(
    fleet: &Fleet,
    environment: &str,
    session: &Session,
) -> Result<Vec<Error>> {
    let environment = &fleet.environment(environment)?.name;
    let mut missing = Vec::new();
    let of_serve = fleet.secrets_of_serve(&[environment]);
    for need in fleet.secrets_of(environment).into_iter().chain(of_serve) {
        let needed_by = format!(
            "{} ({}, {})",
            need.needed_by, fleet.file, need.secret.origin
        );
        let (secret, base) = (&need.secret.value, &fleet.base);
        let read = secrets::read(secret, base, &needed_by, &session.context()).await;
        missing.extend(read.err());
    }
    Ok(missing)
}
