//! Reading an archive on a thread that may wait for the disk.

use super::opening::{self, OneFile, Opened};
use crate::dump::archive::{Archive, Content, Directory, Holds};
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use weir_engine::{Context, ForeignFile};
use weir_model::error::{Error, Kind, Result};

/// Pieces that wait to be written.
const WAITING: usize = 16;

/// What comes of an archive's data, in this order.
pub(super) enum Piece {
    /// Rows of an entry begin.
    Rows(u32),
    /// A large object begins.
    LargeObject(u32),
    /// The next bytes of what began last.
    Bytes(Bytes),
    /// What began last is whole.
    End,
}

/// The data of an archive.
pub(super) struct Blocks {
    pieces: mpsc::Receiver<Result<Piece>>,
}

impl Blocks {
    /// Reads the table of contents, and begins to read the data.
    pub(super) async fn open(file: &ForeignFile, context: &Context) -> Result<(Archive, Self)> {
        let (announce, announced) = oneshot::channel();
        let (pieces, received) = mpsc::channel(WAITING);
        let (file, context) = (file.clone(), context.clone());
        tokio::task::spawn_blocking(move || match opening::open(&file) {
            Err(error) => drop(announce.send(Err(error))),
            Ok((archive, opened)) => {
                // Whoever does not listen any more has failed, and says so.
                let _ = announce.send(Ok(archive));
                let sender = Sender { pieces, context };
                let sent = match opened {
                    Opened::Custom(mut reader) => sender.custom(&mut reader),
                    Opened::Directory(directory) => sender.directory(&directory),
                };
                if let Err(Some(error)) = sent {
                    let _ = sender.pieces.blocking_send(Err(error));
                }
            }
        });
        let archive = announced.await.map_err(|_| broken_off())??;
        Ok((archive, Self { pieces: received }))
    }

    /// The next piece; `None` at the end of an archive that is whole.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>> {
        self.pieces.recv().await.transpose()
    }
}

/// Sends pieces. `Err(None)` when nobody listens any more.
struct Sender {
    pieces: mpsc::Sender<Result<Piece>>,
    context: Context,
}

impl Sender {
    fn custom(&self, reader: &mut OneFile) -> Result<(), Option<Error>> {
        while let Some(block) = reader.next_block()? {
            match block.content {
                Content::Data(mut data) => {
                    self.piece(Piece::Rows(block.dump_id))?;
                    self.bytes(|| data.next_chunk())?;
                }
                Content::LargeObjects(mut objects) => {
                    while let Some((oid, mut data)) = objects.next_object()? {
                        self.piece(Piece::LargeObject(oid))?;
                        self.bytes(|| data.next_chunk())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn directory(&self, directory: &Directory) -> Result<(), Option<Error>> {
        for name in directory.strangers() {
            let told = format!("{name} in the dump's folder is none of its files, and is left out");
            self.context.warn(told);
        }
        if let endless @ 1.. = directory.endless() {
            self.context.warn(format!(
                "{endless} large objects are not compressed: nothing in a dump of that kind tells \
                 whether one is cut off"
            ));
        }
        for file in directory.data() {
            self.piece(match file.holds {
                Holds::Rows(entry) => Piece::Rows(entry),
                Holds::LargeObject(oid) => Piece::LargeObject(oid),
            })?;
            let mut content = directory.read(file)?;
            self.bytes(|| content.next_chunk())?;
        }
        Ok(())
    }

    fn bytes(&self, mut next: impl FnMut() -> Result<Option<Bytes>>) -> Result<(), Option<Error>> {
        while let Some(chunk) = next()? {
            self.context.check("read the dump to its end")?;
            self.piece(Piece::Bytes(chunk))?;
        }
        self.piece(Piece::End)
    }

    fn piece(&self, piece: Piece) -> Result<(), Option<Error>> {
        self.pieces.blocking_send(Ok(piece)).map_err(|_| None)
    }
}

/// The thread that read died.
pub(super) fn broken_off() -> Error {
    Error::new(
        Kind::Internal,
        "read a dump",
        "the reader ended without a word",
    )
    .hint("this is a bug in Weir: please report it with the run's log")
}
