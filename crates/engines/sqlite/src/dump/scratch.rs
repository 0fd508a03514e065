use crate::config::{Database, Subject};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// A database in a file that has no name any more: nobody else can open it, and a kill leaves
/// nothing of it.
pub(crate) struct Scratch {
    /// The only connection.
    pub(crate) database: Database,
    /// The same file, for its raw bytes.
    pub(crate) file: Arc<File>,
}

impl Scratch {
    /// Makes an empty one in the context's folder for scratch files.
    pub(crate) fn create(kind: Kind, context: &Context) -> Result<Self> {
        let subject = Subject::new(&context.scratch, kind, context);
        let named = tempfile::Builder::new()
            .prefix("weir-")
            .tempfile_in(&context.scratch)
            .map_err(|error| subject.io("make a private file in", error))?;
        let (file, path) = named.into_parts();
        // SQLite opens the file before its name goes, and needs the name for nothing but a
        // journal, which is off.
        let mut database = Database::write(&path, kind, context)?;
        database.run(
            "prepare",
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
        )?;
        path.close()
            .map_err(|error| subject.io("hide a private file in", error))?;
        database.subject = subject;
        Ok(Self {
            database,
            file: Arc::new(file),
        })
    }

    /// Makes the image readable without a write-ahead log, which a copy of a database that has
    /// one would ask for.
    pub(crate) fn settle(&self) -> Result<()> {
        use_rollback_journal(&self.file)
            .map_err(|error| self.database.subject.io("write the private file in", error))
    }
}

/// Marks the image of a database as one without a write-ahead log. The change counter moves, so
/// that a connection that has seen the file reads it anew.
pub(crate) fn use_rollback_journal(file: &File) -> std::io::Result<()> {
    if file.metadata()?.len() < 100 {
        return Ok(());
    }
    let mut versions = [0; 2];
    file.read_exact_at(&mut versions, 18)?;
    if versions == [1, 1] {
        return Ok(());
    }
    let mut counter = [0; 4];
    file.read_exact_at(&mut counter, 24)?;
    let counter = u32::from_be_bytes(counter).wrapping_add(1).to_be_bytes();
    file.write_all_at(&[1, 1], 18)?;
    file.write_all_at(&counter, 24)?;
    file.write_all_at(&counter, 92)
}
