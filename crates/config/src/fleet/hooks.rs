//! What runs around jobs and operations.

use std::collections::BTreeMap;
use std::fmt;

use crate::located::Located;
use crate::value::{OnFailure, OperationKind, Period, WebAddress};

/// The hooks of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Around the job as a whole.
    pub job: Around,
    /// Around operations of a kind; those without hooks are not there.
    pub operations: BTreeMap<OperationKind, Around>,
}

/// What runs before something, and after it however it ended. In order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// Before it.
    pub before: Vec<Located<Hook>>,
    /// After it.
    pub after: Vec<Located<Hook>>,
}

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What it does.
    pub action: HookAction,
    /// How long it may take.
    pub deadline: Period,
    /// What becomes of the run when it fails.
    pub on_failure: OnFailure,
}

/// What a hook does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookAction {
    /// Runs a program with arguments, without a shell.
    Command(Vec<String>),
    /// Calls an address.
    Webhook(WebAddress),
}

impl Hooks {
    /// Every hook with where it runs, as in `before` or `restore.after`.
    pub fn all(&self) -> impl Iterator<Item = (String, &Located<Hook>)> {
        let operations = self.operations.iter();
        let around = operations.map(|(kind, around)| (format!("{kind}."), around));
        let job = std::iter::once((String::new(), &self.job));
        job.chain(around).flat_map(|(of, around)| {
            let before = around.before.iter().map(|hook| ("before", hook));
            let after = around.after.iter().map(|hook| ("after", hook));
            before
                .chain(after)
                .map(move |(moment, hook)| (format!("{of}{moment}"), hook))
        })
    }
}

impl Around {
    /// Whether nothing runs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            HookAction::Command(words) => write!(formatter, "command {}", words.join(" "))?,
            HookAction::Webhook(address) => write!(formatter, "webhook {address}")?,
        }
        let (deadline, on_failure) = (self.deadline, self.on_failure);
        write!(formatter, ", within {deadline}, else {on_failure}")
    }
}
