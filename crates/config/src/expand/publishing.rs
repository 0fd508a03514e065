//! Operations that publish, and what they need.

use super::Context;
use super::operations::Circumstances;
use super::place::Place;
use crate::report::Report;
use crate::value::OperationKind::{Backup, Publish, PublishLive, Restore};
use crate::value::{OperationKind, Reads};
use crate::yaml::Spanned;

/// What is wrong with the publishing of a job, wherever it is.
pub(super) fn check(
    context: &Context<'_>,
    place: &Place<'_>,
    written: &[Spanned<OperationKind>],
    circumstances: &Circumstances,
) {
    let report = context.report;
    for (index, operation) in written.iter().enumerate() {
        if operation.value.publishes() {
            check_order(report, operation, index, written);
            check_needs(context, place, operation, circumstances);
            check_rules_once(report, operation, written, circumstances);
        }
    }
}

fn check_order(
    report: &Report,
    operation: &Spanned<OperationKind>,
    index: usize,
    written: &[Spanned<OperationKind>],
) {
    let later = |kind| {
        let mut later = written.iter().skip(index + 1);
        later.any(|other| other.value == kind)
    };
    if operation.value == Publish && later(Backup) {
        report.problem(
            operation.span,
            "a `publish` before the backup",
            "would publish what the run before has backed up",
            "back up first: write `[backup, publish]`",
        );
    }
    let both = written.iter().any(|other| other.value == Publish);
    if operation.value == PublishLive && both {
        report.problem(
            operation.span,
            "`publish` and `publish-live` in one job",
            "would publish the same data twice",
            "`publish` sanitises the newest backup, `publish-live` the database: keep one of them",
        );
    }
}

fn check_needs(
    context: &Context<'_>,
    place: &Place<'_>,
    operation: &Spanned<OperationKind>,
    circumstances: &Circumstances,
) {
    let name = place.environment;
    let environment = context.config.environments.get(name);
    if environment.is_some_and(|found| found.clean.is_none()) {
        context.report.problem(
            operation.span,
            format!(
                "a {} in {name}, which has no `clean` store",
                operation.value
            ),
            "nowhere to publish to",
            format!("add `clean: {{store: …}}` to {name}"),
        );
    }
    if let Some(database) = &circumstances.without_rules {
        context.report.problem(
            operation.span,
            format!("`{database}` has no rules to be published by"),
            "only what is sanitised is published",
            "add `sanitise: rules.yaml`, or leave the operation out",
        );
    }
}

/// Rules of a job that restores apply to the restore: they would apply a second time.
fn check_rules_once(
    report: &Report,
    operation: &Spanned<OperationKind>,
    written: &[Spanned<OperationKind>],
    circumstances: &Circumstances,
) {
    let restores = written.iter().any(|other| other.value == Restore);
    if restores && circumstances.without_rules.is_none() {
        report.problem(
            operation.span,
            "the rules of `sanitise` would apply twice",
            "the restore of the same job applies them already",
            "publish in a job of its own: `jobs: {main: {sanitise: {}, operations: [restore, \
             backup]}, publish: {operations: [publish]}}`; or leave the operation out, for what \
             is sanitised on arrival is backed up sanitised",
        );
    }
}

/// Reports `reads: published` where there is nothing to read.
pub(super) fn check_reads(context: &Context<'_>, environment: &str) {
    let raw = context.config.environments.get(environment);
    let Some(reads) = raw.and_then(|raw| raw.reads.as_ref()) else {
        return;
    };
    if reads.value == Reads::Published && context.tree.upstream(environment).is_none() {
        context.report.problem(
            reads.span,
            format!("`reads: published` in {environment}, which has no upstream"),
            "nothing to read",
            "set it for the environments that have an `upstream`; `clean` says where this one \
             publishes",
        );
    }
}
