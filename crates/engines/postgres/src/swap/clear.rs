//! Ending the sessions that stand in the way of a rename, for as long as it waits: clients that
//! lost one connection open the next within milliseconds.

use crate::config::{Address, Session};
use std::time::Duration;
use tokio::task::JoinHandle;
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// How long to wait between two looks. The rename itself looks every 100 ms.
const PAUSE: Duration = Duration::from_millis(20);

/// Sessions of these databases are being ended.
pub(crate) struct Clearing {
    stop: tokio::sync::oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Clearing {
    /// Begins to end sessions of the databases, on a connection of its own.
    pub(crate) async fn start(
        address: &Address,
        databases: &[String],
        context: &Context,
    ) -> Result<Self> {
        let session = Session::maintenance(address, Kind::Swap, context).await?;
        let (stop, mut stopped) = tokio::sync::oneshot::channel();
        let databases = databases.to_vec();
        let task = tokio::spawn(async move {
            while end_sessions(&session, &databases).await.is_ok() {
                tokio::select! {
                    _ = &mut stopped => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        });
        Ok(Self { stop, task })
    }

    /// Ends no more.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Ends the sessions that may be ended. One that may not is left: the rename says how many are in
/// its way.
async fn end_sessions(session: &Session, databases: &[String]) -> Result<()> {
    let doing = "end sessions from";
    let sql = "SELECT a.pid FROM pg_catalog.pg_stat_activity a \
               WHERE a.datname::text = ANY($1) AND a.pid <> pg_catalog.pg_backend_pid()";
    for row in session.rows(doing, sql, &[&databases]).await? {
        let pid: i32 = session.get(doing, &row, 0)?;
        let sql = "SELECT pg_catalog.pg_terminate_backend($1)";
        if let Err(error) = session.rows(doing, sql, &[&pid]).await
            && matches!(error.kind(), Kind::Interrupted | Kind::Deadline)
        {
            return Err(error);
        }
    }
    Ok(())
}
