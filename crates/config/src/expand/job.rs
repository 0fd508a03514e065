//! The jobs of an app in an environment.

use std::collections::BTreeMap;

use weir_model::sanitising::Voucher;

use super::fields::JobFields;
use super::files::Files;
use super::operations::{Circumstances, chain};
use super::place::Place;
use super::{Context, apps, databases, environments, running, source, target_policy};
use crate::fleet::{DatabaseJob, Job, Source};
use crate::located::{Located, Origin};
use crate::raw::Bounds;
use crate::value::{Data, OperationKind};
use crate::yaml::Spanned;

/// The name of an app's job when it names none.
const MAIN: &str = "main";

/// Every job of an environment, by app and name.
pub(super) fn in_environment(context: &Context<'_>, environment: &str) -> Vec<Job> {
    let mut jobs = Vec::new();
    let Some((environment, _)) = context.config.environments.get_key_value(environment) else {
        return jobs;
    };
    for (app, _) in context.apps() {
        if !apps::is_in(context, app, &environment.value) {
            continue;
        }
        let before = context.report.count();
        let expanded = Place::of(context, &app.value, &environment.value)
            .map(|place| of_place(context, &place));
        if expanded.is_none() && context.report.count() == before {
            never_silently(context, app);
        }
        jobs.extend(expanded.into_iter().flatten());
    }
    jobs
}

/// An app whose jobs are left out without a word would not be backed up.
fn never_silently(context: &Context<'_>, app: &Spanned<String>) {
    if context.broken.apps.is_empty() {
        context.report.problem(
            app.span,
            format!("the jobs of `{}` cannot be made out", app.value),
            "",
            "this is a fault of Weir: please report it with this file",
        );
    }
}

fn of_place(context: &Context<'_>, place: &Place<'_>) -> Vec<Job> {
    let report = context.report;
    let Some(jobs) = place.layers.find("jobs", |app| app.jobs.as_ref()) else {
        let fields = JobFields {
            context,
            place,
            job: None,
        };
        let defined = report.origin(place.app.span, format!("apps.{}", place.app.value));
        return expand(&fields, MAIN, defined, true).into_iter().collect();
    };
    let single = jobs.value.len() == 1;
    let expand_one = |(name, job): (&Spanned<String>, _)| {
        let path = format!("{}.{}", jobs.path, name.value);
        let defined = report.origin(name.span, path.clone());
        let fields = JobFields {
            context,
            place,
            job: Some((job, path)),
        };
        expand(&fields, &name.value, defined, single)
    };
    jobs.value.iter().filter_map(expand_one).collect()
}

/// A job with all its values; none, and problems, if some are wrong.
fn expand(fields: &JobFields<'_>, name: &str, defined: Origin, single: bool) -> Option<Job> {
    let place = fields.place;
    let report = fields.context.report;
    let before = report.count();
    let timezone = fields.timezone();
    let schedule = fields.schedule(&timezone.value);
    let data = fields.data();
    let owner = fields.owner();
    let target_policy = target_policy::of(fields);
    let password = fields.password();
    let expect = fields.of_app("expect", |app| app.expect.as_ref());
    check_bounds(fields, expect.as_ref());
    let work = work(fields, data.value, schedule.value.is_by_hand())?;
    let start = running::start(fields);
    let job = Job {
        address: address(place, name, single),
        environment: place.environment.to_owned(),
        app: place.app.value.clone(),
        name: name.to_owned(),
        defined,
        engine: place.engine.clone(),
        instance: place.instance.clone(),
        databases: work.databases,
        group: running::group(fields, &work.chain.value),
        hooks: running::hooks(fields, &work.chain.value),
        objectives: running::objectives(fields),
        chain: work.chain,
        schedule,
        timezone,
        deadline: fields.deadline(),
        start_within: start.start_within,
        jitter: start.jitter,
        retry: start.retry,
        wait: start.wait,
        stale: start.stale,
        after: start.after,
        source: work.source,
        data,
        owner,
        target_policy,
        password,
        max_age: fields.max_age(),
        previous: fields.previous(),
        keep: fields.keep(),
        expect,
        verify: fields.verify(),
        clone: fields.of_app("clone", |app| app.clone.as_ref()),
        vouched: vouched(fields),
        // Known once all environments are.
        clean: None,
    };
    (report.count() == before).then_some(job)
}

/// What a job does, and to what.
struct Work {
    chain: Located<Vec<OperationKind>>,
    source: Option<Source>,
    databases: Vec<DatabaseJob>,
}

fn work(fields: &JobFields<'_>, data: Data, by_hand: bool) -> Option<Work> {
    let (context, place) = (fields.context, fields.place);
    let files = Files::of(fields);
    let selected = selected(fields);
    let circumstances = Circumstances {
        data,
        has_upstream: context.tree.upstream(place.environment).is_some(),
        has_script: files.any_script(&selected),
        without_rules: files.without_rules(&selected),
        by_hand,
    };
    let chain = chain(context, place, fields, &circumstances)?;
    let source = resolve_source(fields, &chain);
    if takes_backups(&chain) && source.is_none() {
        return None;
    }
    let databases = selected
        .iter()
        .filter_map(|database| one_database(fields, database, &files, &chain, source.as_ref()))
        .collect();
    Some(Work {
        chain,
        source: source.map(|(_, source)| source),
        databases,
    })
}

