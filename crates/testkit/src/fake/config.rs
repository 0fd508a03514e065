//! From an endpoint to a file, past the password.

use super::document::Document;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use weir_engine::Endpoint;
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};

/// The file an endpoint's url names.
///
/// # Errors
/// `config`, when the url is none of this engine.
pub fn path(endpoint: &Endpoint) -> Result<PathBuf> {
    endpoint
        .url
        .strip_prefix("fake://")
        .filter(|path| path.starts_with('/'))
        .map(PathBuf::from)
        .ok_or_else(|| {
            Error::new(
                Kind::Config,
                format!("find the database {}", endpoint.database),
                "its url is not one of the fake engine",
            )
            .hint("write the url as `fake:///absolute/path.json`")
        })
}

/// A database of its own in `folder`.
pub(super) fn scratch_endpoint(endpoint: &Endpoint, folder: &Path) -> Endpoint {
    Endpoint {
        url: format!("fake://{}/scratch.json", folder.display()),
        ..endpoint.clone()
    }
}

/// The digest under which a database keeps its password.
#[must_use]
pub fn password_digest(password: &str) -> Digest {
    Digest::new("sha256", &Sha256::digest(password.as_bytes()))
}

/// The database, or `None` when there is none. `kind` says whether it is source or target.
pub(super) fn exists(endpoint: &Endpoint, kind: Kind) -> Result<Option<Document>> {
    let path = path(endpoint)?;
    let doing = || format!("enter the database {}", path.display());
    if !path.parent().is_some_and(std::path::Path::is_dir) {
        return Err(Error::new(kind, doing(), "its folder does not exist")
            .hint("check `url`, and that its disk is mounted"));
    }
    let Some(document) = Document::read(&path, kind)? else {
        return Ok(None);
    };
    let given = endpoint
        .password
        .as_ref()
        .map(|password| password_digest(password.reveal()));
    if document.password.is_some() && document.password != given {
        return Err(Error::new(kind, doing(), "the password is wrong")
            .hint("check the `password` of the app in this environment"));
    }
    Ok(Some(document))
}

/// The database, which must exist.
pub(super) fn read(endpoint: &Endpoint, kind: Kind) -> Result<Document> {
    exists(endpoint, kind)?.ok_or_else(|| {
        Error::new(
            kind,
            format!("read the database {}", endpoint.database),
            format!("there is no {}", endpoint.url),
        )
        .hint("check `url`, or make the database first")
    })
}
