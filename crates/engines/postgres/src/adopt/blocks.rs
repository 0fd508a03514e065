//! Reading an archive on a thread that may wait for the disk.

use crate::dump::archive::{Archive, Content, CustomReader, Data};
use bytes::Bytes;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use tokio::sync::{mpsc, oneshot};
use weir_engine::Context;
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
    pub(super) async fn open(path: PathBuf, context: &Context) -> Result<(Archive, Self)> {
        let (announce, announced) = oneshot::channel();
        let (send, pieces) = mpsc::channel(WAITING);
        let context = context.clone();
        tokio::task::spawn_blocking(move || {
            let opened = File::open(&path)
                .map_err(|error| unreadable(&path, error))
                .and_then(CustomReader::open);
            match opened {
                Err(error) => drop(announce.send(Err(error))),
                Ok((archive, mut reader)) => {
                    // Whoever does not listen any more has failed, and says so.
                    let _ = announce.send(Ok(archive));
                    if let Err(Some(error)) = read(&mut reader, &send, &context) {
                        let _ = send.blocking_send(Err(error));
                    }
                }
            }
        });
        let archive = announced.await.map_err(|_| broken_off())??;
        Ok((archive, Self { pieces }))
    }

    /// The next piece; `None` at the end of an archive that is whole.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>> {
        self.pieces.recv().await.transpose()
    }
}

/// Sends everything. `Err(None)` when nobody listens any more.
fn read<R: Read>(
    reader: &mut CustomReader<R>,
    send: &mpsc::Sender<Result<Piece>>,
    context: &Context,
) -> Result<(), Option<Error>> {
    while let Some(block) = reader.next_block()? {
        match block.content {
            Content::Data(data) => {
                piece(send, Piece::Rows(block.dump_id))?;
                bytes(data, send, context)?;
            }
            Content::LargeObjects(mut objects) => {
                while let Some((oid, data)) = objects.next_object()? {
                    piece(send, Piece::LargeObject(oid))?;
                    bytes(data, send, context)?;
                }
            }
        }
    }
    Ok(())
}

fn bytes<R: Read>(
    mut data: Data<'_, R>,
    send: &mpsc::Sender<Result<Piece>>,
    context: &Context,
) -> Result<(), Option<Error>> {
    while let Some(chunk) = data.next_chunk()? {
        context.check("read the dump to its end")?;
        piece(send, Piece::Bytes(chunk))?;
    }
    piece(send, Piece::End)
}

fn piece(send: &mpsc::Sender<Result<Piece>>, piece: Piece) -> Result<(), Option<Error>> {
    send.blocking_send(Ok(piece)).map_err(|_| None)
}

fn unreadable(path: &std::path::Path, error: std::io::Error) -> Error {
    Error::from_source(Kind::Source, format!("read {}", path.display()), error)
        .hint("see whether the file is there and this user may read it")
}

fn broken_off() -> Error {
    Error::new(
        Kind::Internal,
        "read a dump",
        "the reader ended without a word",
    )
    .hint("this is a bug in Weir: please report it with the run's log")
}
