//! The words of jobs that run by themselves.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// What becomes of a run whose upstream has nothing new when the waiting is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stale {
    /// It takes the newest there is, and says so.
    Run,
    /// It is left out.
    Skip,
    /// It fails.
    Fail,
}

/// What becomes of a run whose hook fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// It fails, too.
    Fail,
    /// It goes on, and says so.
    Report,
}

/// Who may look at the status page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Viewing {
    /// Whoever reaches it.
    Open,
    /// Operators, and whom the sign-on names.
    Operators,
}

/// What people are told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A run failed.
    Failure,
    /// What failed before has ended well.
    Recovery,
    /// A run is late or was missed, or data is too old.
    Late,
    /// A job has been held for long.
    Held,
    /// What a ruleset knows and what the database has are no longer the same.
    Drift,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 5] = [
        Self::Failure,
        Self::Recovery,
        Self::Late,
        Self::Held,
        Self::Drift,
    ];
}

impl fmt::Display for Stale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Run => "run",
            Self::Skip => "skip",
            Self::Fail => "fail",
        })
    }
}

impl fmt::Display for OnFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fail => "fail",
            Self::Report => "report",
        })
    }
}

impl fmt::Display for Viewing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "open",
            Self::Operators => "operators",
        })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Failure => "failure",
            Self::Recovery => "recovery",
            Self::Late => "late",
            Self::Held => "held",
            Self::Drift => "drift",
        })
    }
}
