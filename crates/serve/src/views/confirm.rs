//! What is asked before something is done.

use schemars::JsonSchema;
use serde::Serialize;

/// One action, asked for and not yet done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Confirm {
    /// `run`, `hold`, `release`, `verify` or `rollback`.
    pub action: String,
    /// What it is, e.g. `Run staging/whitehall now`.
    pub title: String,
    /// What will be overwritten or changed, a sentence each.
    pub will: Vec<String>,
    /// Where the form is posted.
    pub form: String,
    /// What is asked besides.
    pub fields: Vec<Field>,
    /// What stands on the button.
    pub button: String,
    /// Whether something is overwritten.
    pub danger: bool,
}

/// A field of the form.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Field {
    /// Its name in what is posted.
    pub name: String,
    /// What a person reads.
    pub label: String,
    /// What it holds at first.
    pub value: String,
    /// How it is filled in.
    pub kind: FieldKind,
    /// Whether it must be.
    pub required: bool,
    /// What may be written, in a line.
    pub help: Option<String>,
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Not seen.
    Hidden,
    /// A line of text.
    Text,
    /// One of these.
    Choice(Vec<String>),
}

/// What came of an action.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Accepted {
    /// The run that has begun.
    pub run: Option<String>,
    /// The hold that was placed or released.
    pub hold: Option<String>,
    /// Where the API shows what comes of it.
    pub see: String,
    /// Where the page does.
    pub page: String,
}
