//! Objects that others put into a store: dumps in whatever layout their makers chose. They are
//! listed and read, from the beginning to the end, and never written.

use crate::store::Store;
use crate::task::Task;
use bytes::{Buf as _, Bytes};
use std::io::{self, Read};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use weir_engine::{ForeignFile, StoredFile};
use weir_model::error::{Error, Kind, Result};

/// How much is fetched at first: a look at what it is needs no more.
const FIRST_PIECE: u64 = 64 << 10;
/// How much is fetched at a time then. Three pieces are held at most: one that is read, one that
/// waits, and one on its way.
const PIECE: u64 = 4 << 20;
const DELIMITER: char = '/';

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignObject {
    /// Its key within the store.
    pub key: String,
    /// Its bytes.
    pub bytes: u64,
}

impl Store {
    /// All objects, ordered by key, whoever put them there.
    ///
    /// # Errors
    /// `store`.
    pub async fn foreign_objects(&self) -> Result<Vec<ForeignObject>> {
        let objects = self.list("").await?.into_iter();
        let objects = objects.map(|entry| ForeignObject {
            key: entry.key,
            bytes: entry.size,
        });
        Ok(objects.collect())
    }

    /// An object, to be read by an engine. Call it where a runtime is: its bytes are fetched there.
    #[must_use]
    pub fn foreign_file(&self, key: &str) -> ForeignFile {
        self.foreign(key, None)
    }

    /// The folder of that name with the objects of these names in it, to be read by an engine.
    #[must_use]
    pub fn foreign_folder(&self, folder: &str, names: Vec<String>) -> ForeignFile {
        self.foreign(folder, Some(names))
    }

    /// The folder of that name, or else the object of that key; `None` when neither is there.
    ///
    /// # Errors
    /// `store`.
    pub async fn find_foreign(&self, key: &str) -> Result<Option<ForeignFile>> {
        let within = self.list(key).await?.into_iter();
        let names: Vec<String> = within
            .filter_map(|entry| {
                let name = entry.key.strip_prefix(key)?.strip_prefix(DELIMITER)?;
                (!name.contains(DELIMITER)).then(|| name.to_owned())
            })
            .collect();
        if !names.is_empty() {
            return Ok(Some(self.foreign_folder(key, names)));
        }
        let is_there = self.size(key).await?.is_some();
        Ok(is_there.then(|| self.foreign_file(key)))
    }

    /// A whole object of at most `limit` bytes; `None` when it is not there.
    ///
    /// # Errors
    /// `corrupt` for a larger one, `store`.
    pub async fn foreign_text(&self, key: &str, limit: u64) -> Result<Option<Bytes>> {
        self.get(key, limit).await
    }

    fn foreign(&self, key: &str, names: Option<Vec<String>>) -> ForeignFile {
        // On this machine an engine can see what lies beside a file, too.
        if let Some(path) = self.folder().map(|folder| folder.join(key))
            && path.exists()
        {
            return ForeignFile::Here(path);
        }
        ForeignFile::Stored(Arc::new(Stored {
            place: self.place(key),
            store: self.clone(),
            key: key.to_owned(),
            names,
            runtime: Handle::current(),
        }))
    }
}

/// An object or a folder of them.
#[derive(Debug)]
struct Stored {
    store: Store,
    key: String,
    place: String,
    names: Option<Vec<String>>,
    runtime: Handle,
}

impl StoredFile for Stored {
    fn place(&self) -> &str {
        &self.place
    }

    fn members(&self) -> Option<Vec<String>> {
        self.names.clone()
    }

    fn open(&self, member: Option<&str>) -> Result<Box<dyn Read + Send>> {
        let key = match member {
            Some(name) if self.key.is_empty() => name.to_owned(),
            Some(name) => format!("{}{DELIMITER}{name}", self.key),
            None => self.key.clone(),
        };
        let (send, pieces) = mpsc::channel(1);
        let store = self.store.clone();
        let within = self.runtime.enter();
        let fetching = Task::spawn(async move {
            // Whoever does not listen any more needs no more pieces, and no error.
            if let Err(Some(error)) = fetch(&store, &key, &send).await {
                let _ = send.send(Err(error)).await;
            }
        });
        drop(within);
        Ok(Box::new(Pieces {
            pieces,
            piece: Bytes::new(),
            has_ended: false,
            _fetching: fetching,
        }))
    }
}

/// Sends an object piece by piece, and an empty piece at its end. `Err(None)` when nobody listens.
async fn fetch(
    store: &Store,
    key: &str,
    send: &mpsc::Sender<Result<Bytes>>,
) -> Result<(), Option<Error>> {
    let (mut at, mut length, mut version) = (0, FIRST_PIECE, None);
    loop {
        let range = at..at + length;
        let ranged = store.get_range_of(key, range, version.as_deref()).await?;
        let Some(ranged) = ranged else {
            let doing = format!("read {}", store.place(key));
            return Err(Some(
                Error::new(Kind::Source, doing, "there is no such object")
                    .hint("look what is there; a lifecycle may have removed it"),
            ));
        };
        at += ranged.bytes.len() as u64;
        let has_ended = ranged.bytes.is_empty() || at >= ranged.size;
        version = ranged.version.or(version);
        length = PIECE;
        let nobody = |_| None;
        if !ranged.bytes.is_empty() {
            send.send(Ok(ranged.bytes)).await.map_err(nobody)?;
        }
        if has_ended {
            return send.send(Ok(Bytes::new())).await.map_err(nobody);
        }
    }
}

/// Pieces, read one after the other on a thread that may wait.
struct Pieces {
    pieces: mpsc::Receiver<Result<Bytes>>,
    piece: Bytes,
    has_ended: bool,
    /// What fetches them, until nobody reads any more.
    _fetching: Task<()>,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && !self.has_ended {
            let next = self.pieces.blocking_recv();
            let next = next.ok_or_else(|| io::Error::other("fetching it was broken off"))?;
            self.piece = next.map_err(io::Error::other)?;
            self.has_ended = self.piece.is_empty();
        }
        (&mut self.piece).reader().read(into)
    }
}
