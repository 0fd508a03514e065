//! The files of a store, found and replaced.

use super::{Change, Object};
use crate::faults::random::Random;
use std::path::{Path, PathBuf};

/// The object of a backup, given as its folder.
pub(super) fn find(backup: &Path, object: Object) -> PathBuf {
    if object == Object::Pointer {
        let instance = backup.parent().expect("a backup lies below an instance");
        return instance.join("latest-people.json");
    }
    let entries = std::fs::read_dir(backup).expect("list a backup");
    entries
        .map(|entry| entry.expect("list a backup").path())
        .find(|path| is(path, object))
        .unwrap_or_else(|| panic!("no {object:?} in {}", backup.display()))
}

fn is(path: &Path, object: Object) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match object {
        Object::Manifest => name == "manifest.json",
        Object::Index => name.contains(".frames"),
        Object::Part => name != "manifest.json" && !name.contains(".frames"),
        Object::Pointer => name.starts_with("latest-"),
    }
}

pub(super) fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("read an object")
}

/// Puts a new file in the place of an object: the old one belongs to the master too.
pub(super) fn put(path: &Path, bytes: &[u8]) {
    if path.exists() {
        std::fs::remove_file(path).expect("remove an object");
    }
    std::fs::write(path, bytes).expect("write an object");
}

/// Changes one object.
pub(super) fn change(change: Change, path: &Path, random: &mut Random) {
    let mut bytes = read(path);
    match change {
        Change::Flip => flip(&mut bytes, random),
        Change::Truncate => bytes.truncate(random.below(bytes.len())),
        Change::Extend => {
            let more = 1 + random.below(5000);
            bytes.extend((0..more).map(|_| u8::try_from(random.below(256)).expect("a byte")));
        }
        Change::Remove => return std::fs::remove_file(path).expect("remove an object"),
        Change::Shuffle => shuffle(&mut bytes, random),
    }
    put(path, &bytes);
}

pub(super) fn flip(bytes: &mut [u8], random: &mut Random) {
    let at = random.below(bytes.len());
    bytes[at] ^= 1 << random.below(8);
}

/// Two stretches of one length change places; where they are equal, a bit makes the difference.
fn shuffle(bytes: &mut [u8], random: &mut Random) {
    let before = bytes.to_vec();
    let half = bytes.len() / 2;
    let length = 1 + random.below(half.max(1));
    let (first, second) = (
        random.below(half - length.min(half) + 1),
        half + random.below(bytes.len() - half - length.min(half) + 1),
    );
    for offset in 0..length.min(half) {
        bytes.swap(first + offset, second + offset);
    }
    if bytes == before {
        flip(bytes, random);
    }
}
