//! Reading a dump on a thread that may wait for the disk.

use super::contents::Contents;
use super::opening;
use super::reading::{Output, Reading};
use crate::dump::Names;
use bytes::Bytes;
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use weir_engine::{Context, ForeignFile};
use weir_model::error::{Error, Kind, Result};

/// Pieces that wait to be written: each is a statement.
const WAITING: usize = 4;

/// What comes of a dump's rows, in this order.
pub(super) enum Piece {
    /// A part of that name begins.
    Begin(String),
    /// The next bytes of it.
    Bytes(Bytes),
    /// It is whole.
    End,
}

/// A dump that is being read.
pub(super) struct Pieces {
    pieces: mpsc::Receiver<Piece>,
    reading: JoinHandle<Result<(Contents, Names)>>,
}

impl Pieces {
    /// Begins to read.
    pub(super) fn open(file: &ForeignFile, context: &Context) -> Self {
        let (sender, pieces) = mpsc::channel(WAITING);
        let (file, context) = (file.clone(), context.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let content = opening::open(&file)?;
            let mut sender = Sender {
                pieces: sender,
                context,
                names: None,
                parts: BTreeMap::new(),
            };
            let contents = Reading::new(content, file.place(), &mut sender).read()?;
            let database = contents.database().to_owned();
            let names = sender.names.unwrap_or_else(|| Names::begin(&database));
            Ok((contents, names))
        });
        Self { pieces, reading }
    }

    /// The next piece; nothing when there is none, for whatever reason.
    pub(super) async fn next(&mut self) -> Option<Piece> {
        self.pieces.recv().await
    }

    /// What the dump holds, if all of it could be read.
    pub(super) async fn finish(self) -> Result<(Contents, Names)> {
        drop(self.pieces);
        self.reading.await.map_err(|_| broken_off())?
    }
}

/// Sends pieces, and gives parts their names.
struct Sender {
    pieces: mpsc::Sender<Piece>,
    context: Context,
    names: Option<Names>,
    /// How many parts each table has.
    parts: BTreeMap<String, usize>,
}

impl Output for &mut Sender {
    fn begin(&mut self, database: &str, table: &str) -> Result<String> {
        let names = self.names.get_or_insert_with(|| Names::begin(database));
        names.add(table);
        let number = self.parts.entry(table.to_owned()).or_default();
        let name = names.rows(table, *number);
        *number += 1;
        self.send(Piece::Begin(name.clone()))?;
        Ok(name)
    }

    fn bytes(&mut self, bytes: Bytes) -> Result<()> {
        self.send(Piece::Bytes(bytes))
    }

    fn end(&mut self) -> Result<()> {
        self.send(Piece::End)
    }
}

impl Sender {
    fn send(&self, piece: Piece) -> Result<()> {
        self.context.check("read the dump to its end")?;
        // Whoever does not listen any more has failed, and says so.
        self.pieces.blocking_send(piece).map_err(|_| broken_off())
    }
}

/// The thread that reads was ended from outside.
pub(super) fn broken_off() -> Error {
    let doing = "read the dump to its end";
    Error::new(Kind::Internal, doing, "reading was broken off")
        .hint("this is a bug in Weir: please report it with the run's log")
}
