//! Damage, done.

use super::objects::{change, find, flip, put, read};
use super::{Damage, Object, Stranger};
use crate::faults::edit;
use crate::faults::master::{Master, link_all};
use crate::faults::random::Random;
use std::path::{Path, PathBuf};

const EXTRAS: [&str; 5] = [
    "extra",
    "extra.frames",
    "database.sqlite",
    "manifest.json.bak",
    "../extra",
];

/// The backups that a seed's store holds.
struct Shelf {
    older: PathBuf,
    newer: PathBuf,
    strangers: [PathBuf; 2],
}

impl Damage {
    /// Does it to a store that was filled from the master.
    pub(in crate::faults) fn apply(self, store: &Path, master: &Master, random: &mut Random) {
        let [older, newer] = master
            .genuine
            .each_ref()
            .map(|backup| store.join(&backup.key));
        let strangers = master.strangers.each_ref().map(|key| store.join(key));
        let shelf = Shelf {
            older,
            newer,
            strangers,
        };
        match self {
            Self::Change(kind, object) => change(kind, &find(&shelf.newer, object), random),
            Self::Everywhere => {
                for object in [Object::Part, Object::Index, Object::Manifest] {
                    edit_file(&find(&shelf.newer, object), |bytes| {
                        let mut bytes = bytes.to_vec();
                        flip(&mut bytes, random);
                        bytes
                    });
                }
            }
            Self::Extra => put(
                &shelf.newer.join(random.pick(&EXTRAS)),
                b"{\"format\": \"weir-backup\"}",
            ),
            Self::Edited(field, author) => {
                edit_file(&find(&shelf.newer, Object::Manifest), |bytes| {
                    edit::manifest(bytes, field, author, random)
                });
            }
            Self::Reframed(author) => shelf.reframe(author, random),
            Self::Pointed => {
                let elsewhere = [
                    &master.genuine[0].key,
                    &master.strangers[0],
                    &master.strangers[1],
                ];
                let pointer = find(&shelf.newer, Object::Pointer);
                edit_file(&pointer, |bytes| edit::pointer(bytes, &elsewhere, random));
            }
            Self::OtherEnvironment => {
                std::fs::remove_dir_all(&shelf.newer).expect("remove a backup");
                let place = store.join(&master.upstream);
                if place.exists() {
                    // Taken in the same second as the older one.
                    std::fs::remove_dir_all(&place).expect("remove a backup");
                }
                link_all(&master.upstream(), &place);
            }
            moved => shelf.exchange(moved),
        }
    }
}

impl Shelf {
    /// True objects under names that are not theirs.
    fn exchange(&self, damage: Damage) {
        match damage {
            Damage::Swap(object) => {
                let (one, other) = (find(&self.older, object), find(&self.newer, object));
                let held = read(&one);
                put(&one, &read(&other));
                put(&other, &held);
            }
            Damage::Older(object) => self.replace(object, &self.older),
            Damage::OlderPartAndIndex => {
                for object in [Object::Part, Object::Index] {
                    self.replace(object, &self.older);
                }
            }
            Damage::OlderWhole => {
                std::fs::remove_dir_all(&self.newer).expect("remove a backup");
                link_all(&self.older, &self.newer);
            }
            Damage::Foreign(object, stranger) => self.replace(object, self.stranger(stranger)),
            Damage::Replayed => self.add_later(&self.older),
            Damage::ForeignWhole(stranger) => self.add_later(self.stranger(stranger)),
            other => panic!("{other:?} moves nothing"),
        }
    }

    fn stranger(&self, stranger: Stranger) -> &Path {
        match stranger {
            Stranger::Neighbour => &self.strangers[0],
            Stranger::Elsewhere => &self.strangers[1],
        }
    }

    fn replace(&self, object: Object, by: &Path) {
        put(&find(&self.newer, object), &read(&find(by, object)));
    }

    /// A backup once more, as one of this database that is later than any can be.
    fn add_later(&self, backup: &Path) {
        link_all(
            backup,
            &self.newer.with_file_name("2099-01-01T000000Z-people"),
        );
    }

    fn reframe(&self, author: Option<edit::Author>, random: &mut Random) {
        let index = find(&self.newer, Object::Index);
        let edited = edit::index(&read(&index), random);
        put(&index, &edited);
        if let Some(author) = author {
            edit_file(&find(&self.newer, Object::Manifest), |bytes| {
                edit::agree(bytes, &edited, author)
            });
        }
    }
}

fn edit_file(path: &Path, edit: impl FnOnce(&[u8]) -> Vec<u8>) {
    put(path, &edit(&read(path)));
}
