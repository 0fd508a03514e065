//! The environments as one tree.

use std::collections::BTreeMap;

use super::Broken;
use crate::problem::Span;
use crate::raw::Config;
use crate::report::Report;
use crate::yaml::{Spanned, unknown_help};

/// The environments in order, each after its upstream.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    order: Vec<&'a str>,
    upstream: BTreeMap<&'a str, &'a str>,
}

impl<'a> Tree<'a> {
    /// The tree the environments form; none, and problems, if they form none.
    pub(super) fn of(config: &'a Config, report: &Report, broken: &Broken) -> Option<Self> {
        let before = report.count();
        if config.environments.is_empty() && !broken.structure {
            report.problem(
                Span::default(),
                "there are no environments",
                "",
                "add `environments: {production: {store: …}}`",
            );
        }
        unknown_upstreams(config, report);
        let upstream: BTreeMap<&str, &str> = config
            .environments
            .iter()
            .filter_map(|(name, environment)| {
                let upstream = environment.upstream.as_ref()?;
                Some((name.value.as_str(), upstream.value.as_str()))
            })
            .collect();
        cycles(config, report, &upstream);
        one_root(config, report);
        (report.count() == before).then(|| Self {
            order: order(config, &upstream),
            upstream,
        })
    }

    pub(super) fn order(&self) -> impl Iterator<Item = &'a str> {
        self.order.iter().copied()
    }

    pub(super) fn upstream(&self, environment: &str) -> Option<&'a str> {
        self.upstream.get(environment).copied()
    }

    /// The environments that data comes from, nearest first.
    pub(super) fn ancestors(&self, environment: &str) -> impl Iterator<Item = &'a str> {
        std::iter::successors(self.upstream(environment), |name| self.upstream(name))
    }
}

fn unknown_upstreams(config: &Config, report: &Report) {
    let names: Vec<&str> = config
        .environments
        .keys()
        .map(|name| name.value.as_str())
        .collect();
    for environment in config.environments.values() {
        if let Some(upstream) = &environment.upstream
            && !names.contains(&upstream.value.as_str())
        {
            report.problem(
                upstream.span,
                format!("unknown environment `{}`", upstream.value),
                "not an environment",
                unknown_help(&upstream.value, &names, "environments"),
            );
        }
    }
}

/// Reports each circle once, at its first environment in the order of names.
fn cycles(config: &Config, report: &Report, upstream: &BTreeMap<&str, &str>) {
    let mut known: Vec<&str> = Vec::new();
    for (name, environment) in &config.environments {
        let mut path = vec![name.value.as_str()];
        while let Some(next) = path.last().and_then(|last| upstream.get(last)) {
            if path.contains(next) {
                break;
            }
            path.push(next);
        }
        let closes = path.last().and_then(|last| upstream.get(last)) == Some(&name.value.as_str());
        if !closes || known.contains(&name.value.as_str()) {
            continue;
        }
        known.extend(&path);
        path.push(&name.value);
        let span = environment
            .upstream
            .as_ref()
            .map_or(name.span, |at| at.span);
        report.problem(
            span,
            format!(
                "the environments go round in a circle: {}",
                path.join(" ← ")
            ),
            "",
            "data flows one way: the first environment has no `upstream`",
        );
    }
}

fn one_root(config: &Config, report: &Report) {
    let mut roots: Vec<&Spanned<String>> = config
        .environments
        .iter()
        .filter(|(_, environment)| environment.upstream.is_none())
        .map(|(name, _)| name)
        .collect();
    roots.sort_by_key(|name| name.span);
    let mut roots = roots.into_iter();
    let Some(root) = roots.next() else { return };
    for other in roots {
        report.problem(
            other.span,
            format!("`{}` has no upstream, like `{}`", other.value, root.value),
            "a second first environment",
            format!(
                "all but one environment name their `upstream`: add `upstream: {}`",
                root.value
            ),
        );
    }
}

/// The environments from the root downwards, in the order of the file at each level.
fn order<'a>(config: &'a Config, upstream: &BTreeMap<&'a str, &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&Spanned<String>> = config.environments.keys().collect();
    names.sort_by_key(|name| name.span);
    let names: Vec<&str> = names.into_iter().map(|name| name.value.as_str()).collect();
    let mut order: Vec<&str> = Vec::new();
    let mut level: Vec<Option<&str>> = vec![None];
    while !level.is_empty() {
        let next: Vec<&str> = level
            .iter()
            .flat_map(|parent| {
                names
                    .iter()
                    .filter(move |name| upstream.get(*name).copied() == *parent)
            })
            .copied()
            .collect();
        level = next.iter().copied().map(Some).collect();
        order.extend(next);
    }
    order
}
