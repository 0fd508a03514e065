//! What lies in a store, sorted into what is looked at as one.

use crate::adopt::place::is_pointer;
use crate::engines::Engines;
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::ForeignFile;
use weir_model::error::Result;
use weir_store::{ForeignObject, Store};

/// What lies in the folder of a backup of ours.
const MANIFEST: &str = "manifest.json";
/// Where Weir keeps what is no backup.
const STATE: &str = "_weir";

/// An object, or a folder that is one dump.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) bytes: u64,
    /// What is read of it; nothing of a backup of ours.
    pub(super) file: Option<ForeignFile>,
}

/// Everything in a store.
pub(super) struct Inventory {
    pub(super) items: Vec<Item>,
    /// The keys of the pointers.
    pub(super) pointers: Vec<String>,
}

impl Inventory {
    /// Lists a store.
    pub(super) async fn of(store: &Store, engines: &Engines) -> Result<Self> {
        let mut folders: BTreeMap<String, Vec<ForeignObject>> = BTreeMap::new();
        for object in store.foreign_objects().await? {
            let folder = object.key.rsplit_once('/').map_or("", |(folder, _)| folder);
            if folder.split('/').next() != Some(STATE) {
                folders.entry(folder.to_owned()).or_default().push(object);
            }
        }
        let mut inventory = Self {
            items: Vec::new(),
            pointers: Vec::new(),
        };
        for (folder, objects) in folders {
            inventory.add(store, engines, &folder, objects);
        }
        inventory
            .items
            .sort_by(|one, other| one.key.cmp(&other.key));
        Ok(inventory)
    }

    /// Adds a folder: what an engine knows by its names as one dump, and each other object.
    fn add(&mut self, store: &Store, engines: &Engines, folder: &str, objects: Vec<ForeignObject>) {
        let names: Vec<String> = objects.iter().map(name).map(str::to_owned).collect();
        if names.iter().any(|name| name == MANIFEST) {
            self.items.push(as_one(folder, &objects, None));
            return;
        }
        let of_one = engines.files_of_one_dump(&names);
        let known: BTreeSet<&str> = of_one.iter().map(String::as_str).collect();
        let (members, others): (Vec<_>, Vec<_>) = objects
            .into_iter()
            .partition(|object| known.contains(name(object)));
        if !members.is_empty() {
            let file = store.foreign_folder(folder, of_one);
            self.items.push(as_one(folder, &members, Some(file)));
        }
        for object in others {
            if is_pointer(name(&object)) {
                self.pointers.push(object.key);
            } else {
                self.items.push(Item {
                    file: Some(store.foreign_file(&object.key)),
                    key: object.key,
                    bytes: object.bytes,
                });
            }
        }
    }
}

/// The last part of an object's key.
fn name(object: &ForeignObject) -> &str {
    object.key.rsplit('/').next().unwrap_or_default()
}

/// Objects of a folder that are looked at as one.
fn as_one(folder: &str, objects: &[ForeignObject], file: Option<ForeignFile>) -> Item {
    let folder = if folder.is_empty() { "." } else { folder };
    Item {
        key: format!("{folder}/"),
        bytes: objects.iter().map(|object| object.bytes).sum(),
        file,
    }
}
