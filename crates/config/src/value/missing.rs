//! What happens to what a target's server lacks.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// What happens to a role that the target's server lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingRoles {
    /// What it owns goes to the target's owner, what it may do is left out.
    Strip,
    /// It is made, as one that cannot log in.
    Create,
    /// The restore fails.
    Fail,
}

/// What happens to a tablespace that the target's server lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingTablespaces {
    /// What lies there goes into the database's own.
    Default,
    /// The restore fails.
    Fail,
}

/// What happens to an extension that the target's server lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingExtensions {
    /// The restore fails.
    Fail,
    /// It is left out.
    LeaveOut,
}

impl fmt::Display for MissingRoles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Strip => "strip",
            Self::Create => "create",
            Self::Fail => "fail",
        })
    }
}

impl fmt::Display for MissingTablespaces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Default => "default",
            Self::Fail => "fail",
        })
    }
}

impl fmt::Display for MissingExtensions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fail => "fail",
            Self::LeaveOut => "leave-out",
        })
    }
}
