//! What has been taken out of a copy, and who says so.

use crate::digest::Digest;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How clean a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As production has it.
    Raw,
    /// A ruleset was applied in full and its gate passed.
    Sanitised,
    /// Accepted as it is, by a named person, until a date.
    Vouched,
    /// Born in this environment: never copied from upstream.
    Own,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Raw => "raw",
            Self::Sanitised => "sanitised",
            Self::Vouched => "vouched",
            Self::Own => "own",
        })
    }
}

/// The mark of a copy: its state and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The state.
    pub state: State,
    /// The ruleset that made it so, for `sanitised`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruleset: Option<RulesetMark>,
    /// Who accepted it, for `vouched`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<Voucher>,
}

impl Mark {
    /// The mark of data nobody has touched, and of every copy whose history is unknown.
    #[must_use]
    pub const fn raw() -> Self {
        Self::bare(State::Raw)
    }

    /// The mark of data born where it is.
    #[must_use]
    pub const fn own() -> Self {
        Self::bare(State::Own)
    }

    const fn bare(state: State) -> Self {
        Self {
            state,
            ruleset: None,
            voucher: None,
        }
    }

    /// Whether an environment that takes only sanitised data may take this copy on `today`.
    #[must_use]
    pub fn is_clean_on(&self, today: Date) -> bool {
        match self.state {
            State::Raw => false,
            State::Sanitised | State::Own => true,
            State::Vouched => self
                .voucher
                .as_ref()
                .is_some_and(|voucher| today <= voucher.until),
        }
    }
}

/// Which rules were applied, with which key, to how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesetMark {
    /// The ruleset's file name.
    pub name: String,
    /// Digest of its text.
    pub digest: Digest,
    /// Scheme of the pseudonyms, e.g. `v1`.
    pub scheme: String,
    /// Identifies the masking key without revealing it.
    pub key_id: String,
    /// Columns masked.
    pub masked: u64,
    /// Columns kept on purpose.
    pub kept: u64,
    /// Values written anew.
    #[serde(default)]
    pub values: u64,
    /// Rows left out by the rules.
    #[serde(default)]
    pub rows_left_out: u64,
    /// What the gate saw; `None` before it has looked, and in copies made before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateMark>,
}

/// What the gate saw of the rows that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateMark {
    /// Values the detectors read.
    pub read: u64,
    /// Of how many values one was read; 1 unless sampling was asked for.
    pub one_in: u64,
    /// Findings, none of which was above its threshold.
    pub findings: u64,
    /// Planted canaries that were looked for, none of which was found.
    pub canaries: u64,
}

/// Who accepted a copy as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// The person.
    pub by: String,
    /// The last day on which it counts.
    pub until: Date,
    /// Why.
    #[serde(default)]
    pub why: String,
}
