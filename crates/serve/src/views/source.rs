//! Where pages and the API take what they show from: a picture of the fleet that is taken in the
//! background, so that nobody who looks waits for a store, and single runs and backups, which are
//! read when somebody asks for them.

mod overview;
mod run;
mod runs;

pub use runs::RunFilter;

use super::{Overview, Run, RunList, Unreadable};
use crate::live::Live;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use weir_engine::Context;
use weir_model::error::Result;
use weir_pipeline::{Weir, status};
use weir_scheduler::Rules;

/// How old the picture gets while nothing happens.
const FRESH: Duration = Duration::from_secs(30);

/// What is to be shown of some environments of a fleet.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    weir: Arc<Weir>,
    environments: BTreeSet<String>,
    live: Live,
    rules: Rules,
    touched: Notify,
    picture: RwLock<Arc<Picture>>,
}

/// The fleet as it was at one moment.
struct Picture {
    overview: Overview,
}

impl Source {
    /// Shows these environments. Until the first [`Self::refresh`] nothing is known of them.
    #[must_use]
    pub fn new(weir: Arc<Weir>, environments: BTreeSet<String>, live: Live) -> Self {
        let picture = Picture {
            overview: overview::unread(&environments, weir.now()),
        };
        Self(Arc::new(Inner {
            rules: Rules::of(weir.fleet()),
            picture: RwLock::new(Arc::new(picture)),
            touched: Notify::new(),
            weir,
            environments,
            live,
        }))
    }

    /// Takes a new picture. One that is broken off by a stop changes nothing.
    pub async fn refresh(&self, context: &Context) {
        let inner = &self.0;
        let Ok(report) = status::status_of(&inner.weir, &inner.environments, context).await else {
            return;
        };
        let known = self.picture();
        let overview = overview::of(inner, report, &known.overview);
        let mut picture = inner
            .picture
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *picture = Arc::new(Picture { overview });
    }

    /// Asks for a new picture now: something has changed.
    pub fn touch(&self) {
        self.0.touched.notify_one();
    }

    /// Keeps the picture fresh until the context is told to stop.
    pub async fn keep_fresh(&self, context: &Context) {
        while !context.cancel.is_cancelled() {
            self.refresh(context).await;
            tokio::select! {
                () = tokio::time::sleep(FRESH) => {}
                () = self.0.touched.notified() => {}
                () = context.cancel.cancelled() => {}
            }
        }
    }

    fn picture(&self) -> Arc<Picture> {
        let picture = self
            .0
            .picture
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&picture)
    }

    /// The questions of a Monday morning, and apps × environments, with what this process works
    /// on at this moment.
    #[must_use]
    pub fn overview(&self) -> Overview {
        overview::with_live(self.picture().overview.clone(), &self.0.live)
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// `usage` for an environment that is not shown, `store` or `secret` when no records are
    /// readable.
    pub async fn runs(&self, filter: &RunFilter, context: &Context) -> Result<RunList> {
        runs::list(&self.0, filter, context).await
    }

    /// One run with its steps and its log.
    ///
    /// # Errors
    /// `usage` for a run that is not there.
    pub async fn run(&self, run: &str, context: &Context) -> Result<Run> {
        run::read(&self.0, run, context).await
    }
}

impl Inner {
    fn now(&self) -> Timestamp {
        self.weir.now()
    }
}

/// What has not been read is unknown.
fn unread(environments: &BTreeSet<String>) -> Vec<Unreadable> {
    let unread = |environment: &String| Unreadable {
        environment: environment.clone(),
        why: "its records have not been read yet".to_owned(),
    };
    environments.iter().map(unread).collect()
}
