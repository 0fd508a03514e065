use std::io;
use std::path::Path;

/// The room of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes that this user may still write.
    pub free: u64,
}

impl Room {
    /// The room of the file system that `path`, which must exist, lies on.
    ///
    /// # Errors
    /// When the path is not there, or its file system does not tell.
    pub fn at(path: &Path) -> io::Result<Self> {
        let found = rustix::fs::statvfs(path)?;
        Ok(Self {
            free: found.f_bavail.saturating_mul(found.f_frsize),
        })
    }
}
