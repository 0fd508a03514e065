//! Binding an app's ruleset to the catalog of the backup it is about to be applied to.

pub mod check;
pub(crate) mod gate;
pub mod proof;
pub mod rules;
pub(crate) mod source;

pub use gate::in_words;

use crate::drift::{self, Drift};
use crate::site::Site;
use crate::weir::Weir;
use jiff::Timestamp;
use std::path::Path;
use weir_config::problem::Problems;
use weir_engine::{Context, Engine};
use weir_mask::{BoundRules, Key, Ruleset, Types};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_model::sanitising::RulesetMark;

/// Rules bound to one catalog.
pub(crate) type BoundMasker = BoundRules;

/// Reads and binds the ruleset of `site`, if it has one, for the run of `context`. Every column must be classified, or
/// nothing moves.
///
/// # Errors
/// `sanitise` with every problem found, `config` for a ruleset that cannot be read, `secret`.
pub(crate) fn bind_to(
    site: &Site,
    catalog: &Catalog,
    now: Timestamp,
    context: &Context,
) -> Result<Option<BoundMasker>> {
    let Some(path) = &site.ruleset else {
        return Ok(None);
    };
    let ruleset = read(path)?;
    let key = key(site)?;
    let types = types(site.engine.as_ref());
    let bound = bound(&ruleset, path, catalog, (&key, now, types))?;
    bound.begin(context.clone());
    Ok(Some(bound))
}

/// What declared types are worth in databases of an engine.
pub(crate) fn types(engine: &dyn Engine) -> Types {
    match engine.capabilities().enforces_types {
        true => Types::Enforced,
        false => Types::Hints,
    }
}

/// Binds a ruleset that was read from `path`, with a key and what its conditions call now.
///
/// # Errors
/// `sanitise` with every problem found.
pub(crate) fn bound(
    ruleset: &Ruleset,
    path: &Path,
    catalog: &Catalog,
    (key, now, types): (&Key, Timestamp, Types),
) -> Result<BoundMasker> {
    ruleset
        .bind_at(catalog, key, now, types)
        .map_err(|problems| refused(path, problems))
}

/// What is said of rules that do not fit what they meet.
fn refused(path: &Path, problems: Problems) -> Error {
    let doing = format!("apply the ruleset {}", path.display());
    Error::from_source(Kind::Sanitise, doing, problems)
        .hint("nothing was moved; correct the lines shown, then run again")
}

/// What the rows that went through say of themselves, once all of them have.
///
/// # Errors
/// `sanitise` when something was found that must not arrive.
pub(crate) fn verdict(masker: &BoundMasker) -> Result<RulesetMark> {
    masker.verdict()
}

/// How the schema has changed since the rules of `site` were last applied, if it has rules.
pub(crate) async fn drift(
    weir: &Weir,
    site: &Site,
    manifest: &Manifest,
    context: &Context,
) -> Option<Drift> {
    site.ruleset.as_ref()?;
    drift::since_last_run(weir, site, &manifest.catalog, context).await
}

/// A refusal by the rules, with what has changed: most often that is why.
pub(crate) fn with_drift(error: Error, drift: Option<&Drift>) -> Error {
    let lines = drift.map(Drift::lines).unwrap_or_default();
    if lines.is_empty() {
        return error;
    }
    let hint = error.hint_text().unwrap_or_default();
    let hint = format!("{hint}\n{}", lines.join("\n"));
    error.hint(hint)
}

/// Reads a ruleset file and those it names, which lie beside it.
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
    let beside = |path: &str| std::fs::read_to_string(path);
    Ruleset::parse_with(&text, &name, &beside).map_err(|problems| {
        Error::from_source(Kind::Config, doing, problems).hint("correct the lines shown")
    })
}

fn key(site: &Site) -> Result<Key> {
    let secret = site.masking_key.as_ref();
    let secret = secret.ok_or_else(|| without_key(&site.describe()))?;
    Key::parse(secret.reveal().as_bytes())
}

/// What is said where rows are to be masked and there is no key.
pub(crate) fn without_key(place: &str) -> Error {
    Error::new(
        Kind::Sanitise,
        format!("sanitise {place}"),
        "no masking key is configured",
    )
    .hint("set `masking_key: {file: …}` under the environment or under defaults; make one with `openssl rand -base64 32`")
}

/// Identifies the masking key without revealing it.
///
/// # Errors
/// `sanitise` when there is none.
pub(crate) fn key_id(site: &Site) -> Result<String> {
    key(site).map(|key| key.id())
}
