//! Restores of a group: of one moment, and put live together once all are ready.

use crate::meeting::{Seat, retold};
use crate::site::{Site, SourceOfRestore};
use crate::steps::Steps;
use crate::weir::Weir;
use jiff::Timestamp;
use std::time::{Duration, Instant};
use weir_engine::{Cancel, Context, Live};
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_model::run::Failure;

/// How long undoing a swap may take, whatever the deadline of the job.
const UNDO_WITHIN: Duration = Duration::from_secs(600);

/// The seat of a restore.
pub(crate) struct Swapping {
    pub(super) seat: Seat<Option<Chosen>>,
    group: String,
}

/// The backup that one restore of the group has chosen.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    backup: String,
    created: Timestamp,
    moment: Option<(String, String)>,
}

impl Chosen {
    fn in_words(&self) -> String {
        let Self {
            backup, created, ..
        } = self;
        match &self.moment {
            Some((group, moment)) => format!("{backup} is of the moment {moment} of {group}"),
            None => format!("{backup}, of {created}, was made alone"),
        }
    }
}

impl Swapping {
    pub(super) fn new(seat: Seat<Option<Chosen>>, group: &str) -> Self {
        Self {
            seat,
            group: group.to_owned(),
        }
    }

    /// Waits for the turn to take the lease: all runs of a group take theirs in one order.
    ///
    /// # Errors
    /// What keeps another of the group from it; `interrupted`, `deadline`.
    pub(crate) async fn turn(&self, site: &Site, context: &Context) -> Result<()> {
        self.seat.turn(&self.doing(site), context).await
    }

    /// Waits until everybody has its lease, and has chosen a backup; refuses backups that were not
    /// made at one moment.
    ///
    /// # Errors
    /// `no-backup`; what keeps another of the group from it; `interrupted`, `deadline`.
    pub(crate) async fn agree(
        &self,
        site: &Site,
        source: &SourceOfRestore,
        manifest: &Manifest,
        context: &Context,
    ) -> Result<()> {
        let moment = manifest.group.as_ref();
        let chosen = Chosen {
            backup: source.reference(&manifest.backup),
            created: manifest.created,
            moment: moment.map(|group| (group.name.clone(), group.moment.clone())),
        };
        let doing = self.doing(site);
        let said = self.seat.say(Some(chosen), &doing, context).await?;
        let all: Vec<Chosen> = said.into_iter().flatten().collect();
        let of_one =
            |(one, other): (&Chosen, &Chosen)| one.moment.is_some() && one.moment == other.moment;
        if all.iter().zip(all.iter().skip(1)).all(of_one) {
            return Ok(());
        }
        let words: Vec<String> = all.iter().map(Chosen::in_words).collect();
        let cause = format!(
            "the backups were not made at one moment: {}",
            words.join("; ")
        );
        Err(Error::new(Kind::NoBackup, doing, cause).hint(format!(
            "back the group up upstream: `weir run {}/@{}`; `weir restore {}/{}` restores one alone",
            source.environment, self.group, site.environment, site.app
        )))
    }

    /// Waits until the shadows of all are proven.
    ///
    /// # Errors
    /// What keeps another of the group from it; `interrupted`, `deadline`.
    pub(crate) async fn ready(&self, site: &Site, steps: &mut Steps<'_>) -> Result<()> {
        steps.announce(&format!("wait until the group {} is ready", self.group));
        let doing = self.doing(site);
        self.seat.say(None, &doing, steps.context()).await?;
        Ok(())
    }

    /// Waits until everybody may still write its target, and then for the turn to swap: the first
    /// swap that fails leaves all that come later undone.
    ///
    /// # Errors
    /// What keeps another of the group from it; `interrupted`, `deadline`.
    pub(crate) async fn may_swap(&self, site: &Site, context: &Context) -> Result<()> {
        let doing = self.doing(site);
        self.seat.say(None, &doing, context).await?;
        self.seat.turn(&doing, context).await
    }

    /// Waits until all have swapped.
    ///
    /// # Errors
    /// What went wrong with another: the swap is then to be undone.
    pub(crate) async fn swapped(&self, site: &Site, context: &Context) -> Result<()> {
        let doing = self.doing(site);
        let context = undisturbed(context);
        self.seat.say(None, &doing, &context).await?;
        Ok(())
    }

    /// The swap is off, and here the live copy is as it was: says how things stand with all.
    pub(crate) async fn called_off(&self, error: Error) -> Error {
        self.seat.break_up(&Failure::from(&error));
        self.with_stock(error, "as it was").await
    }

    /// Undoes a swap, for another of the group could not swap; says how things stand with all.
    pub(crate) async fn undo(
        &self,
        weir: &Weir,
        site: &Site,
        (live, backup): (&Live, &str),
        error: Error,
        context: &Context,
    ) -> Error {
        let context = undisturbed(context);
        let standing = match live.previous_kept {
            false => format!("the new copy of {backup}, for the one it replaced is not kept"),
            true => match roll_back(weir, site, &live.stamp.run, &context).await {
                Ok(()) => "as it was, rolled back".to_owned(),
                Err(error) => {
                    format!("the new copy of {backup}, which could not be rolled back: {error}")
                }
            },
        };
        self.with_stock(error, &standing).await
    }

    async fn with_stock(&self, error: Error, standing: &str) -> Error {
        let stock = self.seat.take_stock(standing).await;
        let stock: Vec<String> = stock
            .into_iter()
            .map(|(name, standing)| format!("{name}: {standing}"))
            .collect();
        let cause = format!("{}; now live are {}", error.cause(), stock.join("; "));
        retold(&Failure::from(&error), error.doing(), cause)
    }

    fn doing(&self, site: &Site) -> String {
        format!("restore {} with its group {}", site.describe(), self.group)
    }
}

/// Puts the replaced copy of a target back, under a lease of its own.
async fn roll_back(weir: &Weir, site: &Site, run: &str, context: &Context) -> Result<()> {
    let state = weir.stores(&site.environment, context).await?.state;
    let lease = weir.lease(&state, site, run, context).await?;
    let token = lease.token();
    let rolled_back = site.engine.rollback(&site.endpoint, token, context).await;
    if let Err(error) = lease.release().await {
        context.warn(format!(
            "the lease could not be released, it will run out: {error}"
        ));
    }
    rolled_back.map(drop)
}

/// For what must be brought to its end although the run was told to stop.
fn undisturbed(context: &Context) -> Context {
    let context = context.clone().with_cancel(Cancel::default());
    context.with_deadline(Instant::now().checked_add(UNDO_WITHIN))
}
