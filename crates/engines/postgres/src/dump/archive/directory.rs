//! Archives in a directory (`pg_dump --format=directory`): the table of contents (`toc.dat`), which
//! is written last, and a file for each table and each large object.
//!
//! Which files belong to it is known before any is read: none may be missing, and none may be there
//! that looks like one and belongs to no entry. The ending of a file tells how it is compressed.

mod member;

use super::Archive;
use super::entry::{DumpId, Entry};
use member::Member;
use std::collections::BTreeSet;
use std::io::BufReader;
use weir_engine::ForeignFile;
use weir_model::error::{Error, Kind, Result};

/// The table of contents.
pub(crate) const TOC: &str = "toc.dat";
/// Endings of files that are compressed as Weir cannot read them.
const OTHER_COMPRESSION: [(&str, &str); 2] = [(".lz4", "lz4"), (".zst", "zstd")];
const GZIP: &str = ".gz";
/// The most that a list of large objects may hold: of some twenty million.
const LONGEST_LIST: u64 = 1 << 30;
/// How many names an error holds.
const NAMED: usize = 3;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The rows of an entry.
    Rows(DumpId),
    /// The large object of that OID.
    LargeObject(u32),
}

/// A file of data.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    /// What is in it.
    pub(crate) holds: Holds,
    name: String,
}

/// The files of an archive.
pub(crate) struct Directory {
    folder: ForeignFile,
    /// Those that no entry has asked for.
    unclaimed: BTreeSet<String>,
    /// Those of data, in the order of the entries.
    data: Vec<DataFile>,
    missing: Vec<String>,
}

/// Which of these names are files of an archive in a directory, or of what is left of one; none
/// where neither a table of contents nor rows are among them.
pub(crate) fn files_of_one_dump(names: &[String]) -> Vec<String> {
    match names.iter().any(|name| name == TOC || is_of_rows(name)) {
        true => names
            .iter()
            .filter(|name| is_member(name))
            .cloned()
            .collect(),
        false => Vec::new(),
    }
}

/// Whether a file is named as those of an archive are.
fn is_member(name: &str) -> bool {
    let is_of_objects =
        name.starts_with("blob") && (name.contains(".dat") || name.contains(".toc"));
    name == TOC || is_of_rows(name) || is_of_objects
}

