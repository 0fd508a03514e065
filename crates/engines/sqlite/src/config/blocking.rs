use weir_model::error::{Error, Kind, Result};

/// Runs work that waits for the disk on a thread made for that, so that no async worker stalls.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::new(
            Kind::Internal,
            "work on an SQLite database",
            "the thread that did it ended without a result",
        )
        .hint("this is a bug in Weir: please report it with the run's log")),
    }
}
