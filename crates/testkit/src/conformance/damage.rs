//! Damage to stored objects, done behind the store's back, and undone again.

use std::path::{Path, PathBuf};

/// Every file below a folder, in order.
pub(super) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The files below a folder that hold `text` somewhere in their bytes.
#[must_use]
pub fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    files_below(folder)
        .into_iter()
        .filter(|path| {
            // A file that vanished meanwhile holds nothing.
            std::fs::read(path).is_ok_and(|bytes| contains(&bytes, text.as_bytes()))
        })
        .collect()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// A stored object, which is put back as it was when this is dropped.
pub(super) struct Damaged {
    path: PathBuf,
    original: Vec<u8>,
}

impl Damaged {
    /// Takes an object's original down.
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            original: std::fs::read(path).expect("read the object"),
        }
    }

    /// What the object was.
    pub(super) fn original(&self) -> &[u8] {
        &self.original
    }

    /// Puts other bytes in its place; `None` removes it.
    pub(super) fn replace(&self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => std::fs::write(&self.path, bytes).expect("damage the object"),
            None => std::fs::remove_file(&self.path).expect("remove the object"),
        }
    }
}

impl Drop for Damaged {
    fn drop(&mut self) {
        std::fs::write(&self.path, &self.original).expect("put the object back");
    }
}

/// Every way in which one object is damaged by itself: a name, and what is left of it.
pub(super) fn damages(original: &[u8]) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let mut damages = vec![
        ("missing", None),
        ("with a byte more", Some([original, b"\n"].concat())),
    ];
    let Some(last) = original.len().checked_sub(1) else {
        return damages;
    };
    let flipped = |at: usize| {
        let mut bytes = original.to_vec();
        bytes[at] ^= 0b0000_0100;
        Some(bytes)
    };
    damages.extend([
        ("empty", Some(Vec::new())),
        ("cut in half", Some(original[..original.len() / 2].to_vec())),
        ("without its last byte", Some(original[..last].to_vec())),
        ("flipped at its start", flipped(0)),
        ("flipped in its middle", flipped(original.len() / 2)),
        ("flipped at its end", flipped(last)),
    ]);
    damages
}
