//! Who a database file is: its inode, and its path on this host.

use crate::config::{Place, Subject};
use std::os::unix::fs::MetadataExt as _;
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::identity::Identity;

/// The facts: `path`, and `file` once there is one. The path is told with its host, because
/// many hosts keep a database at one path.
pub(crate) fn identity(place: &Place, context: &Context) -> Result<Identity> {
    let path = format!("{}:{}", host(), place.live().display());
    let identity = Identity::default().with("path", path);
    match std::fs::metadata(place.live()) {
        Ok(found) => Ok(identity.with("file", format!("{}:{}", found.dev(), found.ino()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(identity),
        Err(error) => Err(Subject::new(place.live(), Kind::Source, context).io("identify", error)),
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
