//! Who a database file is: its inode and when that was made, and its path on this host.

use crate::config::{Place, Subject};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::time::UNIX_EPOCH;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;

/// The facts: `path`, and `file` once there is one. The path is told with its host, because
/// many hosts keep a database at one path.
pub(crate) fn identity(place: &Place, context: &Context) -> Result<Identity> {
    let path = format!("{}:{}", host(), place.live().display());
    let identity = Identity::default().with("path", path);
    match std::fs::metadata(place.live()) {
        Ok(found) => Ok(identity.with("file", file(&found))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(identity),
        Err(error) => Err(Subject::new(place.live(), Kind::Source, context).io("identify", error)),
    }
}

/// `DEVICE:INODE:BORN`, in nanoseconds since 1970. Without its birth, a file that gets the number of
/// a deleted one would pass for it; not every file system tells it.
fn file(found: &Metadata) -> String {
    let inode = format!("{}:{}", found.dev(), found.ino());
    let born = found.created().ok();
    match born.and_then(|time| time.duration_since(UNIX_EPOCH).ok()) {
        Some(age) => format!("{inode}:{}", age.as_nanos()),
        None => inode,
    }
}

/// Refuses facts that [`identity`] would never tell, so that a source named by hand is known again:
/// `path`, and perhaps `file`.
pub(crate) fn refuse_other_facts(source: &Identity) -> Result<()> {
    let cause = match source.facts().find(|(fact, value)| !is_told(fact, value)) {
        Some((fact, _)) => format!("{fact:?} is no fact of an SQLite database, or not in its form"),
        None if source.facts().any(|(fact, _)| fact == "path") => return Ok(()),
        None => "its path is not told".to_owned(),
    };
    Err(
        Error::new(Kind::Usage, "name the source of the dump", cause).hint(format!(
            "name the host and the file it was copied from: `path={}:/srv/app.db`",
            host()
        )),
    )
}

fn is_told(fact: &str, value: &str) -> bool {
    match (fact, value.split_once(':')) {
        ("path", Some((host, path))) => {
            !host.is_empty() && path.starts_with('/') && !path.ends_with('/')
        }
        ("file", Some(_)) => {
            value.split(':').count() <= 3
                && value
                    .split(':')
                    .all(|number| number.parse::<u128>().is_ok())
        }
        _ => false,
    }
}

/// Whether there is a database.
pub(crate) fn exists(place: &Place, context: &Context) -> Result<bool> {
    match std::fs::metadata(place.live()) {
        Ok(found) => Ok(found.len() > 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Subject::new(place.live(), Kind::Source, context).io("look for", error)),
    }
}

fn host() -> String {
    ["/etc/hostname", "/proc/sys/kernel/hostname"]
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}
