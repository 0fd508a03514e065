//! Where pages and the API take what they show from: a picture of the fleet that is taken in the
//! background, so that nobody who looks waits for a store, and single runs and backups, which are
//! read when somebody asks for them.

mod backup;
mod backups;
mod drills;
mod holds;
mod looks;
mod overview;
mod run;
mod runs;
mod sanitising;
mod tonight;
mod uses;

pub use runs::RunFilter;

use super::{
    Backup, BackupList, Drills, Holds, Overview, Run, RunList, Sanitising, Tonight, Unreadable,
};
use crate::live::Live;
use crate::measures::Measures;
use crate::night::known::Known;
use jiff::Timestamp;
use looks::Looks;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use weir_engine::Context;
use weir_model::error::Result;
use weir_pipeline::Weir;
use weir_pipeline::status::{self, AppSummary, StatusReport};
use weir_scheduler::Rules;

/// How many views that read a store are answered at once: whoever looks takes little from the runs.
const MOST_READERS: usize = 4;
/// How old the picture gets while nothing happens.
const FRESH: Duration = Duration::from_secs(30);
/// How long a look at one environment may take before it is told that it gives no answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is to be shown of some environments of a fleet.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    weir: Arc<Weir>,
    environments: BTreeSet<String>,
    live: Live,
    /// Turns of those who ask for what is read from a store.
    turns: Semaphore,
    rules: Rules,
    /// What need not be read again for the night.
    handled: Known,
    /// By environment: who keeps it fresh waits there.
    touched: BTreeMap<String, Notify>,
    looks: Looks,
    picture: RwLock<Arc<Picture>>,
    /// Held while a picture is made: of two, the later one has seen more.
    drawing: Mutex<()>,
    measures: Measures,
}

/// The fleet as it was at one moment.
#[derive(Clone)]
struct Picture {
    overview: Overview,
    tonight: Tonight,
    sanitising: Sanitising,
    holds: Holds,
    drills: Drills,
    /// What the records say of each app, for the uses of backups.
    summaries: Vec<Arc<AppSummary>>,
}

impl Picture {
    /// Says of what is away when it was read.
    fn date(&mut self, looks: &Looks) {
        let lists = [
            &mut self.overview.unreadable,
            &mut self.tonight.unreadable,
            &mut self.sanitising.unreadable,
            &mut self.holds.unreadable,
            &mut self.drills.unreadable,
        ];
        for unreadable in lists.into_iter().flatten() {
            unreadable.as_of = looks.away_since(&unreadable.environment);
        }
    }

    /// What is known before anything was read.
    fn unread(environments: &BTreeSet<String>, at: Timestamp) -> Self {
        let unread = || unread(environments);
        Self {
            overview: overview::unread(environments, at),
            tonight: Tonight {
                from: at,
                to: at,
                at,
                entries: Vec::new(),
                warnings: Vec::new(),
                unreadable: unread(),
            },
            sanitising: Sanitising {
                at,
                rows: Vec::new(),
                unreadable: unread(),
            },
            holds: Holds {
                at,
                holds: Vec::new(),
                unreadable: unread(),
            },
            drills: Drills {
                at,
                rows: Vec::new(),
                unreadable: unread(),
            },
            summaries: Vec::new(),
        }
    }
}

impl Source {
    /// Shows these environments. Until the first [`Self::refresh`] nothing is known of them.
    #[must_use]
    pub fn new(weir: Arc<Weir>, environments: BTreeSet<String>, live: Live) -> Self {
        let picture = Picture::unread(&environments, weir.now());
        Self(Arc::new(Inner {
            turns: Semaphore::new(MOST_READERS),
            rules: Rules::of(weir.fleet()),
            picture: RwLock::new(Arc::new(picture)),
            handled: Known::default(),
            touched: environments
                .iter()
                .map(|environment| (environment.clone(), Notify::new()))
                .collect(),
            looks: Looks::default(),
            drawing: Mutex::default(),
            measures: Measures::default(),
            weir,
            environments,
            live,
        }))
    }

    /// Takes a new picture. One that is broken off by a stop changes nothing; of what cannot be
    /// read now, the old one stays, and says so. What gives no answer already is not asked again.
    pub async fn refresh(&self, context: &Context) {
        let inner = &self.0;
        inner.look_at_all(PATIENCE, || inner.draw(), context).await;
        if !context.cancel.is_cancelled() {
            inner.draw();
        }
    }

    /// Asks for a new picture now: something has changed.
    pub fn touch(&self) {
        self.0.touched.values().for_each(Notify::notify_one);
    }

    /// Keeps the picture fresh until the context is told to stop: each environment on its own.
    pub async fn keep_fresh(&self, context: &Context) {
        self.keep_fresh_within(PATIENCE, context).await;
    }

    /// The same with another patience for what gives no answer.
    pub async fn keep_fresh_within(&self, patience: Duration, context: &Context) {
        let each = self.0.touched.iter();
        let each = each.map(|(environment, touched)| async move {
            let inner = &self.0;
            while !context.cancel.is_cancelled() {
                let missed = || inner.draw();
                inner.look_at(environment, patience, missed, context).await;
                if context.cancel.is_cancelled() {
                    break;
                }
                inner.draw();
                tokio::select! {
                    () = tokio::time::sleep(FRESH) => {}
                    () = touched.notified() => {}
                    () = context.cancel.cancelled() => {}
                }
            }
        });
        let each: Vec<_> = each.collect();
        futures::future::join_all(each).await;
    }

