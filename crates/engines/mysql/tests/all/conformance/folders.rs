//! The rules run at once on one server, each as if it had a folder of databases to itself: the
//! names of its databases end in a digest of the folder.

use super::client::{Database, identifier};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The longest name a server takes, in characters.
const LONGEST: usize = 64;

/// Folders that databases were asked for.
static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// What the server calls the database of that name in that folder.
pub(crate) fn database_in(folder: &Path, name: &str) -> String {
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    folders.insert(folder.to_owned());
    format!("{name}{}", ending(folder))
}

/// Removes the databases of folders that are gone: their rules have ended.
pub(crate) fn sweep(server: &Database) {
    for folder in take_gone() {
        let ending = ending(&folder);
        for row in server.rows("SELECT schema_name FROM information_schema.schemata") {
            if row[0].contains(&ending) {
                let name = identifier(&row[0]);
                server.run(&format!("DROP DATABASE IF EXISTS {name}"));
            }
        }
    }
}

fn take_gone() -> BTreeSet<PathBuf> {
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    let (kept, gone) = std::mem::take(&mut *folders)
        .into_iter()
        .partition(|folder| folder.exists());
    *folders = kept;
    gone
}

fn ending(folder: &Path) -> String {
    format!("-{}", digest(&folder.display().to_string()))
}

/// Weir's own name of that kind for `name`: a long one is cut, and told apart by a digest of what
/// it was.
pub(crate) fn own_name(kind: &str, name: &str) -> String {
    if kind.len() + name.chars().count() <= LONGEST {
        return format!("{kind}{name}");
    }
    let digest = digest(name);
    let room = LONGEST - kind.len() - digest.len() - 1;
    let head: String = name.chars().take(room).collect();
    format!("{kind}{head}~{digest}")
}

fn digest(text: &str) -> String {
    let mut digest = String::new();
    for byte in &Sha256::digest(text)[..6] {
        write!(digest, "{byte:02x}").expect("write to a string");
    }
    digest
}
