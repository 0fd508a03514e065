//! A made-up morning, modelled on what fleets look like. `text` goes wherever others write.

#[path = "samples/backups.rs"]
mod backups;
#[path = "samples/fleet.rs"]
mod fleet;
#[path = "samples/runs.rs"]
mod runs;

use jiff::{SignedDuration, Timestamp};
use weir_serve::views::{Confirm, Field, FieldKind, Problem};

pub(super) use backups::{backup, backups, drills, sanitising};
pub(super) use fleet::{holds, overview, tonight};
pub(super) use runs::{run_at_work, run_failed, runs};

/// The moment of all samples.
pub(super) fn now() -> Timestamp {
    "2026-11-27T02:40:30Z".parse().unwrap()
}

/// So many minutes before it.
fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// And after it.
fn ahead(minutes: i64) -> Timestamp {
    ago(-minutes)
}

pub(super) fn problem(text: &str) -> Problem {
    Problem {
        kind: "usage".to_owned(),
        doing: "show the run nothing".to_owned(),
        cause: format!("there is no such run: {text}"),
        hint: Some("see the list of runs".to_owned()),
    }
}

pub(super) fn confirm(text: &str) -> Confirm {
    Confirm {
        action: "rollback".to_owned(),
        title: "Roll staging/whitehall back".to_owned(),
        will: vec![
            format!(
                "The live database whitehall of staging is replaced by the copy that was live before ({text})."
            ),
            "What was written to it since 2026-11-27 02:15 is lost.".to_owned(),
        ],
        form: "/actions/rollback".to_owned(),
        fields: vec![
            Field {
                name: "job".to_owned(),
                label: "Job".to_owned(),
                value: "staging/whitehall".to_owned(),
                kind: FieldKind::Hidden,
                required: true,
                help: None,
            },
            Field {
                name: "operation".to_owned(),
                label: "Operation".to_owned(),
                value: "all".to_owned(),
                kind: FieldKind::Choice(vec![
                    "all".to_owned(),
                    "restore".to_owned(),
                    text.to_owned(),
                ]),
                required: true,
                help: None,
            },
            Field {
                name: "reason".to_owned(),
                label: "Reason".to_owned(),
                value: text.to_owned(),
                kind: FieldKind::Text,
                required: false,
                help: Some("It stands in the record of the run.".to_owned()),
            },
        ],
        button: "Roll back".to_owned(),
        danger: true,
    }
}
