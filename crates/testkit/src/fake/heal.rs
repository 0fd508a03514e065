//! What a dead run left, told from the files alone.

use super::config;
use super::document::Document;
use super::files::{self, Beside};
use super::lock::Lock;
use weir_engine::{Endpoint, Healed};
use weir_model::error::{Error, Kind, Result};

/// The states in which death leaves the files.
enum Leftover {
    /// A copy that was being built.
    Shadow,
    /// The live copy, about to be kept: it is still live.
    UnfinishedPrevious,
    /// Between a rollback's two renames, the copy it replaced has only this name.
    ReplacedCopy,
    /// A swap that died after it kept the old copy left that copy twice.
    PreviousIsLive,
}

pub(super) fn heal(endpoint: &Endpoint) -> Result<Healed> {
    let files = files_of(endpoint)?;
    let _lock = Lock::take(&files)?;
    drop_leftovers(&files)
}

pub(super) fn leftovers(endpoint: &Endpoint) -> Result<Vec<String>> {
    let files = files_of(endpoint)?;
    Ok(find(&files)?
        .iter()
        .map(|found| found.describe(&files))
        .collect())
}

fn files_of(endpoint: &Endpoint) -> Result<Beside> {
    config::exists(endpoint, Kind::Target)?;
    Ok(Beside::new(&config::path(endpoint)?))
}

/// Drops or finishes what is left. The caller holds the lock.
pub(super) fn drop_leftovers(files: &Beside) -> Result<Healed> {
    let mut healed = Healed::default();
    for found in find(files)? {
        found.settle(files)?;
        healed.actions.push(found.describe(files));
    }
    Ok(healed)
}

fn find(files: &Beside) -> Result<Vec<Leftover>> {
    let mut found = Vec::new();
    if files::is_there(&files.shadow) {
        found.push(Leftover::Shadow);
    }
    let live = Document::read(&files.live, Kind::Target)?;
    if files::is_there(&files.previous_new) {
        let kept = Document::read(&files.previous_new, Kind::Target)?;
        found.push(if kept.is_some() && live.is_some() && kept != live {
            Leftover::ReplacedCopy
        } else {
            Leftover::UnfinishedPrevious
        });
    }
    if live.is_some() && live == Document::read(&files.previous, Kind::Target)? {
        found.push(Leftover::PreviousIsLive);
    }
    Ok(found)
}

impl Leftover {
    fn describe(&self, files: &Beside) -> String {
        match self {
            Self::Shadow => format!("an unfinished shadow, dropped: {}", files.shadow.display()),
            Self::UnfinishedPrevious => format!(
                "an unfinished previous copy, dropped: {}",
                files.previous_new.display()
            ),
            Self::ReplacedCopy => format!(
                "the copy a rollback replaced, kept as {}",
                files.previous.display()
            ),
            Self::PreviousIsLive => format!(
                "a previous copy that is still live, dropped: {}",
                files.previous.display()
            ),
        }
    }

    fn settle(&self, files: &Beside) -> Result<()> {
        match self {
            Self::Shadow => files::remove(&files.shadow),
            Self::UnfinishedPrevious => files::remove(&files.previous_new),
            Self::PreviousIsLive => files::remove(&files.previous),
            Self::ReplacedCopy => {
                files::rename(&files.previous_new, &files.previous).map_err(|error| {
                    let doing = format!("keep {}", files.previous_new.display());
                    Error::from_source(Kind::Target, doing, error)
                        .hint("check the permissions of the folder")
                })
            }
        }
    }
}
