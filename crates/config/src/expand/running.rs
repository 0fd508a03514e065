//! How a job runs by itself: when late is too late, what it waits for, what runs around it.

use std::collections::BTreeMap;

use super::Context;
use super::environments::expanded_address;
use super::fields::{JobFields, inherited};
use crate::fleet::{Around, Hook, HookAction, Hooks, Objectives};
use crate::located::{Located, Origin};
use crate::raw;
use crate::value::{OnFailure, OperationKind, Period, Stale};
use crate::yaml::Spanned;

/// How late a run may start when nothing says so.
const START_WITHIN: Period = Period::hours(8);
/// How often a run is tried again when nothing says so.
const RETRY: u32 = 2;
/// How long a run waits when nothing says so.
const WAIT: Period = Period::hours(2);
/// How long a hook may take when it does not say so.
const HOOK_DEADLINE: Period = Period::minutes(5);

/// When a job starts, and what becomes of it when it cannot.
pub(super) struct Start {
    pub(super) start_within: Located<Period>,
    pub(super) jitter: Located<Period>,
    pub(super) retry: Located<u32>,
    pub(super) wait: Located<Period>,
    pub(super) stale: Located<Stale>,
    /// As written: addresses once all jobs are known.
    pub(super) after: Vec<Located<String>>,
}

pub(super) fn start(fields: &JobFields<'_>) -> Start {
    let why = "nothing says otherwise";
    Start {
        start_within: inherited!(fields, "start_within", |level| level.start_within.as_ref())
            .unwrap_or_else(|| Located::default(START_WITHIN, why)),
        jitter: inherited!(fields, "jitter", |level| level.jitter.as_ref()).map_or_else(
            || Located::default(Period::NONE, why),
            |jitter| jitter.map(|jitter| jitter.0),
        ),
        retry: inherited!(fields, "retry", |level| level.retry.as_ref())
            .unwrap_or_else(|| Located::default(RETRY, why)),
        wait: inherited!(fields, "wait", |level| level.wait.as_ref()).map_or_else(
            || Located::default(WAIT, why),
            |wait| wait.map(|wait| wait.0),
        ),
        stale: inherited!(fields, "stale", |level| level.stale.as_ref())
            .unwrap_or_else(|| Located::default(Stale::Fail, why)),
        after: after(fields),
    }
}

fn after(fields: &JobFields<'_>) -> Vec<Located<String>> {
    let found = fields.find("after", |job| job.after.as_ref(), |app| app.after.as_ref());
    let Some(found) = found else {
        return Vec::new();
    };
    let report = fields.context.report;
    let origin = |span| report.origin(span, found.path.clone());
    found
        .value
        .iter()
        .map(|name| origin(name.span).with(name.value.clone()))
        .collect()
}

/// The group of a job that backs up or restores.
pub(super) fn group(fields: &JobFields<'_>, chain: &[OperationKind]) -> Option<Located<String>> {
    use OperationKind::{Backup, Restore};
    let arrives = chain.contains(&Backup) || chain.contains(&Restore);
    fields
        .of_app("group", |app| app.group.as_ref())
        .filter(|_| arrives)
}

pub(super) fn objectives(fields: &JobFields<'_>) -> Objectives {
    Objectives {
        recovery_time: inherited!(fields, "objectives.recovery_time", |level| {
            level.objectives.recovery_time.as_ref()
        }),
        recovery_point: inherited!(fields, "objectives.recovery_point", |level| {
            level.objectives.recovery_point.as_ref()
        }),
    }
}

/// Every hook of a job; those around operations it does not do are left out.
pub(super) fn hooks(fields: &JobFields<'_>, chain: &[OperationKind]) -> Hooks {
    let job = Around {
        before: list(
            fields,
            OnFailure::Fail,
            inherited!(fields, "hooks.before", |level| level.hooks.before.as_ref()),
        ),
        after: list(
            fields,
            OnFailure::Report,
            inherited!(fields, "hooks.after", |level| level.hooks.after.as_ref()),
        ),
    };
    let operations: BTreeMap<OperationKind, Around> = chain
        .iter()
        .map(|kind| (*kind, around(fields, *kind)))
        .filter(|(_, around)| !around.is_empty())
        .collect();
    Hooks { job, operations }
}

fn around(fields: &JobFields<'_>, kind: OperationKind) -> Around {
    let field = |moment: &str| format!("hooks.{kind}.{moment}");
    let before = inherited!(fields, &field("before"), |level| {
        let hooks = level.hooks.around(kind);
        hooks.and_then(|hooks| hooks.before.as_ref())
    });
    let after = inherited!(fields, &field("after"), |level| {
        let hooks = level.hooks.around(kind);
        hooks.and_then(|hooks| hooks.after.as_ref())
    });
    Around {
        before: list(fields, OnFailure::Fail, before),
        after: list(fields, OnFailure::Report, after),
    }
}

fn list(
    fields: &JobFields<'_>,
    usual: OnFailure,
    written: Option<Located<Vec<Spanned<raw::Hook>>>>,
) -> Vec<Located<Hook>> {
    let Some(written) = written else {
        return Vec::new();
    };
    let path = match &written.origin {
        Origin::File { path, .. } => path.clone(),
        Origin::Default(_) => String::new(),
    };
    let expanded = written
        .value
        .iter()
        .map(|hook| hook_of(fields, usual, hook, &path));
    expanded.flatten().collect()
}

fn hook_of(
    fields: &JobFields<'_>,
    usual: OnFailure,
    written: &Spanned<raw::Hook>,
    path: &str,
) -> Option<Located<Hook>> {
    let raw = &written.value;
    let action = match (&raw.command, &raw.webhook) {
        (Some(words), None) if words.first().is_some_and(|program| !program.is_empty()) => {
            HookAction::Command(words.clone())
        }
        (None, Some(address)) => {
            let names = fields.place.names();
            let report = fields.context.report;
            HookAction::Webhook(expanded_address(report, address, written.span, names)?)
        }
        _ => {
            not_one_action(fields.context, written);
            return None;
        }
    };
    let hook = Hook {
        action,
        deadline: raw.deadline.unwrap_or(HOOK_DEADLINE),
        on_failure: raw.on_failure.unwrap_or(usual),
    };
    let origin = fields.context.report.origin(written.span, path);
    Some(origin.with(hook))
}

fn not_one_action(context: &Context<'_>, written: &Spanned<raw::Hook>) {
    context.report.problem(
        written.span,
        "a hook does exactly one thing",
        "",
        "`{command: [PROGRAM, ARGUMENT]}` or `{webhook: ADDRESS}`",
    );
}
