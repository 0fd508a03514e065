//! The rules of what is published.

use super::Drift;
use crate::sanitise::{self, BoundMasker};
use crate::site::Site;
use jiff::Timestamp;
use weir_engine::{Context, Masker as _, ShadowStep};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::RulesetMark;

/// The rules of a site, bound to what is about to be published.
///
/// # Errors
/// `sanitise` without rules, for rules that do not fit, and for those that need more than a row
/// at a time.
pub(super) fn bound(
    site: &Site,
    catalog: &Catalog,
    now: Timestamp,
    drift: Option<&Drift>,
    context: &Context,
) -> Result<BoundMasker> {
    let bound = sanitise::bind_to(site, catalog, now, context);
    let masker = bound
        .map_err(|error| sanitise::with_drift(error, drift))?
        .ok_or_else(|| {
            Error::new(
                Kind::Sanitise,
                format!("publish {}", site.describe()),
                "it has no rules, and only what is sanitised is published",
            )
            .hint("add `sanitise: rules.yaml` to the app")
        })?;
    refuse_steps(site, masker.steps())?;
    Ok(masker)
}

/// What takes more than one row to decide is done in the shadow of a restore; here is none.
fn refuse_steps(site: &Site, steps: &[ShadowStep]) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let steps: Vec<String> = steps.iter().map(in_words).collect();
    Err(Error::new(
        Kind::Sanitise,
        format!("publish {}", site.describe()),
        format!(
            "its rules need all rows of a table at hand, which only a restore has: {}",
            steps.join(", ")
        ),
    )
    .hint(
        "write these rules in another way, or sanitise on a restore: an environment with \
         `sanitise` backs up what is sanitised",
    ))
}

fn in_words(step: &ShadowStep) -> String {
    match step {
        ShadowStep::RemoveOrphans { table, parent, .. } => {
            format!("remove the rows of {table} without one in {parent}")
        }
        ShadowStep::Shuffle { table, column, .. } => format!("shuffle {table}.{column}"),
    }
}

/// What becomes of what is published, in words.
pub(super) fn told(site: &Site, rules: &RulesetMark, drift: Option<&Drift>) -> Vec<String> {
    let mut told = vec![format!(
        "every row goes through {} ({} columns masked, {} kept on purpose), and it is marked sanitised",
        rules.name, rules.masked, rules.kept
    )];
    told.push(match &site.published_to {
        Some(recipients) => format!("it is encrypted to {}", recipients.names().join(", ")),
        None => "it is not encrypted".to_owned(),
    });
    if site.signing_key.is_none() {
        told.push(
            "the environment has no `signing_key`: nobody downstream can trust its mark".to_owned(),
        );
    }
    told.extend(drift.map(Drift::lines).unwrap_or_default());
    told
}

/// An engine that keeps its backups in a repository of its own writes no parts to publish.
pub(super) fn native(site: &Site) -> Error {
    Error::new(
        Kind::Unsupported,
        format!("publish {}", site.describe()),
        format!(
            "{} keeps its backups in a repository of its own",
            site.engine.name()
        ),
    )
    .hint("sanitise on a restore instead")
}
