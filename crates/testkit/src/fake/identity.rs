//! Who a database is: the file's place on its host. A rename puts a new file there at every
//! swap, so its number on the disk says nothing.

use super::config;
use weir_engine::Endpoint;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;

pub(super) fn identity(endpoint: &Endpoint) -> Result<Identity> {
    let path = config::path(endpoint)?;
    let doing = || format!("identify the database {}", path.display());
    let unnamed = || Error::new(Kind::Config, doing(), "the url names no file");
    let folder = path.parent().ok_or_else(unnamed)?;
    let name = path.file_name().ok_or_else(unnamed)?;
    let folder = folder.canonicalize().map_err(|error| {
        Error::from_source(Kind::Source, doing(), error)
            .hint("check `url`, and that its disk is mounted")
    })?;
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").map_err(|error| {
        Error::from_source(Kind::Source, doing(), error).hint("make /proc readable")
    })?;
    let place = folder.join(name);
    Ok(Identity::default().with("path", format!("{}:{}", host.trim(), place.display())))
}
