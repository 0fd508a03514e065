//! Damage to what is stored.

use super::edit::{self, Author, Field};
use super::fleet::Genuine;
use super::random::Random;
use std::path::{Path, PathBuf};

/// An object of the newer backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Part,
    Index,
    Manifest,
    Pointer,
}

/// What happens to one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Flip,
    Truncate,
    Extend,
    Remove,
}

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// Bits, bytes or all of one object.
    Change(Change, Object),
    /// The backups' objects change places: the part, or its index.
    Swap(Object),
    /// The older backup's object lies under the newer one's name.
    Older(Object),
    /// The older part and its index lie under the newer ones' names.
    OlderPartAndIndex,
    /// The older backup's folder again, under a later time.
    Replayed,
    /// An object that nothing names.
    Extra,
    /// The manifest says something else.
    Edited(Field, Author),
    /// The frame index says something else; with an author, the manifest agrees with it.
    Reframed(Option<Author>),
}

const OBJECTS: [Object; 4] = [
    Object::Part,
    Object::Index,
    Object::Manifest,
    Object::Pointer,
];
const CHANGES: [Change; 4] = [
    Change::Flip,
    Change::Truncate,
    Change::Extend,
    Change::Remove,
];
const FILES: [Object; 3] = [Object::Part, Object::Index, Object::Manifest];
const AUTHORS: [Author; 3] = [Author::Nobody, Author::Unsigned, Author::AnotherKey];

impl Damage {
    /// The damage of a seed.
    pub(super) fn choose(random: &mut Random) -> Self {
        match random.below(16) {
            0..=6 => Self::Change(random.pick(&CHANGES), random.pick(&OBJECTS)),
            7 => Self::Swap(random.pick(&FILES)),
            8 => Self::Older(random.pick(&FILES)),
            9 => Self::OlderPartAndIndex,
            10 => Self::Replayed,
            11 => Self::Extra,
            12..=14 => Self::Edited(random.pick(&edit::FIELDS), random.pick(&AUTHORS)),
            _ if random.below(2) == 0 => Self::Reframed(None),
            _ => Self::Reframed(Some(random.pick(&AUTHORS))),
        }
    }

    /// Under which name it is counted.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Change(Change::Flip, _) => "bit flipped",
            Self::Change(Change::Truncate, _) => "truncated",
            Self::Change(Change::Extend, _) => "extended",
            Self::Change(Change::Remove, _) => "removed",
            Self::Swap(_) => "swapped between backups",
            Self::Older(_) | Self::OlderPartAndIndex => "older under the newer name",
            Self::Replayed => "older backup under a later name",
            Self::Extra => "extra object",
            Self::Edited(_, Author::Nobody) => "manifest edited",
            Self::Edited(_, Author::Unsigned) => "manifest edited, unsigned",
            Self::Edited(_, Author::AnotherKey) => "manifest edited, another's key",
            Self::Reframed(None) => "frame index edited",
            Self::Reframed(Some(_)) => "frame index and manifest edited",
        }
    }

    /// Whether the newer backup may be restored as if nothing had happened: nothing reads an
    /// extra object, and nothing depends on the pointer.
    pub(super) fn is_harmless(self) -> bool {
        matches!(self, Self::Extra | Self::Change(_, Object::Pointer))
    }

    /// Does it.
    pub(super) fn apply(self, store: &Path, genuine: &[Genuine; 2], random: &mut Random) {
        let [older, newer] = genuine.each_ref().map(|backup| store.join(&backup.key));
        match self {
            Self::Change(change, object) => damage(change, &find(&newer, object), random),
            Self::Swap(object) => {
                let (one, other) = (find(&older, object), find(&newer, object));
                let held = read(&one);
                put(&one, &read(&other));
                put(&other, &held);
            }
            Self::Older(object) => put(&find(&newer, object), &read(&find(&older, object))),
            Self::OlderPartAndIndex => {
                for object in [Object::Part, Object::Index] {
                    put(&find(&newer, object), &read(&find(&older, object)));
                }
            }
            Self::Replayed => replay(&older),
            Self::Extra => {
                let names = [
                    "extra",
                    "extra.frames",
                    "database.sqlite",
                    "manifest.json.bak",
                    "../extra",
                ];
                put(
                    &newer.join(random.pick(&names)),
                    b"{\"format\": \"weir-backup\"}",
                );
            }
            Self::Edited(field, author) => {
                let manifest = find(&newer, Object::Manifest);
                put(
                    &manifest,
                    &edit::manifest(&read(&manifest), field, author, random),
                );
            }
            Self::Reframed(author) => {
                let index = find(&newer, Object::Index);
                let edited = edit::index(&read(&index), random);
                put(&index, &edited);
                if let Some(author) = author {
                    let manifest = find(&newer, Object::Manifest);
                    put(&manifest, &edit::agree(&read(&manifest), &edited, author));
                }
            }
        }
    }
}

fn damage(change: Change, path: &Path, random: &mut Random) {
    let mut bytes = read(path);
    match change {
        Change::Flip => {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        Change::Truncate => bytes.truncate(random.below(bytes.len())),
        Change::Extend => {
            let more = 1 + random.below(5000);
            bytes.extend((0..more).map(|_| u8::try_from(random.below(256)).expect("a byte")));
        }
        Change::Remove => return std::fs::remove_file(path).expect("remove an object"),
    }
    put(path, &bytes);
}

/// The older folder once more, an hour after the newest could be.
fn replay(older: &Path) {
    let name = older.file_name().expect("it has a name").to_string_lossy();
    let later = older.with_file_name(format!("2099-01-01T{}", &name[11..]));
    std::fs::create_dir(&later).expect("make a folder");
    for entry in std::fs::read_dir(older).expect("list a backup") {
        let entry = entry.expect("list a backup");
        std::fs::hard_link(entry.path(), later.join(entry.file_name())).expect("link an object");
    }
}

fn find(backup: &Path, object: Object) -> PathBuf {
    let ending = match object {
        Object::Part => ".zst",
        Object::Index => ".frames",
        Object::Manifest => "manifest.json",
        Object::Pointer => "latest-people.json",
    };
    let folder = match object {
        Object::Pointer => backup
            .parent()
            .expect("a backup lies in its instance's folder"),
        _ => backup,
    };
    let entries = std::fs::read_dir(folder).expect("list a backup");
    entries
        .map(|entry| entry.expect("list a backup").path())
        .find(|path| path.to_string_lossy().ends_with(ending))
        .unwrap_or_else(|| panic!("no {ending} in {}", folder.display()))
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("read an object")
}

/// Puts a new file in the place of an object: the old one belongs to the master too.
fn put(path: &Path, bytes: &[u8]) {
    if path.exists() {
        std::fs::remove_file(path).expect("remove an object");
    }
    std::fs::write(path, bytes).expect("write an object");
}
