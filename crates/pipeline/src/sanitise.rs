//! Binding an app's ruleset to the catalog of the backup it is about to be applied to.

use crate::site::Site;
use std::path::Path;
use weir_config::problem::Problems;
use weir_mask::{BoundRules, Key, Ruleset};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;

/// Rules bound to one catalog.
pub(crate) type BoundMasker = BoundRules;

/// Reads and binds the ruleset of `site`, if it has one. Every column must be classified, or
/// nothing moves.
///
/// # Errors
/// `sanitise` with every problem found, `config` for a ruleset that cannot be read, `secret`.
pub(crate) fn bind(site: &Site, manifest: &Manifest) -> Result<Option<BoundMasker>> {
    let Some(path) = &site.ruleset else {
        return Ok(None);
    };
    let ruleset = read(path)?;
    let key = key(site)?;
    ruleset
        .bind(&manifest.catalog, &key)
        .map(Some)
        .map_err(|problems| sanitise_error(path, problems))
}

/// Reads a ruleset file.
///
/// # Errors
/// `config`.
pub fn read(path: &Path) -> Result<Ruleset> {
    let doing = format!("read the ruleset {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::from_source(Kind::Config, doing.clone(), error)
            .hint("correct `sanitise` of the app, or write the file it names")
    })?;
    let name = path.display().to_string();
    Ruleset::parse(&text, &name).map_err(|problems| {
        Error::from_source(Kind::Config, doing, problems).hint("correct the lines shown")
    })
}

fn key(site: &Site) -> Result<Key> {
    let secret = site.masking_key.as_ref().ok_or_else(|| {
        Error::new(
            Kind::Sanitise,
            format!("sanitise {}", site.describe()),
            "no masking key is configured",
        )
        .hint("set `masking_key: {file: …}` under the environment or under defaults; make one with `openssl rand -base64 32`")
    })?;
    Key::parse(secret.reveal().as_bytes())
}

/// Identifies the masking key without revealing it.
///
/// # Errors
/// `sanitise` when there is none.
pub(crate) fn key_id(site: &Site) -> Result<String> {
    key(site).map(|key| key.id())
}

fn sanitise_error(path: &Path, problems: Problems) -> Error {
    Error::from_source(
        Kind::Sanitise,
        format!("apply the ruleset {}", path.display()),
        problems,
    )
    .hint("nothing was moved; correct the lines shown, then run again")
}