/// Whether the job needs another environment's backups.
fn takes_backups(chain: &Located<Vec<OperationKind>>) -> bool {
    use OperationKind::{Replicate, Restore};
    chain.value.contains(&Restore) || chain.value.contains(&Replicate)
}

fn address(place: &Place<'_>, name: &str, single: bool) -> String {
    let app = format!("{}/{}", place.environment, place.app.value);
    if single { app } else { format!("{app}/{name}") }
}

/// The databases of the app that the job is about.
fn selected(fields: &JobFields<'_>) -> Vec<String> {
    let place = fields.place;
    let chosen = fields
        .job
        .as_ref()
        .and_then(|(job, _)| job.databases.as_ref());
    let Some(chosen) = chosen else {
        return place
            .databases
            .iter()
            .map(|name| name.value.clone())
            .collect();
    };
    let report = fields.context.report;
    if chosen.value.is_empty() {
        report.problem(
            chosen.span,
            "the list of databases is empty",
            "",
            "name at least one, or remove the field for all of the app",
        );
    }
    let mut selected: Vec<String> = Vec::new();
    for name in &chosen.value {
        if selected.contains(&name.value) {
            databases::named_twice(report, &name.value, name.span);
        } else if databases::known(report, name, place) {
            selected.push(name.value.clone());
        }
    }
    selected
}

type SourcePlace<'a> = (Place<'a>, Source);

/// Whom the job restores from; none if it restores nothing or the source is wrong.
fn resolve_source<'a>(
    fields: &JobFields<'a>,
    chain: &Located<Vec<OperationKind>>,
) -> Option<SourcePlace<'a>> {
    if !takes_backups(chain) {
        return None;
    }
    let report = fields.context.report;
    let from = fields
        .find("from", |job| job.from.as_ref(), |app| app.from.as_ref())
        .map(|found| found.located(report));
    let place = source::resolve(fields.context, fields.place, from.as_ref(), &chain.origin)?;
    let own = fields.place;
    if place.engine.value != own.engine.value {
        let span = from.as_ref().and_then(|from| from.origin.span());
        report.problem(
            span.unwrap_or(own.app.span),
            format!(
                "`{}` is {}, and its backups cannot be restored into {}",
                place.app.value, place.engine.value, own.engine.value
            ),
            "",
            "restore from an app of the same engine",
        );
    }
    let source = Source {
        environment: place.environment.to_owned(),
        app: place.app.value.clone(),
        instance: place.instance.value.clone(),
        origin: from.map_or(
            Origin::Default("the same app in the upstream environment"),
            |from| from.origin,
        ),
        reads: environments::reads(fields.context, own.environment),
        // Known once all jobs are.
        replica: None,
    };
    Some((place, source))
}

fn one_database(
    fields: &JobFields<'_>,
    name: &str,
    files: &Files<'_>,
    chain: &Located<Vec<OperationKind>>,
    source: Option<&SourcePlace<'_>>,
) -> Option<DatabaseJob> {
    let report = fields.context.report;
    let url = databases::url(fields.context, fields.place, name)?;
    let source_name = match source {
        Some((source, _)) => Some(source_name(fields, source, name)?),
        None => None,
    };
    let transform = files.transform_of(report, name);
    let operations = chain
        .value
        .iter()
        .copied()
        .filter(|kind| *kind != OperationKind::Transform || transform.is_some())
        .collect();
    Some(DatabaseJob {
        name: name.to_owned(),
        url,
        source_name,
        sanitise: files.sanitise_of(report, name),
        transform,
        operations,
    })
}

fn source_name(fields: &JobFields<'_>, source: &Place<'_>, name: &str) -> Option<String> {
    let found = source::database_name(fields.place, source, name);
    if found.is_none() {
        let own = fields.place.databases.iter().find(|own| own.value == name);
        let span = own.and_then(|own| own.origin.span());
        fields.context.report.problem(
            span.unwrap_or(fields.place.app.span),
            format!(
                "`{name}` is not a database of {}/{}, which it is restored from",
                source.environment, source.app.value
            ),
            "",
            "name the databases alike, or as many on both sides in the same order",
        );
    }
    found
}

fn check_bounds(fields: &JobFields<'_>, expect: Option<&Located<BTreeMap<String, Bounds>>>) {
    let Some(expect) = expect else { return };
    for (table, bounds) in &expect.value {
        let none = bounds.min.is_none() && bounds.max.is_none();
        let crossed = matches!((bounds.min, bounds.max), (Some(min), Some(max)) if min > max);
        if none || crossed {
            fields.context.report.problem(
                expect.origin.span().unwrap_or_default(),
                format!(
                    "no number of rows of `{table}` could be within these bounds, or any could"
                ),
                "",
                "for example `expect: {users: {min: 1, max: 500000}}`",
            );
        }
    }
}

fn vouched(fields: &JobFields<'_>) -> Option<Located<Voucher>> {
    let found = fields
        .place
        .layers
        .find("vouched", |app| app.vouched.as_ref())?;
    Some(Located {
        value: Voucher {
            by: found.value.by.clone(),
            until: found.value.until,
            why: found.value.why.clone(),
        },
        origin: fields.context.report.origin(found.span, found.path),
    })
}
