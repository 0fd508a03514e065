//! `weir sanitise check`: every ruleset held against the schema it will meet, before data moves.

use super::proof::{self, CheckRules, Server};
use super::rules::{TableRules, table_rules};
use super::source::{self, Seen};
use crate::drift::{self, Drift};
use crate::job_report::as_failure;
use crate::site::Site;
use crate::weir::Weir;
use serde::Serialize;
use std::collections::BTreeSet;
use weir_config::{DatabaseJob, Job};
use weir_engine::{Context, Masker as _};
use weir_mask::{CheckProof, Key};
use weir_model::error::{Error, Kind, Result};

/// A key for looking only: nothing is masked with it.
const FOR_LOOKING: &[u8] = b"a key for looking, never for a copy";

/// One database's ruleset beside the schema it meets.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The environment that applies the rules.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The ruleset's file, as the configuration names it.
    pub ruleset: String,
    /// What it was held against: a backup's reference, or a live database in words.
    pub against: Option<String>,
    /// What happens to every table and column; as far as the rules speak of it.
    pub tables: Vec<TableRules>,
    /// What is known of every CHECK over columns that the rules change.
    pub checks: Vec<CheckRules>,
    /// What has changed since data last went through the rules; `None` when none has.
    pub drift: Option<Drift>,
    /// Why data would be refused.
    #[serde(serialize_with = "as_failure")]
    pub error: Option<Error>,
}

/// Checks the rulesets of an environment, of `ENVIRONMENT/APP`, or all there are. Changes nothing
/// and needs no masking key.
///
/// # Errors
/// `usage` for a name that names no ruleset, `interrupted`. What does not fit is in the report.
pub async fn check(
    weir: &Weir,
    what: Option<&str>,
    live: bool,
    context: &Context,
) -> Result<Vec<Checked>> {
    let mut checked = Vec::new();
    for (job, database) in with_rules(weir, what)? {
        checked.push(one(weir, job, database, live, context).await);
        context.check("check the rulesets")?;
    }
    Ok(checked)
}

/// The databases that have a ruleset, each once for every ruleset.
fn with_rules<'a>(
    weir: &'a Weir,
    what: Option<&'a str>,
) -> Result<Vec<(&'a Job, &'a DatabaseJob)>> {
    let jobs = named(weir, what)?;
    let databases = jobs
        .into_iter()
        .flat_map(|job| job.databases.iter().map(move |database| (job, database)));
    let mut known = BTreeSet::new();
    let found: Vec<_> = databases
        .filter(|(job, database)| {
            database.sanitise.as_ref().is_some_and(|rules| {
                known.insert((&job.environment, &job.app, &database.name, &rules.value))
            })
        })
        .collect();
    match what {
        Some(what) if found.is_empty() => Err(Error::new(
            Kind::Usage,
            format!("check the rules of {what}"),
            "no database there has a ruleset",
        )
        .hint("write a first one with `weir scan UPSTREAM/APP --write rules.yaml`, then name it with `sanitise:`")),
        _ => Ok(found),
    }
}

/// The jobs of an environment, of an app in it, or the one job named.
fn named<'a>(weir: &'a Weir, what: Option<&'a str>) -> Result<Vec<&'a Job>> {
    let fleet = weir.fleet();
    let Some(what) = what else {
        return Ok(fleet.jobs.iter().collect());
    };
    let Some((environment, app)) = what.split_once('/') else {
        fleet.environment(what)?;
        return Ok(fleet.jobs_in(what).collect());
    };
    let of_app: Vec<&Job> = fleet.jobs_of(environment, app).collect();
    if of_app.is_empty() {
        return fleet.job(what).map(|job| vec![job]);
    }
    Ok(of_app)
}

async fn one(
    weir: &Weir,
    job: &Job,
    database: &DatabaseJob,
    live: bool,
    context: &Context,
) -> Checked {
    let rules = database.sanitise.as_ref();
    let mut checked = Checked {
        environment: job.environment.clone(),
        app: job.app.clone(),
        database: database.name.clone(),
        ruleset: rules.map_or_else(String::new, |rules| rules.value.display().to_string()),
        against: None,
        tables: Vec::new(),
        checks: Vec::new(),
        drift: None,
        error: None,
    };
    let held = hold(weir, job, database, live, &mut checked, context).await;
    checked.error = held.err();
    checked
}

async fn hold(
    weir: &Weir,
    job: &Job,
    database: &DatabaseJob,
    live: bool,
    checked: &mut Checked,
    context: &Context,
) -> Result<()> {
    let name = Some(database.name.as_str());
    let sites = weir.sites_to_read(&job.address, name, context).await?;
    for site in sites {
        hold_site(weir, &site, live, checked, context).await?;
    }
    Ok(())
}

async fn hold_site(
    weir: &Weir,
    site: &Site,
    live: bool,
    checked: &mut Checked,
    context: &Context,
) -> Result<()> {
    let Some(path) = &site.ruleset else {
        return Ok(());
    };
    // The file is judged even where no schema is at hand.
    let ruleset = super::read(path)?;
    let Seen { place, catalog } = source::schema(weir, site, live, context).await?;
    checked.against = Some(place);
    checked.drift = drift::since_last_run(weir, site, &catalog, context).await;
    let key = Key::parse(FOR_LOOKING)?;
    let bound = super::bound(
        &ruleset,
        path,
        &catalog,
        (&key, weir.now(), super::types(site.engine.as_ref())),
    );
    let steps = bound.as_ref().map_or(&[][..], |bound| bound.steps());
    checked.tables = table_rules(&ruleset, &catalog, steps);
    bound?;
    let proofs = ruleset.prove(&catalog, &key, super::types(site.engine.as_ref()));
    let asked = match proofs.iter().any(CheckProof::needs_a_server) {
        true => server(weir, site, live, context).await,
        false => None,
    };
    let server = match &asked {
        Some(site) => Server::At(site),
        None => Server::None("no server can be asked from here"),
    };
    checked.checks = proof::told(path, proofs, &server, context).await?;
    Ok(())
}

/// Who can be asked about made-up values: the server that will hold the copy, or the one that was
/// looked at.
async fn server(weir: &Weir, site: &Site, live: bool, context: &Context) -> Option<Site> {
    if live || site.source.is_none() {
        return source::live_site(weir, site, context).await.ok();
    }
    let job = weir.fleet().jobs_of(&site.environment, &site.app).next()?;
    let database = Some(site.endpoint.database.as_str());
    let sites = weir.sites_to_look_at(job, database, context).await;
    sites.ok()?.pop()
}
