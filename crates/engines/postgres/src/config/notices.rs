//! What a server says beside its answers.

use std::sync::{Arc, Mutex, PoisonError};
use tokio_postgres::tls::TlsStream;
use tokio_postgres::{AsyncMessage, Connection, Socket};

/// The details of a connection's notices that nobody has taken yet. Sessions ask for warnings and
/// worse only, so there are few.
#[derive(Clone, Default)]
pub(super) struct Notices(Arc<Mutex<Vec<String>>>);

impl Notices {
    /// Serves a connection until its client is gone; what ends it before is told by the client's
    /// next call.
    pub(super) async fn serve<T>(self, mut connection: Connection<Socket, T>)
    where
        T: TlsStream + Unpin,
    {
        while let Some(Ok(message)) =
            std::future::poll_fn(|task| connection.poll_message(task)).await
        {
            if let AsyncMessage::Notice(notice) = message
                && let Some(detail) = notice.detail()
            {
                self.details().push(detail.to_owned());
            }
        }
    }

    /// Takes what came so far. What a statement says comes before its answer does.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.details())
    }

    fn details(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
