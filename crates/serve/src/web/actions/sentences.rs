//! What is said before something is done.

use crate::views::{Field, FieldKind};
use jiff::Timestamp;
use weir_config::{Job, Previous};
use weir_model::stamp::Stamp;
use weir_pipeline::plan::PlannedStep;

/// A field that only carries what was asked for.
pub(super) fn hidden(name: &str, value: &str) -> Field {
    Field {
        name: name.to_owned(),
        label: name.to_owned(),
        value: value.to_owned(),
        kind: FieldKind::Hidden,
        required: true,
        help: None,
    }
}

/// One step of a plan.
pub(super) fn step(step: &PlannedStep) -> String {
    let does = capital(&step.does);
    if let Some(run) = &step.done_by {
        return format!("{does}: run {run} has done it, and it is not repeated.");
    }
    if let Some(obstacle) = &step.obstacle {
        return format!("{does}: would fail as things are: {}.", obstacle.cause);
    }
    if let Some(why) = &step.left_out {
        return format!("{does}: left out: {why}.");
    }
    match step.because.is_empty() {
        true => format!("{does}."),
        false => format!("{does}: {}.", step.because.join("; ")),
    }
}

/// What a restore replaces.
pub(super) fn overwrites(job: &Job, database: &str) -> String {
    let kept = match job.previous.value {
        Previous::None => "the copy it replaces is not kept",
        Previous::UntilNext => "the copy it replaces is kept for a rollback until the next restore",
        Previous::For(_) => "the copy it replaces is kept for a rollback for a while",
    };
    format!(
        "The live copy of {database} of {}/{} is overwritten once the new one is proven, with all \
         that was written to it; {kept}.",
        job.environment, job.app
    )
}

/// A copy by its stamp.
pub(super) fn copy(stamp: Option<&Stamp>) -> String {
    stamp.map_or_else(
        || "a copy that Weir did not restore".to_owned(),
        |stamp| {
            format!(
                "the copy of run {}, data as of {}, {}",
                stamp.run,
                moment(stamp.data_as_of),
                stamp.sanitising.state
            )
        },
    )
}

/// A moment.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
