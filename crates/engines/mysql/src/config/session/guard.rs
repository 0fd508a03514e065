//! Work on a connection that the run can stop.

use super::Subject;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Opts};
use std::time::Duration;
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// How long a server may take to hear that a connection is given up.
const KILL: Duration = Duration::from_secs(2);

/// Ends a connection when the run is stopped, also while a call on it is under way.
#[derive(Clone)]
pub(crate) struct Guard {
    options: Opts,
    connection: u32,
    subject: Subject,
    context: Context,
}

impl Guard {
    pub(super) fn new(options: Opts, connection: u32, subject: Subject, context: Context) -> Self {
        Self {
            options,
            connection,
            subject,
            context,
        }
    }

    /// Heeds another request to stop from now on.
    pub(super) fn listen_to(&mut self, context: &Context) {
        self.context = context.clone();
    }

    /// Waits for work unless the run is stopped: then the server is told to end the connection,
    /// with which go its locks and what it was doing.
    pub(crate) async fn work<T>(
        &self,
        doing: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let what = format!("{doing} {}", self.subject.place);
        let mut began = false;
        let done = self
            .context
            .unless_stopped(&what, async {
                began = true;
                work.await
            })
            .await;
        if let Err(error) = &done
            && began
            && matches!(error.kind(), Kind::Interrupted | Kind::Deadline)
        {
            self.kill().await;
        }
        done
    }

    /// Tells the server to end the connection, whatever it does.
    pub(crate) async fn kill(&self) {
        let sql = format!("KILL {}", self.connection);
        let killing = async {
            let mut conn = Conn::new(self.options.clone()).await?;
            conn.query_drop(sql).await
        };
        // The connection goes with the run anyway; this only saves the server some work.
        let _ = tokio::time::timeout(KILL, killing).await;
    }
}

/// Ends several connections.
pub(crate) async fn end_all(guards: &[Guard]) {
    for guard in guards {
        guard.kill().await;
    }
}
