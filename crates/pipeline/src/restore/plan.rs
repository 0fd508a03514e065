//! What a restore decides before it changes anything.

use super::{Direction, source};
use crate::drift::Drift;
use crate::encrypted;
use crate::guard::{self, Arrival};
use crate::origin::{self, Arriving};
use crate::sanitise::proof::{self, Server};
use crate::sanitise::{self, BoundMasker};
use crate::site::Site;
use crate::weir::Weir;
use std::sync::Arc;
use weir_engine::{Context, Masker as _, Script};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Proof;
use weir_model::sanitising::{Mark, State};
use weir_store::{BackupReader, Choice, Chosen};

/// Everything a restore has decided before it changes anything.
pub(crate) struct RestorePlan {
    pub(crate) chosen: Chosen,
    /// What reads the backup; proven to have the key to it.
    pub(crate) reader: BackupReader,
    pub(crate) mark: Mark,
    pub(crate) masker: Option<Arc<BoundMasker>>,
    pub(crate) scripts: Vec<Script>,
    pub(crate) because: Vec<String>,
    /// What could not be proven of what the rules write.
    pub(super) doubts: Vec<String>,
}

impl RestorePlan {
    /// The newer backups that do not count, and why: an operator should look at each.
    pub(crate) fn passed_over(&self) -> impl Iterator<Item = String> {
        self.chosen
            .passed_over
            .iter()
            .map(|passed| format!("passed over {}: {}", passed.backup, passed.reason))
    }

    /// Why it is as it is, and which backups were passed over.
    pub(crate) fn told(&self) -> Vec<String> {
        let because = self.because.iter().cloned();
        let doubts = self.doubts.iter().cloned();
        because.chain(doubts).chain(self.passed_over()).collect()
    }

    /// Who signed, when it was nobody the environment trusts. Where any data may go that is no
    /// reason to refuse; but an edit of what no row proves (times, lineage, identity) looks so.
    pub(super) fn untrusted(&self) -> Option<String> {
        let signature = self.chosen.read.signature;
        let backup = &self.chosen.read.manifest.backup;
        (!signature.is_trusted()).then(|| {
            format!("{backup} is {signature}: what its manifest says of its origin proves nothing")
        })
    }
}

/// Chooses the backup and checks every rule that can be checked without moving data.
pub(crate) async fn plan(
    weir: &Weir,
    site: &Site,
    choice: &Choice,
    direction: Direction,
    arriving: Arriving,
    context: &Context,
) -> Result<RestorePlan> {
    let source = source(site, direction)?;
    let chosen = origin::choose(weir, site, &source, choice, arriving, context).await?;
    let manifest = &chosen.read.manifest;
    if manifest.engine != site.engine.name() {
        return Err(Error::new(
            Kind::Guard,
            format!("restore {}", manifest.backup),
            format!(
                "it holds a {} database, the target is {}",
                manifest.engine,
                site.engine.name()
            ),
        )
        .hint("name a backup of the same engine, or correct `from` of the app"));
    }
    let target = site.engine.identity(&site.endpoint, context).await?;
    if direction == Direction::Downstream {
        guard::not_onto_source(manifest, &target, site.acknowledged_clone.as_ref())?;
    }
    let scripts = if direction == Direction::Downstream {
        site.scripts()?
    } else {
        Vec::new()
    };
    let mut drift = None;
    let masker = match direction {
        Direction::Downstream => {
            drift = sanitise::drift(weir, site, manifest, context).await;
            let bound = sanitise::bind_to(site, &manifest.catalog, weir.now(), context);
            let bound = bound.map_err(|error| sanitise::with_drift(error, drift.as_ref()))?;
            bound.map(Arc::new)
        }
        Direction::Recover => None,
    };
    let mark = Arrival {
        manifest,
        trusted: chosen.read.signature.is_trusted(),
        clean_only: site.clean_only,
        ruleset: masker.as_ref().map(|masker| masker.mark()),
        voucher: site.voucher.clone(),
        today: weir.now().to_zoned(jiff::tz::TimeZone::UTC).date(),
    }
    .mark()?;
    // Only what may come here is shown to the target's server.
    let doubts = match direction {
        Direction::Downstream => {
            proof::doubts(site, &manifest.catalog, Server::At(site), context).await?
        }
        Direction::Recover => Vec::new(),
    };
    let store = weir.source_store(&source, context).await?;
    let reader =
        encrypted::reader(weir, &store, manifest.clone(), &site.environment, context).await?;
    let mut because = because(weir, &chosen, &mark, masker.is_some(), &scripts);
    because.extend(drift.iter().flat_map(Drift::lines));
    Ok(RestorePlan {
        chosen,
        reader,
        mark,
        masker,
        scripts,
        because,
        doubts,
    })
}

fn because(
    weir: &Weir,
    chosen: &Chosen,
    mark: &Mark,
    masked: bool,
    scripts: &[Script],
) -> Vec<String> {
    let manifest = &chosen.read.manifest;
    let age = weir.now().duration_since(manifest.data_as_of);
    let mut because = vec![format!(
        "{} is the newest whole backup that fits: {} rows in {} tables, data {} old",
        manifest.backup,
        manifest.rows(),
        manifest.tables.len(),
        crate::words::age(age)
    )];
    if manifest.proof == Proof::Adopted {
        because.push(format!(
            "it was adopted: others made it from {}, Weir read it to its end",
            guard::in_words(&manifest.identity)
        ));
    }
    because.push(match mark.state {
        State::Sanitised if masked => "every row is masked on its way in".to_owned(),
        state => format!("the copy will be marked {state}"),
    });
    for script in scripts {
        because.push(format!("{} runs in the shadow", script.name));
    }
    because
}
