use super::copy::{Contended, copy_consistently, copy_pages, hold};
use super::scratch::Scratch;
use crate::config::{Database, Place, blocking};
use crate::stamp;
use async_trait::async_trait;
use std::sync::Arc;
use weir_engine::{Context, Dumped, Masker, Opened, PartSink};
use weir_model::error::{Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::stamp::Stamp;

/// A snapshot of a database.
struct Snapshot {
    stamp: Option<Stamp>,
    held: Held,
}

/// How the snapshot is held.
enum Held {
    /// By a read transaction, which a database with a write-ahead log gives without making
    /// writers wait.
    Transaction(Database),
    /// By a copy made already: with a rollback journal a transaction would keep every writer
    /// waiting until the whole dump has ended.
    Copy(Scratch, &'static str),
}

/// Takes the snapshot.
pub(crate) fn open(place: &Place, context: &Context) -> Result<Box<dyn Opened>> {
    let database = Database::read(place.live(), Kind::Source, context)?;
    let snapshot = if database.is_wal()? {
        hold(&database)?;
        Snapshot {
            stamp: stamp::read(&database)?,
            held: Held::Transaction(database),
        }
    } else {
        let mut scratch = Scratch::create(Kind::Source, context)?;
        let mode = copy_consistently(&database, &mut scratch.database)?;
        Snapshot {
            stamp: stamp::read(&scratch.database)?,
            held: Held::Copy(scratch, mode),
        }
    };
    context.checkpoint(Checkpoint::SnapshotOpened);
    context.check("open a snapshot")?;
    Ok(Box::new(snapshot))
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
        let (scratch, mode) = match self.held {
            Held::Copy(scratch, mode) => (scratch, mode),
            Held::Transaction(database) => {
                let context = context.clone();
                let copied = move || {
                    let mut scratch = Scratch::create(Kind::Source, &context)?;
                    copy_pages(&database, &mut scratch.database, Contended::Source)?;
                    Ok(scratch)
                };
                (blocking(copied).await?, "wal-read-transaction")
            }
        };
        match masker {
            None => super::dump(scratch, mode, sink, context).await,
            Some(masker) => super::dump_clean(scratch, mode, masker, sink, context).await,
        }
    }
}
