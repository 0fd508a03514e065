//! Whether a run would get through: the file, its folder, the room on both disks.

mod folder;

use crate::catalog;
use crate::config::{Database, Place};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::SystemTime;
use weir_engine::{Context, Finding, Purpose};
use weir_model::error::{Error, Kind, Result};

/// Looks at the place, changing nothing.
pub(crate) fn diagnose(
    place: &Place,
    purpose: Purpose,
    expected_bytes: u64,
    context: &Context,
) -> Result<Vec<Finding>> {
    let size = std::fs::metadata(place.live()).map_or(0, |found| found.len());
    let mut findings = Vec::new();
    if place.has_database() {
        findings.push(read(place, context));
    } else {
        findings.push(missing(place, purpose));
    }
    if purpose == Purpose::Target {
        findings.extend(target(place, expected_bytes.max(size), size));
    }
    findings.extend(folder::network(place.folder()));
    if place.folder().is_dir() {
        let copy = expected_bytes.max(size);
        findings.push(Finding::room(&context.scratch, copy, "a private copy"));
    }
    context.check("look at the database")?;
    Ok(findings)
}

/// Enters the database as a backup does, and reads what it holds by name.
fn read(place: &Place, context: &Context) -> Finding {
    let looked = Database::read(place.live(), Kind::Source, context).and_then(|database| {
        let catalog = catalog::read(&database)?;
        Ok((catalog.tables.len(), database.is_wal()?))
    });
    match looked {
        Ok((tables, is_wal)) => Finding::well(format!(
            "{} is read by the built-in SQLite {} ({tables} tables, {}): no client is needed",
            place.live().display(),
            rusqlite::version(),
            if is_wal {
                "with a write-ahead log"
            } else {
                "without a write-ahead log"
            }
        )),
        Err(error) => unreadable(place, &error),
    }
}

fn unreadable(place: &Place, error: &Error) -> Finding {
    let live = place.live().display();
    let fix = if folder::may(place.live(), rustix::fs::Access::READ_OK) {
        error
            .hint_text()
            .unwrap_or("check `url` of the app")
            .to_owned()
    } else {
        format!("sudo setfacl -m u:{}:r {live}", folder::user())
    };
    Finding::failure(format!("{live} cannot be read: {}", error.cause()), fix)
}

fn missing(place: &Place, purpose: Purpose) -> Finding {
    let live = place.live().display();
    match purpose {
        Purpose::Target => Finding::note(format!(
            "{live} is not there yet: the first restore makes it, for its own user only"
        )),
        Purpose::Source => Finding::failure(
            format!("there is no database at {live}"),
            "check `url` of the app, and that the disk is mounted",
        ),
    }
}

/// What a restore needs at the target.
fn target(place: &Place, expected: u64, live: u64) -> Vec<Finding> {
    let mut findings = vec![folder::writable(place.folder())];
    if let Err(error) = place
        .refuse_long_name()
        .and_then(|()| place.refuse_orphans())
    {
        let fix = error.hint_text().unwrap_or("look at the folder");
        findings.push(Finding::failure(error.cause(), fix));
    }
    if place.has_database() {
        findings.push(owned(place.live()));
    }
    let kept = std::fs::metadata(place.previous());
    if let Ok(kept) = &kept {
        findings.push(previous(kept));
    }
    if place.folder().is_dir() {
        // The previous copy goes before the next load, and makes room.
        let freed = kept.map_or(0, |kept| kept.len());
        let needed = expected.saturating_add(live).saturating_sub(freed);
        let what_for = "a new copy beside the live one, which becomes the previous one,";
        findings.push(Finding::room(place.folder(), needed, what_for));
    }
    findings
}

/// A swap writes into the live file, so that its owner and mode stay as they are.
fn owned(live: &Path) -> Finding {
    let path = live.display();
    if !folder::may(live, rustix::fs::Access::WRITE_OK) {
        let user = folder::user();
        return Finding::failure(
            format!("{path} cannot be written by this user"),
            format!("sudo setfacl -m u:{user}:rw {path}"),
        );
    }
    match std::fs::metadata(live) {
        Ok(found) => Finding::well(format!(
            "{path} can be written, and keeps its owner ({}:{}) and mode ({:04o})",
            found.uid(),
            found.gid(),
            found.mode() & 0o7777
        )),
        Err(error) => Finding::failure(format!("{path}: {error}"), format!("ls -l {path}")),
    }
}

fn previous(kept: &std::fs::Metadata) -> Finding {
    let age = kept
        .modified()
        .ok()
        .and_then(|made| SystemTime::now().duration_since(made).ok())
        .map_or(0, |age| age.as_secs() / 3_600);
    Finding::note(format!(
        "a previous copy of {} bytes is kept, last written {age} hours ago",
        kept.len()
    ))
}
