//! Where the data of an app in an environment is: engine, instance, names of databases.

use super::layers::Layers;
use super::{Context, apps, databases};
use crate::located::Located;
use crate::report::Report;
use crate::value::{EngineKind, Names};
use crate::yaml::Spanned;

/// An app in an environment.
pub(super) struct Place<'a> {
    pub(super) environment: &'a str,
    pub(super) app: &'a Spanned<String>,
    pub(super) layers: Layers<'a>,
    pub(super) engine: Located<EngineKind>,
    pub(super) instance: Located<String>,
    pub(super) databases: Vec<Located<String>>,
}

impl<'a> Place<'a> {
    /// The place of `app` in `environment`, if it is there and its values are right.
    pub(super) fn of(context: &Context<'a>, app: &str, environment: &'a str) -> Option<Self> {
        let (name, _) = context.app(app)?;
        if !apps::is_in(context, name, environment) {
            return None;
        }
        let layers = Layers::of(context, &name.value, environment);
        let engine = engine(context, name, &layers);
        let databases = databases::names(context, name, environment, &layers);
        let engine = engine?;
        let instance = instance(context, name, environment, engine.value, &layers)?;
        Some(Self {
            environment,
            app: name,
            engine,
            instance,
            databases: databases?,
            layers,
        })
    }

    /// What templates stand for here, for everything but one database.
    pub(super) fn names(&self) -> Names<'_> {
        Names {
            environment: Some(self.environment),
            app: Some(&self.app.value),
            engine: Some(self.engine.value.name()),
            instance: Some(&self.instance.value),
            database: None,
        }
    }
}

fn engine(
    context: &Context<'_>,
    name: &Spanned<String>,
    layers: &Layers<'_>,
) -> Option<Located<EngineKind>> {
    let engine = layers.located("engine", |app| app.engine.as_ref());
    if engine.is_none() {
        context.report.problem(
            name.span,
            format!("the app `{}` has no engine", name.value),
            "",
            "add `engine: postgres` (or mysql, sqlite, mongodb, opensearch, bucket)",
        );
    }
    engine
}

fn instance(
    context: &Context<'_>,
    name: &Spanned<String>,
    environment: &str,
    engine: EngineKind,
    layers: &Layers<'_>,
) -> Option<Located<String>> {
    let template = layers
        .located("instance", |app| app.instance.as_ref())
        .or_else(|| default_instance(context))
        .unwrap_or_else(|| Located::default("{app}-{engine}".to_owned(), "{app}-{engine}"));
    let names = Names {
        environment: Some(environment),
        app: Some(&name.value),
        engine: Some(engine.name()),
        ..Names::default()
    };
    let instance = context.report.expanded(&template, names)?;
    check_instance(context.report, name, &instance).then_some(instance)
}

fn default_instance(context: &Context<'_>) -> Option<Located<String>> {
    let written = context.config.defaults.instance.as_ref()?;
    Some(Located {
        value: written.value.clone(),
        origin: context.report.origin(written.span, "defaults.instance"),
    })
}

fn check_instance(report: &Report, name: &Spanned<String>, instance: &Located<String>) -> bool {
    let span = instance.origin.span().unwrap_or(name.span);
    if instance.value.is_empty() {
        report.problem(
            span,
            "the instance has no name",
            "",
            "for example `\"{app}-{engine}\"`",
        );
        return false;
    }
    if instance.value.starts_with('_') {
        report.problem(
            span,
            format!("the instance `{}` starts with `_`", instance.value),
            "",
            "in a store, such names are Weir's own: choose another",
        );
        return false;
    }
    true
}