    /// The questions of a Monday morning, and apps × environments, with what this process works
    /// on at this moment.
    #[must_use]
    pub fn overview(&self) -> Overview {
        overview::with_live(self.0.picture().overview.clone(), &self.0.live)
    }

    /// What runs, and what is due in the hours ahead, with the runs of this process as they are
    /// at this moment.
    #[must_use]
    pub fn tonight(&self) -> Tonight {
        tonight::with_live(self.0.picture().tonight.clone(), &self.0.live)
    }

    /// What is masked, app by app.
    #[must_use]
    pub fn sanitising(&self) -> Sanitising {
        self.0.picture().sanitising.clone()
    }

    /// The holds in force.
    #[must_use]
    pub fn holds(&self) -> Holds {
        self.0.picture().holds.clone()
    }

    /// How fast each app comes back, and with how old data, by every restore test on record.
    #[must_use]
    pub fn drills(&self) -> Drills {
        self.0.picture().drills.clone()
    }

    /// What `/metrics` tells; empty before the first look.
    #[must_use]
    pub fn metrics(&self) -> Arc<str> {
        self.0.measures.text()
    }

    /// The backups in the stores of all environments that are shown, or of one; newest first.
    ///
    /// # Errors
    /// `usage` for an environment that is not shown, `interrupted`. A store that cannot be read
    /// is told in the list.
    pub async fn backups(
        &self,
        environment: Option<&str>,
        context: &Context,
    ) -> Result<BackupList> {
        let _turn = self.0.turns.acquire().await;
        backups::list(&self.0, environment, context).await
    }

    /// One backup. `environment` may be followed by where it lies if not in its own store, as in
    /// the names of backups: `staging/_from/production`, `staging/_clean`.
    ///
    /// # Errors
    /// `usage`, `no-backup` for one that is not there; `store`, `corrupt`.
    pub async fn backup(
        &self,
        environment: &str,
        instance: &str,
        folder: &str,
        context: &Context,
    ) -> Result<Backup> {
        let _turn = self.0.turns.acquire().await;
        backup::read(&self.0, (environment, instance, folder), context).await
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// `usage` for an environment that is not shown, `store` or `secret` when no records are
    /// readable.
    pub async fn runs(&self, filter: &RunFilter, context: &Context) -> Result<RunList> {
        let _turn = self.0.turns.acquire().await;
        runs::list(&self.0, filter, context).await
    }

    /// One run with its steps and its log.
    ///
    /// # Errors
    /// `usage` for a run that is not there.
    pub async fn run(&self, run: &str, context: &Context) -> Result<Run> {
        let _turn = self.0.turns.acquire().await;
        run::read(&self.0, run, context).await
    }
}

impl Inner {
    /// Makes the picture of what was seen: nothing is read.
    fn draw(&self) {
        let _turn = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.picture();
        let looks = self.looks.newest(&self.weir, &self.environments);
        let seen: Vec<_> = looks.iter().map(|look| Arc::clone(&look.seen)).collect();
        let report = status::report(&self.weir, &seen);
        let leases = looks.iter().flat_map(|look| {
            let environment = look.seen.environment();
            look.leases.iter().map(move |lease| (environment, lease))
        });
        // An environment that is still being looked at for the first time is not out of sight.
        if self.looks.are_all(&self.environments) {
            self.measures.take(&self.weir, &report, leases);
        }
        let mut taken = Picture {
            tonight: tonight::of(self, &report, &looks),
            sanitising: sanitising::of(self, &report, &known.sanitising),
            holds: holds::of(&report, &known.holds),
            drills: drills::of(self, &report, &known.drills),
            summaries: uses::told(&report, &known.summaries),
            overview: overview::of(self, report, &known.overview),
        };
        taken.date(&self.looks);
        let mut picture = self.picture.write().unwrap_or_else(PoisonError::into_inner);
        *picture = Arc::new(taken);
    }

    fn now(&self) -> Timestamp {
        self.weir.now()
    }

    fn picture(&self) -> Arc<Picture> {
        let picture = self.picture.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&picture)
    }
}

/// What cannot be read now.
fn away(report: &StatusReport) -> Vec<Unreadable> {
    let unreadable = report.unreadable.iter().map(|found| Unreadable {
        environment: found.environment.clone(),
        why: found.why.clone(),
        as_of: None,
    });
    unreadable.collect()
}

fn is_away(report: &StatusReport, environment: &str) -> bool {
    let mut unreadable = report.unreadable.iter();
    unreadable.any(|found| found.environment == environment)
}

/// What has not been read is unknown.
fn unread(environments: &BTreeSet<String>) -> Vec<Unreadable> {
    let unread = |environment: &String| Unreadable {
        environment: environment.clone(),
        why: looks::NOT_YET.to_owned(),
        as_of: None,
    };
    environments.iter().map(unread).collect()
}
