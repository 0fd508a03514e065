use super::place::Place;
use std::path::Path;
use weir_engine::Endpoint;
use weir_model::error::{Error, Kind, Result};

/// A file of its own in `folder`, named by an address.
///
/// # Errors
/// `config` when an address cannot name the folder.
pub(crate) fn scratch_endpoint(endpoint: &Endpoint, folder: &Path) -> Result<Endpoint> {
    let doing = || format!("make a scratch copy in {}", folder.display());
    let hint = "name another folder for temporary files in TMPDIR";
    let name = folder.to_str().ok_or_else(|| {
        Error::new(Kind::Config, doing(), "the folder's name is not UTF-8").hint(hint)
    })?;
    let scratch = Endpoint {
        url: format!("sqlite://{name}/scratch.db"),
        ..endpoint.clone()
    };
    Place::of(&scratch)
        .map_err(|error| Error::from_source(Kind::Config, doing(), error).hint(hint))?;
    Ok(scratch)
}
