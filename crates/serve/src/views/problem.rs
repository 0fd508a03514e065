//! Errors of the API.

use schemars::JsonSchema;
use serde::Serialize;

/// Why a request came to nothing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Problem {
    /// The kind: the name of its page in `docs/errors`.
    pub kind: String,
    /// What was being done.
    pub doing: String,
    /// What went wrong.
    pub cause: String,
    /// What to do next.
    pub hint: Option<String>,
}
