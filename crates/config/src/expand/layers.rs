//! The places a value of an app may be written in, the strongest first: the app in the environment,
//! the app, and then the same of the app it is like.

use super::Context;
use crate::located::Located;
use crate::problem::Span;
use crate::raw::{App, Config};
use crate::report::Report;
use crate::yaml::Spanned;

/// One place.
struct Layer<'a> {
    path: String,
    app: &'a App,
    /// Whether it speaks of one environment.
    within: bool,
}

/// The places, for one app in one environment.
pub(super) struct Layers<'a> {
    list: Vec<Layer<'a>>,
    report: &'a Report,
}

/// A value as it was found, with the fields that lead to it.
pub(super) struct Found<'a, T> {
    pub(super) value: &'a T,
    pub(super) span: Span,
    pub(super) path: String,
}

impl<'a> Layers<'a> {
    /// The places for `app` in `environment`.
    pub(super) fn of(context: &Context<'a>, app: &'a str, environment: &str) -> Self {
        let mut list = Vec::new();
        for (name, app) in chain(context.config, app) {
            if let Some(within) = app.in_environments.get(environment) {
                list.push(Layer {
                    path: format!("apps.{name}.in.{environment}"),
                    app: within,
                    within: true,
                });
            }
            list.push(Layer {
                path: format!("apps.{name}"),
                app,
                within: false,
            });
        }
        Self {
            list,
            report: context.report,
        }
    }

    /// The strongest value of a field.
    pub(super) fn find<T: 'a>(
        &self,
        field: &str,
        pick: impl Fn(&'a App) -> Option<&'a Spanned<T>>,
    ) -> Option<Found<'a, T>> {
        self.list.iter().find_map(|layer| {
            let spanned = pick(layer.app)?;
            Some(Found {
                value: &spanned.value,
                span: spanned.span,
                path: format!("{}.{field}", layer.path),
            })
        })
    }

    /// The same, with its origin.
    pub(super) fn located<T: Clone + 'a>(
        &self,
        field: &str,
        pick: impl Fn(&'a App) -> Option<&'a Spanned<T>>,
    ) -> Option<Located<T>> {
        self.find(field, pick)
            .map(|found| found.located(self.report))
    }

    /// The strongest place of all that `pick` finds something in.
    pub(super) fn first<T>(&self, pick: impl Fn(&'a App) -> Option<T>) -> Option<(T, &str)> {
        self.list
            .iter()
            .find_map(|layer| pick(layer.app).map(|found| (found, layer.path.as_str())))
    }

    /// Whether a place that speaks of every environment has the field.
    pub(super) fn anywhere<T>(&self, pick: impl Fn(&'a App) -> Option<T>) -> Option<T> {
        self.list
            .iter()
            .filter(|layer| !layer.within)
            .find_map(|layer| pick(layer.app))
    }
}

impl<T: Clone> Found<'_, T> {
    pub(super) fn located(self, report: &Report) -> Located<T> {
        Located {
            value: self.value.clone(),
            origin: report.origin(self.span, self.path),
        }
    }
}

/// An app and those it is like, one after the other.
pub(super) fn chain<'a>(config: &'a Config, app: &'a str) -> Vec<(&'a str, &'a App)> {
    let mut chain: Vec<(&str, &App)> = Vec::new();
    let mut next = Some(app);
    while let Some(name) = next {
        let Some(app) = config.apps.get(name) else {
            break;
        };
        if chain.iter().any(|(known, _)| *known == name) {
            break;
        }
        chain.push((name, app));
        next = app.like.as_ref().map(|like| like.value.as_str());
    }
    chain
}
