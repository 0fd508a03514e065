//! The operations of a job, and the orders in which they make no sense.

use super::place::Place;
use super::{Context, fields::JobFields, publishing};
use crate::located::Located;
use crate::problem::Span;
use crate::report::Report;
use crate::value::{Data, OperationKind};
use crate::yaml::Spanned;

use OperationKind::{Backup, Drill, Recover, Replicate, Restore, Transform};

/// What a job's operations are judged by.
pub(super) struct Circumstances {
    pub(super) data: Data,
    pub(super) has_upstream: bool,
    pub(super) has_script: bool,
    /// A database that has no rules file.
    pub(super) without_rules: Option<String>,
    pub(super) by_hand: bool,
}

/// The operations of a job, as asked for or by default; none, and a problem, if they make no sense.
pub(super) fn chain(
    context: &Context<'_>,
    place: &Place<'_>,
    fields: &JobFields<'_>,
    circumstances: &Circumstances,
) -> Option<Located<Vec<OperationKind>>> {
    let written = fields.find(
        "operations",
        |job| job.operations.as_ref(),
        |app| app.operations.as_ref(),
    );
    let report = context.report;
    let before = report.count();
    let Some(written) = written else {
        let chain = default(circumstances);
        check_script_here(report, fields, circumstances, &chain.value);
        return (report.count() == before).then_some(chain);
    };
    check_each(report, written.value, written.span);
    check_circumstances(report, place, written.value, circumstances);
    check_script(report, written.value, circumstances);
    publishing::check(context, place, written.value, circumstances);
    (report.count() == before).then(|| Located {
        value: written
            .value
            .iter()
            .map(|operation| operation.value)
            .collect(),
        origin: report.origin(written.span, written.path),
    })
}

fn default(circumstances: &Circumstances) -> Located<Vec<OperationKind>> {
    if circumstances.data == Data::Own {
        return Located::default(vec![Backup], "data born here is only backed up");
    }
    if !circumstances.has_upstream {
        return Located::default(vec![Backup], "no upstream: only backed up");
    }
    if circumstances.has_script {
        let chain = vec![Restore, Transform, Backup];
        return Located::default(
            chain,
            "restored from upstream, its script run, then backed up",
        );
    }
    Located::default(
        vec![Restore, Backup],
        "restored from upstream, then backed up",
    )
}

/// What is wrong with an operation wherever the job is.
fn check_each(report: &Report, written: &[Spanned<OperationKind>], span: Span) {
    if written.is_empty() {
        report.problem(
            span,
            "the list of operations is empty",
            "",
            "name at least one, or remove the field for the default",
        );
    }
    for (index, operation) in written.iter().enumerate() {
        let before = || written.iter().take(index);
        if before().any(|other| other.value == operation.value) {
            report.problem(
                operation.span,
                format!("`{}` is asked for twice", operation.value),
                "second time",
                "each operation stands once in a job",
            );
        }
        let previous = before().next_back().map(|previous| previous.value);
        if operation.value == Transform && previous != Some(Restore) {
            report.problem(
                operation.span,
                "a transform without a restore just before it",
                "would run on the live copy",
                "a script runs in the shadow of a restore: write `[restore, transform, …]`",
            );
        }
        if operation.value == Replicate && before().any(|other| other.value == Restore) {
            report.problem(
                operation.span,
                "a `replicate` after the restore",
                "the restore would take what the run before has copied",
                "copy first: write `[replicate, restore, …]`",
            );
        }
        if operation.value == Recover && written.len() > 1 {
            report.problem(
                operation.span,
                "`recover` stands among other operations",
                "",
                "recovery is a job of its own: `jobs: {recover: {operations: [recover], schedule: by-hand}}`",
            );
        }
        if operation.value == Drill && written.len() > 1 {
            report.problem(
                operation.span,
                "`drill` stands among other operations",
                "",
                "a drill is a job of its own: `jobs: {main: {}, drill: {operations: [drill], schedule: \"0 12 * * 6\"}}`",
            );
        }
    }
}

fn check_circumstances(
    report: &Report,
    place: &Place<'_>,
    written: &[Spanned<OperationKind>],
    circumstances: &Circumstances,
) {
    for operation in written {
        let takes = matches!(operation.value, Restore | Replicate);
        if operation.value == Restore && circumstances.data == Data::Own {
            report.problem(
                operation.span,
                "a restore would replace data that is born here",
                "",
                "`data: own` goes with `operations: [backup]`; remove one of the two",
            );
        } else if takes && !circumstances.has_upstream {
            report.problem(
                operation.span,
                format!(
                    "a {} in {}, which has no upstream",
                    operation.value, place.environment
                ),
                "nothing to restore from",
                "set `operations` under `in:` for the environments that have an upstream",
            );
        }
        if operation.value == Recover && !circumstances.by_hand {
            report.problem(
                operation.span,
                "`recover` in a job that runs by itself",
                "",
                "an environment's own backup goes back only by hand: add `schedule: by-hand`",
            );
        }
    }
}

/// A script set for an environment by name, where nothing is restored, would silently never run.
/// One set for the app at large is meant for the environments that restore.
fn check_script_here(
    report: &Report,
    fields: &JobFields<'_>,
    circumstances: &Circumstances,
    chain: &[OperationKind],
) {
    let script = fields.find(
        "transform",
        |job| job.transform.as_ref(),
        |app| app.transform.as_ref(),
    );
    let Some(script) = script.filter(|_| !chain.contains(&Transform)) else {
        return;
    };
    if circumstances.has_script && (script.path.contains(".in.") || script.path.contains(".jobs."))
    {
        report.problem(
            script.span,
            "a transform without a restore before it",
            "would never run: nothing is restored here",
            "a script runs in the shadow of a restore: set it for an environment that restores",
        );
    }
}

fn check_script(
    report: &Report,
    written: &[Spanned<OperationKind>],
    circumstances: &Circumstances,
) {
    let find = |kind| written.iter().find(|operation| operation.value == kind);
    match (find(Restore), find(Transform)) {
        (_, Some(transform)) if !circumstances.has_script => report.problem(
            transform.span,
            "a transform without a script",
            "",
            "add `transform: PATH`, or remove the operation",
        ),
        // A script that is set and silently not run leaves data as it must not be.
        (Some(restore), None) if circumstances.has_script => report.problem(
            restore.span,
            "the script of `transform` would not run",
            "restored without it",
            "write `[restore, transform, …]`, or switch the script off with `transform: {}`",
        ),
        _ => {}
    }
}