fn is_of_rows(name: &str) -> bool {
    let number = name.split_once(".dat").map(|(number, _)| number);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl Directory {
    /// Reads the table of contents and the lists of large objects, and compares them with the
    /// names that are there.
    ///
    /// # Errors
    /// `corrupt`; `unsupported` when a `pg_dump` that Weir does not know wrote it, or it is
    /// compressed by other than gzip; `source` and `store` when it cannot be read.
    pub(crate) fn open(folder: ForeignFile, names: Vec<String>) -> Result<(Archive, Self)> {
        let toc = BufReader::new(folder.open_member(TOC)?);
        let archive = Archive::read_to_end(toc)?;
        let mut directory = Self {
            folder,
            unclaimed: names.into_iter().filter(|name| name != TOC).collect(),
            data: Vec::new(),
            missing: Vec::new(),
        };
        for entry in archive.entries.iter().filter(|entry| entry.had_dumper) {
            directory.claim_files(entry)?;
        }
        directory.refuse_missing()?;
        directory.refuse_unclaimed()?;
        Ok((archive, directory))
    }

    /// The files of data, each to be read to its end.
    pub(crate) fn data(&self) -> &[DataFile] {
        &self.data
    }

    /// Reads one of them.
    ///
    /// # Errors
    /// `source` or `store` when it cannot be read.
    pub(crate) fn read(&self, file: &DataFile) -> Result<Member> {
        match file.holds {
            Holds::Rows(_) => Member::open_rows(&self.folder, &file.name),
            Holds::LargeObject(_) => Member::open(&self.folder, &file.name),
        }
    }

    /// Names that belong to something else.
    pub(crate) fn strangers(&self) -> Vec<&str> {
        self.unclaimed.iter().map(String::as_str).collect()
    }

    /// Large objects whose end nothing tells: without compression, their files have none.
    pub(crate) fn endless(&self) -> usize {
        let endless = |file: &&DataFile| {
            matches!(file.holds, Holds::LargeObject(_)) && !file.name.ends_with(GZIP)
        };
        self.data.iter().filter(endless).count()
    }

    fn claim_files(&mut self, entry: &Entry) -> Result<()> {
        let name = entry.file_name.as_ref().and_then(|name| name.as_str());
        let Some(name) = name.filter(|name| is_plain(name)) else {
            let cause = format!("entry {} has data, and names no file", entry.dump_id);
            return Err(self.wrong(cause));
        };
        let found = self.claim(name)?;
        match (entry.is("BLOBS"), found) {
            (_, None) => {}
            (false, Some(name)) => self.data.push(DataFile {
                holds: Holds::Rows(entry.dump_id),
                name,
            }),
            (true, Some(list)) => {
                for (oid, name) in self.large_objects(&list)? {
                    if let Some(name) = self.claim(&name)? {
                        let holds = Holds::LargeObject(oid);
                        self.data.push(DataFile { holds, name });
                    }
                }
            }
        }
        Ok(())
    }

    /// The file that the table of contents calls `name`; it may have the ending of a compression.
    fn claim(&mut self, name: &str) -> Result<Option<String>> {
        for ending in ["", GZIP] {
            let there = format!("{name}{ending}");
            if self.unclaimed.remove(&there) {
                return Ok(Some(there));
            }
        }
        for (ending, compression) in OTHER_COMPRESSION {
            let there = format!("{name}{ending}");
            if self.unclaimed.contains(&there) {
                let cause = format!("{there} is compressed by {compression}");
                return Err(Error::new(Kind::Unsupported, self.doing(), cause).hint(
                    "decompress its files (`lz4 -d --rm -m *.lz4`, `zstd -d --rm *.zst`), or dump \
                     with pg_dump --compress=gzip",
                ));
            }
        }
        self.missing.push(name.to_owned());
        Ok(None)
    }

    /// What a list of large objects names: a line for each, its OID and its file.
    fn large_objects(&self, list: &str) -> Result<Vec<(u32, String)>> {
        let mut text = Vec::new();
        let mut content = Member::open(&self.folder, list)?;
        while let Some(chunk) = content.next_chunk()? {
            text.extend_from_slice(&chunk);
            if text.len() as u64 > LONGEST_LIST {
                return Err(self.wrong(format!("{list} is longer than 1 GiB")));
            }
        }
        let mut objects = Vec::new();
        for (at, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let parsed = std::str::from_utf8(line)
                .ok()
                .and_then(|line| line.strip_suffix('\n')?.split_once(' '))
                .and_then(|(oid, file)| Some((oid.parse().ok()?, file)));
            match parsed {
                Some((oid, file)) if is_plain(file) => objects.push((oid, file.to_owned())),
                _ => return Err(self.wrong(format!("line {} of {list} is cut off", at + 1))),
            }
        }
        Ok(objects)
    }

    fn refuse_missing(&self) -> Result<()> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let cause = format!("files are missing: {}", some_of(&self.missing));
        Err(self.wrong(cause))
    }

    /// Files of data that no entry knows: this is a mixture of dumps, or its table of contents is
    /// not its own.
    fn refuse_unclaimed(&self) -> Result<()> {
        let looks_alike = |name: &&String| is_member(name);
        let names: Vec<String> = self.unclaimed.iter().filter(looks_alike).cloned().collect();
        if names.is_empty() {
            return Ok(());
        }
        let cause = format!("files belong to no entry of it: {}", some_of(&names));
        Err(self.wrong(cause))
    }

    fn doing(&self) -> String {
        format!("read the dump in {}", self.folder.place())
    }

    fn wrong(&self, cause: String) -> Error {
        Error::new(Kind::Corrupt, self.doing(), cause)
            .hint("the dump is damaged or was changed: take another one")
    }
}

/// Whether a name leads nowhere else.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains('/') && name != "." && name != ".."
}

fn some_of(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
