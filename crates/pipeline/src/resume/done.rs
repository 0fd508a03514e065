//! What the runs that are continued have done to one database, by the evidence.

use super::{Earlier, EarlierRun};
use crate::origin;
use crate::site::Site;
use crate::weir::Weir;
use jiff::Timestamp;
use weir_config::OperationKind;
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::manifest::Manifest;
use weir_model::run::{Outcome, Step};
use weir_model::stamp::Stamp;

/// An operation that an earlier run has done.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    /// Which run.
    pub(crate) by: String,
    /// The step as that run recorded it, or as it would have.
    pub(crate) step: Step,
}

/// What one database inherits: operations are done as far as they are done in their order.
pub(crate) struct Heritage<'a> {
    /// Newest first; shorter with every restore found: what was done before it was to another
    /// copy.
    runs: &'a [EarlierRun],
}

impl<'a> Heritage<'a> {
    pub(crate) fn of(earlier: &'a Earlier) -> Self {
        Self {
            runs: &earlier.runs,
        }
    }

    /// The restore, when the live copy's stamp is of one of the runs.
    pub(crate) fn restored(&mut self, site: &Site, stamp: Option<&Stamp>) -> Option<Done> {
        let stamp = stamp.filter(|stamp| stamp.environment == site.environment)?;
        let at = self
            .runs
            .iter()
            .position(|run| run.started.run == stamp.run)?;
        self.runs = self.runs.get(..=at)?;
        let run = self.runs.get(at)?;
        let step = recorded(run, OperationKind::Restore, site).unwrap_or_else(|| Step {
            backup: stamp.hops.last().map(|hop| match &site.source {
                Some(source) if source.environment == hop.environment => {
                    source.reference(&hop.backup)
                }
                _ => format!("{}:{}", hop.environment, hop.backup),
            }),
            data_as_of: Some(stamp.data_as_of),
            sanitising: Some(stamp.sanitising.state),
            token: Some(stamp.token.0),
            // When it was done nobody wrote down: not before the run began.
            ..unrecorded(OperationKind::Restore, site, run.started.at)
        });
        Some(Done {
            by: stamp.run.clone(),
            step,
        })
    }

    /// The copy of a backup, as it was or sanitised, or a drill, when one of the runs recorded it.
    /// A copy that was made and not recorded is made again, which finds all of it there.
    fn as_recorded(&self, site: &Site, operation: OperationKind) -> Option<Done> {
        self.runs.iter().find_map(|run| {
            Some(Done {
                by: run.started.run.clone(),
                step: recorded(run, operation, site)?,
            })
        })
    }

    /// The scripts, which ran inside the restore.
    pub(crate) fn transformed(&self, site: &Site, restored: &Done) -> Done {
        let recorded = self
            .runs
            .iter()
            .find(|run| run.started.run == restored.by)
            .and_then(|run| recorded(run, OperationKind::Transform, site));
        let step = recorded.unwrap_or_else(|| Step {
            operation: OperationKind::Transform.name().to_owned(),
            number: restored.step.number.saturating_add(1),
            backup: None,
            bytes: 0,
            ..restored.step.clone()
        });
        Done {
            by: restored.by.clone(),
            step,
        }
    }

    /// The backup of the database, when a whole one that can be chosen names one of the runs.
    ///
    /// # Errors
    /// `store`.
    async fn backed_up(
        &self,
        weir: &Weir,
        site: &Site,
        operation: OperationKind,
        context: &Context,
    ) -> Result<Option<Done>> {
        let source = match operation.publishes() {
            true => site.published_source(),
            false => site.own_source(),
        };
        let Some(since) = self.runs.iter().map(|run| run.started.at).min() else {
            return Ok(None);
        };
        let ids: Vec<&str> = self
            .runs
            .iter()
            .map(|run| run.started.run.as_str())
            .collect();
        let store = weir.store_of_origin(&source, context).await?;
        let wanted = origin::wanted(site, &source);
        let chosen = weir_store::made_by(&store, &wanted, &ids, since).await?;
        Ok(chosen.and_then(|chosen| {
            let reference = source.reference(&chosen.read.manifest.backup);
            self.backup_of(site, operation, &chosen.read.manifest, reference)
        }))
    }

    fn backup_of(
        &self,
        site: &Site,
        operation: OperationKind,
        manifest: &Manifest,
        reference: String,
    ) -> Option<Done> {
        let run = self
            .runs
            .iter()
            .find(|run| run.started.run == manifest.run)?;
        let step = recorded(run, operation, site).unwrap_or_else(|| Step {
            backup: Some(reference),
            data_as_of: Some(manifest.data_as_of),
            sanitising: Some(manifest.sanitising.state),
            bytes: manifest.stored_bytes(),
            rows: manifest.rows(),
            ..unrecorded(operation, site, manifest.created)
        });
        Some(Done {
            by: manifest.run.clone(),
            step,
        })
    }

    /// What an operation would find done, changing nothing.
    ///
    /// # Errors
    /// `source`, `store`.
    pub(crate) async fn look(
        &mut self,
        weir: &Weir,
        site: &Site,
        operation: OperationKind,
        context: &Context,
    ) -> Result<Option<Done>> {
        match operation {
            OperationKind::Restore => {
                let stamp = site.engine.stamp(&site.endpoint, context).await?;
                Ok(self.restored(site, stamp.as_ref()))
            }
            OperationKind::Backup | OperationKind::PublishLive => {
                self.backed_up(weir, site, operation, context).await
            }
            OperationKind::Replicate | OperationKind::Publish | OperationKind::Drill => {
                Ok(self.as_recorded(site, operation))
            }
            OperationKind::Transform | OperationKind::Recover => Ok(None),
        }
    }
}

/// The step as the run that did it recorded it, if it came so far.
fn recorded(run: &EarlierRun, operation: OperationKind, site: &Site) -> Option<Step> {
    run.steps
        .iter()
        .find(|step| {
            step.operation == operation.name()
                && step.database == site.endpoint.database
                && step.outcome == Outcome::Succeeded
                && step.done_by.is_none()
        })
        .cloned()
}

fn unrecorded(operation: OperationKind, site: &Site, at: Timestamp) -> Step {
    Step::begun(1, operation.name(), &site.endpoint.database, at)
}
