use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use weir_engine::Endpoint;
use weir_model::error::{Error, Kind, Result};

/// The longest name of a file that common file systems take, in bytes.
const LONGEST_NAME: usize = 255;
/// The longest ending of a file beside the live one: `.weir-previous-new-journal`.
const LONGEST_ENDING: usize = 26;

/// A database file and the files with fixed names that Weir keeps beside it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    live: PathBuf,
}

impl Place {
    /// The place an address names. Symbolic links are followed, so that every way to one file
    /// leads to the same lock and the same shadow.
    ///
    /// # Errors
    /// `config` when the address is not one of an SQLite file.
    pub(crate) fn of(endpoint: &Endpoint) -> Result<Self> {
        let path = path_of(&endpoint.url)?;
        let path = std::path::absolute(&path).unwrap_or(path);
        let live = std::fs::canonicalize(&path).unwrap_or_else(|_| through_parent(&path));
        Ok(Self { live })
    }

    /// The database in use.
    pub(crate) fn live(&self) -> &Path {
        &self.live
    }

    /// The copy being built.
    pub(crate) fn shadow(&self) -> PathBuf {
        self.beside(".weir-shadow")
    }

    /// The copy being built, while it is written anew without its free pages.
    pub(crate) fn rewritten(&self) -> PathBuf {
        self.beside(".weir-shadow-new")
    }

    /// The copy that was replaced last.
    pub(crate) fn previous(&self) -> PathBuf {
        self.beside(".weir-previous")
    }

    /// The copy about to be replaced, while it is being saved.
    pub(crate) fn previous_new(&self) -> PathBuf {
        self.beside(".weir-previous-new")
    }

    /// The lock that keeps writers apart.
    pub(crate) fn lock(&self) -> PathBuf {
        self.beside(".weir-lock")
    }

    /// Whether Weir has written here before, or tried to: its lock stays.
    pub(crate) fn was_target(&self) -> bool {
        self.lock().exists()
    }

    /// The folder all of them lie in.
    pub(crate) fn folder(&self) -> &Path {
        self.live.parent().unwrap_or(Path::new("/"))
    }

    /// Whether a file lies at the live path, be it empty.
    pub(crate) fn is_taken(&self) -> bool {
        self.live.symlink_metadata().is_ok()
    }

    /// Whether a database lies at the live path. SQLite calls an empty file a database without
    /// tables; here it is none.
    pub(crate) fn has_database(&self) -> bool {
        std::fs::metadata(&self.live).is_ok_and(|found| found.len() > 0)
    }

    /// Refuses a place without a database but with a log or journal of one, which SQLite would
    /// apply to whatever database appears there.
    ///
    /// # Errors
    /// `target`.
    pub(crate) fn refuse_orphans(&self) -> Result<()> {
        let orphans = self.journals();
        if self.has_database() || orphans.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = orphans
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        Err(Error::new(
            Kind::Target,
            format!("make the database {}", self.live.display()),
            format!(
                "there is no database, but what is left of one: {}",
                names.join(", ")
            ),
        )
        .hint("SQLite would mix it into the new copy: remove it, if no database goes with it"))
    }

    /// Refuses a name that leaves no room for the endings of the files beside it, before any of
    /// them is made.
    ///
    /// # Errors
    /// `target`.
    pub(crate) fn refuse_long_name(&self) -> Result<()> {
        let length = self.live.file_name().map_or(0, |name| name.len());
        if length + LONGEST_ENDING <= LONGEST_NAME {
            return Ok(());
        }
        Err(Error::new(
            Kind::Target,
            format!("write beside {}", self.live.display()),
            format!("its name has {length} bytes, which leaves no room for names made from it"),
        )
        .hint(format!(
            "give the database a name of at most {} bytes",
            LONGEST_NAME - LONGEST_ENDING
        )))
    }

    /// The log and the journal beside the live copy that have content.
    pub(crate) fn journals(&self) -> Vec<PathBuf> {
        ["-journal", "-wal"]
            .into_iter()
            .map(|ending| self.beside(ending))
            .filter(|path| std::fs::metadata(path).is_ok_and(|found| found.len() > 0))
            .collect()
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = OsString::from(&self.live);
        name.push(ending);
        PathBuf::from(name)
    }
}

fn path_of(url: &str) -> Result<PathBuf> {
    let wrong = |cause: &str| {
        Error::new(Kind::Config, format!("read the address {url}"), cause)
            .hint("write `sqlite:///srv/app.db` for the file /srv/app.db")
    };
    let rest = url
        .strip_prefix("sqlite:")
        .ok_or_else(|| wrong("it does not begin with `sqlite:`"))?;
    let path = match rest.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(_) => return Err(wrong("an SQLite database has no host")),
        None => rest,
    };
    if path.is_empty() || path.ends_with('/') {
        return Err(wrong("it names no file"));
    }
    if path.contains(['?', '#']) {
        return Err(wrong("options after `?` or `#` are not supported"));
    }
    Ok(PathBuf::from(path))
}

fn through_parent(path: &Path) -> PathBuf {
    match (path.parent().map(std::fs::canonicalize), path.file_name()) {
        (Some(Ok(parent)), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

/// Makes names in a folder last through a power failure.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| {
            Error::from_source(
                Kind::Target,
                format!("write the folder {} to disk", folder.display()),
                error,
            )
            .hint("look at the disk's health and at the system's log")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_paths() {
        assert_eq!(
            path_of("sqlite:///srv/app.db").unwrap(),
            Path::new("/srv/app.db")
        );
        assert_eq!(path_of("sqlite:app.db").unwrap(), Path::new("app.db"));
        for wrong in [
            "postgres://x/y",
            "sqlite://host/x",
            "sqlite:",
            "sqlite:///x?mode=ro",
        ] {
            assert_eq!(path_of(wrong).unwrap_err().kind(), Kind::Config, "{wrong}");
        }
    }
}
