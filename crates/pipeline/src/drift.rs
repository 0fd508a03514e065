//! Drift: how a source's schema has changed since data last went through an app's ruleset. The
//! backup that the last such run read is named by its record, and its manifest still says what the
//! schema was: nothing is kept for this alone.

mod diff;

use crate::origin;
use crate::site::Site;
use crate::site_builder::trusted_keys;
use crate::weir::Weir;
use serde::Serialize;
use std::fmt;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::catalog::Catalog;
use weir_model::error::{Kind, Result};
use weir_model::run::{Failure, Step};
use weir_model::sanitising::State;
use weir_store::BackupName;

pub use diff::{Change, ChangeKind};

/// The operations that put data through a ruleset.
const SANITISING: [OperationKind; 3] = [
    OperationKind::Restore,
    OperationKind::Publish,
    OperationKind::PublishLive,
];

/// How the schema has changed.
#[derive(Debug, Clone, Serialize)]
pub struct Drift {
    /// The backup that went through the rules last, as `ENVIRONMENT:INSTANCE/FOLDER`.
    pub since: String,
    /// What is not as it was in it, in the order of the schema.
    pub changes: Vec<Change>,
    /// Why that cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

impl Drift {
    /// The changes and what they are measured against, a line each; nothing when there is none.
    pub(crate) fn lines(&self) -> Vec<String> {
        if let Some(why) = &self.unknown {
            return vec![format!("what has changed since {}: {why}", self.since)];
        }
        if self.changes.is_empty() {
            return Vec::new();
        }
        let head = format!("{HEAD}{}, which went through the rules last:", self.since);
        let changes = self.changes.iter().map(|change| format!("  {change}"));
        std::iter::once(head).chain(changes).collect()
    }
}

/// How the lines begin that tell of drift.
const HEAD: &str = "the schema is not as it was in ";

/// Whether a failure was told with what has changed in the schema: most often that is why.
#[must_use]
pub fn is_behind(failure: &Failure) -> bool {
    failure.kind == Kind::Sanitise.slug()
        && failure
            .hint
            .as_ref()
            .is_some_and(|hint| hint.contains(HEAD))
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines().join("\n"))
    }
}

/// How `catalog` differs from what the rules of `site` were last applied to; `None` when they
/// never were.
pub(crate) async fn since_last_run(
    weir: &Weir,
    site: &Site,
    catalog: &Catalog,
    context: &Context,
) -> Option<Drift> {
    let step = last_run(weir, site, context).await.ok()??;
    let since = step.backup.clone()?;
    let (changes, unknown) = match catalog_of(weir, site, &step, context).await {
        Ok(Some(before)) => (diff::changes(&before, catalog), None),
        Ok(None) => (Vec::new(), Some("it is no longer stored".to_owned())),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    Some(Drift {
        since,
        changes,
        unknown,
    })
}

/// The newest run that put the database's data through rules.
async fn last_run(weir: &Weir, site: &Site, context: &Context) -> Result<Option<Step>> {
    let state = weir.stores(&site.environment, context).await?.state;
    let status = weir_store::read_status(&state, &site.environment, &site.app).await?;
    let successes = status.entries.into_iter().filter_map(|entry| {
        let step = entry.last_success?;
        let sanitised = step.sanitising == Some(State::Sanitised)
            && step.database == site.endpoint.database
            && SANITISING.iter().any(|kind| kind.name() == step.operation);
        sanitised.then_some(step)
    });
    Ok(successes.max_by_key(|step| step.ended))
}

/// What the backup of such a run held, if it is still there. What was published has the name of
/// the backup it was made from, which says more: it still has what the rules leave out.
async fn catalog_of(
    weir: &Weir,
    site: &Site,
    step: &Step,
    context: &Context,
) -> Result<Option<Catalog>> {
    let key = step.backup.as_deref().and_then(|name| name.split_once(':'));
    let Some(name) = key.and_then(|(_, key)| BackupName::parse(key)) else {
        return Ok(None);
    };
    let sources = if step.operation == OperationKind::Restore.name() {
        vec![origin::of_rules(site)]
    } else {
        vec![site.own_source(), site.published_source()]
    };
    let trusted = trusted_keys(weir, &site.environment, context).await?;
    for source in sources {
        let store = weir.source_store(&source, context).await?;
        if let Some(read) = weir_store::read_manifest(&store, &name, &trusted).await? {
            return Ok(Some(read.manifest.catalog));
        }
    }
    Ok(None)
}
