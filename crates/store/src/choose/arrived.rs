//! Waiting for backups that are still arriving. What copies a bucket keeps no order: a manifest
//! comes before its parts, the pointer before the manifest, and some parts never come.

use super::{Choice, Chosen, PassedOver, Search, Wanted, look};
use crate::missing::Missing;
use crate::store::Store;
use std::time::Duration;
use tokio::time::Instant;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// How often it is looked, at the most and at the least.
const SOONEST: Duration = Duration::from_secs(1);
const LATEST: Duration = Duration::from_secs(30);

/// How long one waits for a backup that is still arriving, and what then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// When nothing more of it has come for so long, it never comes.
    pub wait: Duration,
    /// What then.
    pub incomplete: Incomplete,
}

/// What becomes of a choice when a newer backup never arrives whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The newest whole one is taken; the other is among those passed over.
    Previous,
    /// There is none to take.
    Fail,
}

/// Chooses a backup from a store that something else fills. While one that would be chosen is
/// there in part and more of it comes, it is waited for: until it is whole, until nothing has
/// come for as long as `patience` says by a clock that nobody sets, until the run's deadline,
/// or until the run is told to stop. What is waited for is told all the while.
///
/// # Errors
/// `no-backup`, also for a newer one that never arrives where `patience` says to fail; `store`;
/// `interrupted` and `deadline` as the context says.
pub async fn choose_arrived(
    store: &Store,
    wanted: &Wanted<'_>,
    choice: &Choice,
    patience: &Patience,
    context: &Context,
) -> Result<Chosen> {
    let mut watch = Watch {
        patience,
        seen: Vec::new(),
        since: Instant::now(),
    };
    loop {
        let search = look(store, wanted, choice).await?;
        let arriving = search.arriving();
        if arriving.is_empty() {
            return search.chosen(choice);
        }
        let left = watch.look(&arriving);
        if left.is_zero() {
            return search.given_up(choice, patience);
        }
        context.waiting(awaited(&arriving), left);
        watch.pause(context).await?;
    }
}

impl Search<'_> {
    /// Those that would be chosen once they are whole.
    fn arriving(&self) -> Vec<PassedOver> {
        let incomplete = |passed: &&PassedOver| passed.missing.is_some();
        self.passed_over
            .iter()
            .filter(incomplete)
            .cloned()
            .collect()
    }

    fn given_up(mut self, choice: &Choice, patience: &Patience) -> Result<Chosen> {
        let waited = patience.wait.as_secs();
        for passed in &mut self.passed_over {
            if passed.missing.is_some() && waited > 0 {
                passed.reason = format!("{}; nothing more came for {waited} s", passed.reason);
            }
        }
        let newest = self.passed_over.iter().find(|one| one.missing.is_some());
        match (patience.incomplete, newest) {
            (Incomplete::Fail, Some(newest)) if self.found.is_some() => Err(Error::new(
                Kind::NoBackup,
                self.doing(),
                format!("{} has not arrived: {}", newest.backup, newest.reason),
            )
            .hint(
                "look at what copies the backups here, and run the job again; take an older one \
                 with `--backup` or `--at`, or always with `incomplete: previous`",
            )),
            _ => self.chosen(choice),
        }
    }
}

/// What is waited for, in words: the newest, and how many besides.
fn awaited(arriving: &[PassedOver]) -> String {
    let to_come = |one: &PassedOver| {
        let missing = one.missing.as_ref().map(Missing::awaited);
        format!("{}: {}", one.backup, missing.unwrap_or_default())
    };
    let newest = arriving.first().map(to_come).unwrap_or_default();
    match arriving.len() {
        0 | 1 => newest,
        count => format!("{newest}; and {} older", count - 1),
    }
}

/// What has been seen to arrive.
struct Watch<'a> {
    patience: &'a Patience,
    seen: Vec<PassedOver>,
    /// When something last came.
    since: Instant,
}

impl Watch<'_> {
    /// For how long more one waits, now that so much has arrived.
    fn look(&mut self, arriving: &[PassedOver]) -> Duration {
        if self.seen != arriving {
            self.since = Instant::now();
            self.seen = arriving.to_vec();
        }
        self.left()
    }

    fn left(&self) -> Duration {
        self.patience.wait.saturating_sub(self.since.elapsed())
    }

    async fn pause(&self, context: &Context) -> Result<()> {
        let left = self.left();
        let pause = (self.patience.wait / 20).clamp(SOONEST, LATEST).min(left);
        let waited = async {
            tokio::time::sleep(pause).await;
            Ok(())
        };
        let doing = "wait for a backup to arrive";
        context.unless_stopped(doing, waited).await
    }
}
