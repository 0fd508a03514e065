//! Taking a snapshot, and holding it.

use super::{Moment, dump};
use crate::config::{Address, Session};
use crate::stamp::look_up;
use async_trait::async_trait;
use std::sync::Arc;
use weir_engine::{Context, Dumped, Masker, Opened, PartSink};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::stamp::Stamp;

struct Snapshot {
    stamp: Option<Stamp>,
    moment: Moment,
}

/// Takes the snapshot.
pub(crate) async fn open(address: Address, context: &Context) -> Result<Box<dyn Opened>> {
    let session = Session::open(&address, Kind::Source, context).await?;
    let snapshot = session.snapshot().await?;
    let known = look_up(&session, &address.database).await?;
    let stamp = known.and_then(|known| known.stamp().cloned());
    context.checkpoint(Checkpoint::SnapshotOpened);
    context.check("open a snapshot")?;
    let moment = Moment {
        address,
        session,
        snapshot,
    };
    Ok(Box::new(Snapshot { stamp, moment }))
}

impl Moment {
    /// Another connection that reads the same moment, of the very same server: behind one address
    /// there may be several, and a snapshot is known to one of them only.
    pub(super) async fn join(&self, context: &Context) -> Result<Session> {
        let session = Session::open(&self.address, Kind::Source, context).await?;
        if server(&session).await? != server(&self.session).await? {
            return Err(elsewhere(&self.address));
        }
        session.join_snapshot(&self.snapshot).await?;
        Ok(session)
    }
}

/// Which server this is, by when and where it started.
async fn server(session: &Session) -> Result<(String, Option<String>)> {
    let doing = "ask which server this is of";
    let sql = "SELECT pg_catalog.pg_postmaster_start_time()::text, \
               pg_catalog.inet_server_addr()::text";
    match session.row(doing, sql, &[]).await? {
        Some(row) => Ok((session.get(doing, &row, 0)?, session.get(doing, &row, 1)?)),
        None => Ok((String::new(), None)),
    }
}

fn elsewhere(address: &Address) -> Error {
    let doing = format!("read {} by several connections", address.database);
    let cause = format!("{} leads to more than one server", address.server());
    Error::new(Kind::Source, doing, cause)
        .hint("name one server in `url`: not a pooler or an endpoint that balances its load")
}

#[async_trait]
impl Opened for Snapshot {
    fn stamp(&self) -> Option<&Stamp> {
        self.stamp.as_ref()
    }

    async fn dump(
        self: Box<Self>,
        sink: &dyn PartSink,
        masker: Option<Arc<dyn Masker>>,
        context: &Context,
    ) -> Result<Dumped> {
        dump(self.moment, sink, masker.as_deref(), context).await
    }
}
