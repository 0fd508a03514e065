use crate::config::Subject;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};

/// Bytes of the header of every SQLite database.
const HEADER: usize = 100;

/// Refuses an image that is cut off, or that has something behind its end: SQLite itself would
/// read what is there and ignore the rest.
pub(super) fn refuse_unfinished(file: &File, path: &Path, context: &Context) -> Result<()> {
    let subject = Subject::new(&context.scratch, Kind::Source, context);
    let failed = |error| subject.io("read the private copy in", error);
    let length = file.metadata().map_err(failed)?.len();
    let mut header = [0; HEADER];
    if length >= HEADER as u64 {
        file.read_exact_at(&mut header, 0).map_err(failed)?;
    }
    wrong(&header, length).map_or(Ok(()), |cause| {
        let doing = format!("adopt {}", path.display());
        Err(Error::new(Kind::Corrupt, doing, cause).hint(
            "get the whole file again from where it was made, or make a new one with `sqlite3 \
             DATABASE \".backup COPY\"`",
        ))
    })
}

/// What is wrong with a file of that length and header.
fn wrong(header: &[u8; HEADER], length: u64) -> Option<String> {
    if length < HEADER as u64 {
        return Some(format!(
            "it holds {length} bytes: less than the header of a database"
        ));
    }
    let page = match number(header, 16, 2) {
        1 => 65_536,
        size if size >= 512 && size.is_power_of_two() => size,
        _ => return Some("its header is damaged: it has no size of pages".to_owned()),
    };
    let pages = number(header, 28, 4);
    // Versions before 3.7.0 left the number of pages as it was: theirs is known by this.
    let counted = pages > 0 && number(header, 24, 4) == number(header, 92, 4);
    let stated = if counted {
        pages * page
    } else {
        length - length % page
    };
    if length < stated {
        return Some(format!(
            "it is cut off: {length} of {stated} bytes are there"
        ));
    }
    let behind = length - stated;
    (behind > 0).then(|| format!("{behind} bytes lie behind its end"))
}

/// A number stored with its highest byte first.
fn number(header: &[u8; HEADER], at: usize, bytes: usize) -> u64 {
    let stored = header.iter().skip(at).take(bytes);
    stored.fold(0, |number, byte| number << 8 | u64::from(*byte))
}
