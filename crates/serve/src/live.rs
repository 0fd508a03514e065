//! The runs of this process.

use crate::views::{LogLine, Progress, Working};

/// What this process works on. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Live;

impl Live {
    /// The runs at work.
    #[must_use]
    pub fn working(&self) -> Vec<Working> {
        Vec::new()
    }

    /// The log of a run so far, if it is of this process.
    #[must_use]
    pub fn log(&self, _run: &str) -> Option<Vec<LogLine>> {
        None
    }

    /// How far a run is, if it is of this process.
    #[must_use]
    pub fn progress(&self, _run: &str) -> Option<Progress> {
        None
    }
}
