//! States as small marks with a word: nothing is told by colour alone.

use crate::views::{CellState, EntryState, Outcome, Verdict};
use maud::{Markup, html};

/// What a mark looks like; the style sheet gives each a colour and a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Somebody should look.
    Notice,
    /// It works now.
    Busy,
    /// It rests, on purpose.
    Held,
    /// It cannot be told.
    Unknown,
    /// Nothing to say.
    Quiet,
}

impl Tone {
    /// The class of the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Notice => "notice",
            Self::Busy => "busy",
            Self::Held => "held",
            Self::Unknown => "unknown",
            Self::Quiet => "quiet",
        }
    }
}

/// A mark with its word.
pub(super) fn mark(tone: Tone, word: &str) -> Markup {
    html! { span.mark .(tone.class()) { (word) } }
}

/// How a cell of the matrix is.
pub(super) fn cell(state: CellState) -> (Tone, &'static str) {
    match state {
        CellState::Well => (Tone::Good, "well"),
        CellState::Running => (Tone::Busy, "running"),
        CellState::Held => (Tone::Held, "held"),
        CellState::Unknown => (Tone::Unknown, "unknown"),
        CellState::NeverRan => (Tone::Notice, "never ran"),
        CellState::Late => (Tone::Notice, "late"),
        CellState::Failed => (Tone::Bad, "failed"),
    }
}

/// How a run ended, if it has.
pub(super) fn outcome(outcome: Option<Outcome>) -> (Tone, &'static str) {
    match outcome {
        None => (Tone::Busy, "running"),
        Some(Outcome::Succeeded) => (Tone::Good, "succeeded"),
        Some(Outcome::Failed) => (Tone::Bad, "failed"),
        Some(Outcome::Interrupted) => (Tone::Notice, "interrupted"),
        Some(Outcome::Skipped) => (Tone::Quiet, "left out"),
    }
}

/// How a run of the night is.
pub(super) fn entry(state: EntryState) -> (Tone, &'static str) {
    match state {
        EntryState::Succeeded => (Tone::Good, "succeeded"),
        EntryState::Failed => (Tone::Bad, "failed"),
        EntryState::LeftOut => (Tone::Held, "left out"),
        EntryState::Running => (Tone::Busy, "running"),
        EntryState::Waiting => (Tone::Notice, "waiting"),
        EntryState::Planned => (Tone::Quiet, "planned"),
    }
}

/// How bad something is.
pub(super) fn verdict(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Good => Tone::Good,
        Verdict::Unknown => Tone::Unknown,
        Verdict::Notice => Tone::Notice,
        Verdict::Bad => Tone::Bad,
    }
}

/// How clean data is; raw data stands out.
pub(super) fn data(word: Option<&str>) -> Markup {
    html! {
        @match word {
            Some("raw") => span.data.raw { "raw" },
            Some(word) => span.data { (word) },
            None => span.data.faint { "not known" },
        }
    }
}
