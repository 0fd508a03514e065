//! Taking a snapshot, and holding it.

use super::{Moment, dump, take};
use crate::config::Address;
use crate::stamp;
use async_trait::async_trait;
use weir_engine::{Context, Dumped, Opened, PartSink};
use weir_model::error::Result;
use weir_model::event::Checkpoint;
use weir_model::stamp::Stamp;

struct Held {
    stamp: Option<Stamp>,
    moment: Moment,
}

/// Takes the snapshot.
pub(crate) async fn open(address: Address, context: &Context) -> Result<Box<dyn Opened>> {
    let mut moment = take(address, context).await?;
    let stamp = match moment.readers.first_mut() {
        Some(session) => stamp::live_in(session, &moment.address).await?,
        None => None,
    };
    context.checkpoint(Checkpoint::SnapshotOpened);
    context.check("open a snapshot")?;
    Ok(Box::new(Held { stamp, moment }))
}

#[async_trait]
impl Opened for Held {
    fn stamp(&self) -> Option<&Stamp> {
        self.stamp.as_ref()
    }

    async fn dump(
        self: Box<Self>,
        sink: &dyn PartSink,
        masker: Option<std::sync::Arc<dyn weir_engine::Masker>>,
        context: &Context,
    ) -> Result<Dumped> {
        dump(self.moment, sink, masker, context).await
    }
}
