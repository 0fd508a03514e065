//! A spawned task that stops when nobody waits for it any more.

use tokio::task::JoinHandle;
use weir_model::error::{Error, Kind, Result};

/// Work on another thread. Dropped, it is aborted where it can be: an upload nobody waits for
/// must not go on.
pub(crate) struct Task<T>(JoinHandle<T>);

impl<T: Send + 'static> Task<T> {
    pub(crate) fn spawn(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }

    pub(crate) fn blocking(work: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(tokio::task::spawn_blocking(work))
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    pub(crate) async fn join(mut self, doing: &str) -> Result<T> {
        (&mut self.0).await.map_err(|source| {
            Error::from_source(Kind::Internal, doing, source)
                .hint("report this as a bug, with the log of the run")
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
