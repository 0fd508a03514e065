//! Giving up calls to a store that does not answer, once nobody waits for the answer.

use super::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use weir_engine::Context;
use weir_model::error::{Error, Result};

/// How long after a stop the records of a run, its lease and its leftovers may still be put in
/// order, all of them together.
const WINDING_UP: Duration = Duration::from_secs(10);

/// Whose calls they are, and how long they may go on once that run is stopped.
#[derive(Clone)]
pub(super) struct Watch {
    context: Arc<Context>,
    grace: Duration,
}

impl Watch {
    /// Returns when no call may go on any more.
    async fn over(&self, doing: &str) -> Error {
        let stopped = self.context.stopped(doing).await;
        if let Some(at) = self.context.stopped_at() {
            tokio::time::sleep_until(Instant::from_std(at) + self.grace).await;
        }
        stopped
    }

    /// Whether calls may still begin.
    fn check(&self, doing: &str) -> Result<()> {
        match self.context.stopped_at() {
            Some(at) if at.elapsed() >= self.grace => self.context.check(doing),
            _ => Ok(()),
        }
    }
}

impl Store {
    /// The same store for the work of one run: a call ends, with `interrupted` or `deadline`, as
    /// soon as the run is told to stop or its deadline passes, whatever the store does.
    #[must_use]
    pub fn watched(&self, context: &Context) -> Self {
        let watch = Watch {
            context: Arc::new(context.clone()),
            grace: Duration::ZERO,
        };
        Self {
            watch: Some(watch),
            ..self.clone()
        }
    }

    /// The same store for what has to be put in order also after a stop: calls may go on for
    /// a few seconds then.
    #[must_use]
    pub fn winding_up(&self) -> Self {
        let watch = self.watch.clone().map(|watch| Watch {
            grace: WINDING_UP,
            ..watch
        });
        Self {
            watch,
            ..self.clone()
        }
    }

    /// The same store for what goes on until it is dropped.
    pub(crate) fn unwatched(&self) -> Self {
        Self {
            watch: None,
            ..self.clone()
        }
    }

    /// Waits for a call, unless its run is stopped before. Every call of a store comes through
    /// here, so that none can outlive its run.
    pub(crate) async fn unless_stopped<T>(
        &self,
        doing: &str,
        key: &str,
        call: impl Future<Output = T>,
    ) -> Result<T> {
        let Some(watch) = &self.watch else {
            return Ok(call.await);
        };
        let doing = format!("{doing} {}", self.place(key));
        watch.check(&doing)?;
        tokio::select! {
            biased;
            done = call => Ok(done),
            stopped = watch.over(&doing) => Err(stopped),
        }
    }
}
