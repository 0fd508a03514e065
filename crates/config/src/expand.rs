//! From what is written to what it means: every environment, and every app in each of them.

mod apps;
mod databases;
mod environments;
mod fields;
mod files;
mod job;
mod layers;
mod names;
mod notify;
mod operations;
mod order;
mod place;
mod publishing;
mod running;
mod serve;
mod source;
mod stores;
mod target_policy;
mod tree;

use std::collections::BTreeSet;
use std::path::PathBuf;

use self::tree::Tree;
use crate::check;
use crate::fleet::{Channel, Environment, Fleet, Job, Serve, resolve_clean, resolve_replicas};
use crate::problem::{Problems, Span};
use crate::raw::{App, Config};
use crate::report::Report;
use crate::yaml::{self, Spanned};

/// The version of the language.
const VERSION: u64 = 1;

/// What every step of the expansion looks things up in.
pub(crate) struct Context<'a> {
    config: &'a Config,
    report: &'a Report,
    tree: Tree<'a>,
    broken: Broken,
}

/// The parts that could not be read: they are known by name, and not judged further.
#[derive(Debug, Default)]
struct Broken {
    /// Something is wrong with the form of the file or outside the apps, which would show everywhere.
    structure: bool,
    apps: BTreeSet<String>,
}

impl Broken {
    fn of(left_out: &[Vec<String>]) -> Self {
        let mut broken = Self::default();
        for path in left_out {
            match path.as_slice() {
                [section, app, ..] if section == "apps" => {
                    broken.apps.insert(app.clone());
                }
                _ => broken.structure = true,
            }
        }
        broken
    }
}

pub(crate) fn parse(text: &str, file: &str, base: PathBuf) -> Result<Fleet, Problems> {
    let decoded = yaml::decode::<Config>(file, text);
    let broken = Broken::of(&decoded.left_out);
    let Some(config) = decoded.value else {
        return Err(Problems::sorted(decoded.problems));
    };
    if let Some(version) = &config.weir
        && version.value != VERSION
    {
        let report = Report::new(decoded.source, Vec::new());
        wrong_version(&report, version);
        return Err(Problems::sorted(report.into_problems()));
    }
    let report = Report::new(decoded.source, decoded.problems);
    if config.weir.is_none() && !decoded.left_out.iter().any(|path| path == &["weir"]) {
        report.problem(
            Span::default(),
            "the version of the language is missing",
            "",
            "begin the file with `weir: 1`",
        );
    }
    let expanded = expand(&config, &report, broken);
    let problems = report.into_problems();
    match expanded {
        Some(expanded) if problems.is_empty() => Ok(Fleet {
            file: file.to_owned(),
            base,
            environments: expanded.environments,
            jobs: expanded.jobs,
            serve: expanded.serve,
            notify: expanded.notify,
        }),
        _ => Err(Problems::sorted(problems)),
    }
}

fn wrong_version(report: &Report, version: &Spanned<u64>) {
    report.problem(
        version.span,
        format!("this file is in version {} of the language", version.value),
        "not known here",
        format!("this Weir reads version {VERSION}: use the Weir the file was written for"),
    );
}

/// A configuration expanded.
struct Expanded {
    environments: Vec<Environment>,
    jobs: Vec<Job>,
    serve: Serve,
    notify: Vec<Channel>,
}

/// Everything expanded, as far as it can be; problems go to the report.
fn expand(config: &Config, report: &Report, mut broken: Broken) -> Option<Expanded> {
    names::check(config, report);
    let tree = Tree::of(config, report, &broken);
    apps::check(config, report, &mut broken);
    if broken.structure {
        return None;
    }
    let context = Context {
        config,
        report,
        tree: tree?,
        broken,
    };
    let environments: Vec<Option<_>> = context
        .tree
        .order()
        .map(|name| environments::expand(&context, name))
        .collect();
    let mut jobs: Vec<Job> = context
        .tree
        .order()
        .flat_map(|environment| job::in_environment(&context, environment))
        .collect();
    resolve_replicas(&environments, &mut jobs);
    resolve_clean(&environments, &mut jobs);
    order::resolve(&context, &mut jobs);
    let serve = serve::expand(report, &config.serve);
    let notify = notify::expand(&context);
    check::environments(report, environments.iter().flatten());
    check::replicas(report, &environments.iter().flatten());
    check::clean_stores(report, &environments.iter().flatten());
    check::jobs(report, &environments, &jobs, &context.broken.apps);
    let environments: Option<Vec<_>> = environments.into_iter().collect();
    Some(Expanded {
        environments: environments?,
        jobs,
        serve,
        notify,
    })
}

impl<'a> Context<'a> {
    /// The apps that can be expanded, by name.
    fn apps(&self) -> impl Iterator<Item = (&'a Spanned<String>, &'a App)> {
        self.config
            .apps
            .iter()
            .filter(|(name, _)| !self.broken.apps.contains(&name.value))
    }

    /// An app that can be expanded.
    fn app(&self, name: &str) -> Option<(&'a Spanned<String>, &'a App)> {
        self.config
            .apps
            .get_key_value(name)
            .filter(|_| !self.broken.apps.contains(name))
    }
}
