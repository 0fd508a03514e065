//! The files of the repository.

use std::path::{Path, PathBuf};

/// What builds, runs and checkouts leave: no part of the project.
const NOT_OURS: [&str; 4] = [".git", "target", "weir-demo", "bench-results"];

/// The repository's folder.
pub(super) fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// The folders right below one, by name.
pub(super) fn folders(parent: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = entries(parent)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// Every file of the project.
pub(super) fn tracked_files() -> Vec<PathBuf> {
    let top = entries(&repository()).into_iter();
    let ours = top.filter(|path| !NOT_OURS.iter().any(|name| path.ends_with(name)));
    let mut found = Vec::new();
    ours.for_each(|path| collect(path, &mut found));
    found.sort();
    found
}

/// Every Rust file of the project.
pub(super) fn source_files() -> Vec<PathBuf> {
    let files = tracked_files().into_iter();
    files
        .filter(|file| file.extension().is_some_and(|ending| ending == "rs"))
        .collect()
}

/// A file's name without its ending.
pub(super) fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Whether a file is read by people.
pub(super) fn is_text(file: &Path) -> bool {
    !std::fs::read(file)
        .unwrap()
        .iter()
        .take(8_000)
        .any(|byte| *byte == 0)
}

fn collect(path: PathBuf, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        entries(&path)
            .into_iter()
            .for_each(|entry| collect(entry, found));
    } else {
        found.push(path);
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    listing.map(|entry| entry.unwrap().path()).collect()
}
