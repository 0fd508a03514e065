//! Dumps that others made, and their files, on this machine or in a store.

use std::fmt::Debug;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;

/// A dump that others made, as an operator names it.
#[derive(Debug, Clone)]
pub struct ForeignDump {
    /// Its files, in the order given. One may be a folder, where that is what a dump is.
    pub files: Vec<ForeignFile>,
    /// The database it was taken from, in the facts by which the engine identifies one.
    pub source: Identity,
}

/// A file that others wrote, or a folder of files. What is asked of one may wait for a disk or a
/// network: ask on a thread that may.
#[derive(Debug, Clone)]
pub enum ForeignFile {
    /// On this machine.
    Here(PathBuf),
    /// In a store.
    Stored(Arc<dyn StoredFile>),
}

/// An object in a store, or a folder of objects.
pub trait StoredFile: Debug + Send + Sync {
    /// What it is called in messages.
    fn place(&self) -> &str;

    /// The names of the files in it, where it is a folder.
    fn members(&self) -> Option<Vec<String>>;

    /// Reads it, or that file in it, from its beginning. A failure of the store comes as the
    /// store's own [`Error`] within the [`io::Error`].
    ///
    /// # Errors
    /// `source` for a file that is not in it.
    fn open(&self, member: Option<&str>) -> Result<Box<dyn Read + Send>>;
}

/// What was found by reading a dump that others made to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// What made it, and in what form, e.g. `pg_dump 15.18, custom format`.
    pub made_by: String,
    /// The database it is of, where it says so.
    pub database: Option<String>,
    /// When it was made, where it says so: by the clock of the machine that made it, without a
    /// zone, e.g. `2026-11-22T01:36:00`.
    pub made_at: Option<String>,
    /// Its tables with rows to restore.
    pub tables: u64,
    /// Their rows.
    pub rows: u64,
}

impl ForeignFile {
    /// What it is called in messages.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Here(path) => path.display().to_string(),
            Self::Stored(stored) => stored.place().to_owned(),
        }
    }

    /// The names of what is in it, in their order; `None` where it is no folder.
    ///
    /// # Errors
    /// `source` when it is not there or cannot be read.
    pub fn members(&self) -> Result<Option<Vec<String>>> {
        let path = match self {
            Self::Here(path) => path,
            Self::Stored(stored) => return Ok(stored.members()),
        };
        let failed = |error| absent(&self.place(), error);
        if !fs::metadata(path).map_err(failed)?.is_dir() {
            return Ok(None);
        }
        let names = fs::read_dir(path).map_err(failed)?;
        let names = names.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<io::Result<Vec<_>>>().map_err(failed)?;
        names.sort();
        Ok(Some(names))
    }

    /// Reads it from its beginning.
    ///
    /// # Errors
    /// `source` when it is not there or cannot be read, `store`.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        self.read(None)
    }

    /// Reads a file in it from its beginning.
    ///
    /// # Errors
    /// As [`ForeignFile::open`].
    pub fn open_member(&self, name: &str) -> Result<Box<dyn Read + Send>> {
        self.read(Some(name))
    }

    fn read(&self, member: Option<&str>) -> Result<Box<dyn Read + Send>> {
        let path = match (self, member) {
            (Self::Stored(stored), member) => return stored.open(member),
            (Self::Here(path), Some(member)) => path.join(member),
            (Self::Here(path), None) => path.clone(),
        };
        let file = fs::File::open(&path);
        let file = file.map_err(|error| absent(&path.display().to_string(), error))?;
        Ok(Box::new(file))
    }

    /// The first bytes of it, up to so many.
    ///
    /// # Errors
    /// As [`ForeignFile::open`].
    pub fn beginning(&self, most: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.open()?.take(most).read_to_end(&mut bytes);
        read.map_err(|error| Self::unreadable(format!("read {}", self.place()), error))?;
        Ok(bytes)
    }

    /// What a failed read of one means: the store's own word, where there is one.
    #[must_use]
    pub fn unreadable(doing: impl Into<String>, error: io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(told) => told,
            Err(error) => Error::from_source(Kind::Source, doing, error)
                .hint("see whether the file can be read to its end, then try again"),
        }
    }
}

impl From<PathBuf> for ForeignFile {
    fn from(path: PathBuf) -> Self {
        Self::Here(path)
    }
}

fn absent(place: &str, error: io::Error) -> Error {
    Error::from_source(Kind::Source, format!("read {place}"), error)
        .hint("see whether the file is there and this user may read it")
}
