//! What people are told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use weir_config::Event;

/// One thing that happened. Its texts hold no row value and no secret: whoever makes one sees to
/// that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What kind of thing.
    #[serde(serialize_with = "as_word")]
    pub kind: Event,
    /// The environment.
    pub environment: String,
    /// The app, where it is about one.
    pub app: Option<String>,
    /// The job, where it is about one.
    pub job: Option<String>,
    /// The run.
    pub run: Option<String>,
    /// It in one line.
    pub title: String,
    /// What else is known, a line each.
    pub lines: Vec<String>,
    /// The command to paste next.
    pub command: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Message {
    /// What tells it from others: the same key is the same news.
    #[must_use]
    pub fn key(&self) -> String {
        self.key_of(self.kind)
    }

    /// The key of another kind of news about the same job.
    pub(crate) fn key_of(&self, kind: Event) -> String {
        let parts = [
            Some(&self.environment),
            self.app.as_ref(),
            self.job.as_ref(),
        ];
        let place: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        format!("{} {}", word(kind), place.join("/"))
    }
}

/// The kind as the configuration writes it.
pub(crate) fn word(kind: Event) -> &'static str {
    match kind {
        Event::Failure => "failure",
        Event::Recovery => "recovery",
        Event::Late => "late",
        Event::Held => "held",
        Event::Drift => "drift",
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
fn as_word<S: serde::Serializer>(kind: &Event, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word(*kind))
}
