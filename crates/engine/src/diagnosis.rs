//! What an engine finds out about a database before anything is asked of it.

use crate::room::Room;
use std::path::Path;
use weir_model::catalog::Catalog;
use weir_model::manifest::TableDigest;

/// What a database is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is backed up.
    Source,
    /// Copies are restored into it.
    Target,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Well,
    /// Worth knowing, and no fault.
    Note,
    /// It works today; somebody should look.
    Warning,
    /// A run would fail.
    Failure,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in a sentence without a full stop. Never a row value or a secret.
    pub what: String,
    /// What to do about it: the command or the grant to paste. A failure MUST have one.
    pub fix: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    pub fn well(what: impl Into<String>) -> Self {
        Self::of(Severity::Well, what, None)
    }

    /// Something worth knowing.
    pub fn note(what: impl Into<String>) -> Self {
        Self::of(Severity::Note, what, None)
    }

    /// Something that somebody should look at, with what to do.
    pub fn warning(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::of(Severity::Warning, what, Some(fix.into()))
    }

    /// Something that a run would fail over, with what to do.
    pub fn failure(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::of(Severity::Failure, what, Some(fix.into()))
    }

    /// Whether `needed` bytes are free where `path` lies; `what_for` says what they are for.
    pub fn room(path: &Path, needed: u64, what_for: &str) -> Self {
        let place = path.display();
        match Room::at(path) {
            Ok(room) if room.free >= needed => Self::well(format!(
                "{} are free at {place}, {what_for} takes {}",
                in_units(room.free),
                in_units(needed)
            )),
            Ok(room) => Self::failure(
                format!(
                    "{} are free at {place}, and {what_for} takes {}",
                    in_units(room.free),
                    in_units(needed)
                ),
                format!("df -h {place}; make room there"),
            ),
            Err(error) => Self::warning(
                format!("the free room at {place} cannot be read: {error}"),
                format!("df -h {place}"),
            ),
        }
    }

    fn of(severity: Severity, what: impl Into<String>, fix: Option<String>) -> Self {
        Self {
            severity,
            what: what.into(),
            fix,
        }
    }
}

/// Bytes as people read them; a sentence needs no more than whole units.
fn in_units(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        1_048_576..1_073_741_824 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

/// What a live database holds, all of it at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// What it holds by name, Weir's own objects left out.
    pub catalog: Catalog,
    /// Rows and digest of every table.
    pub tables: Vec<TableDigest>,
    /// Whose it is and who may do what, a name and a value each: `owner`, `mode`, `grant x to y`…
    /// Ordered by name.
    pub ownership: Vec<(String, String)>,
}
