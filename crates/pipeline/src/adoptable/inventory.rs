//! What lies in a store, sorted into what is looked at as one.

use crate::adopt::place::is_pointer;
use crate::engines::Engines;
use std::collections::BTreeMap;
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

    /// Adds a folder: as one dump where an engine knows it by the names in it, or else each object.
    fn add(&mut self, store: &Store, engines: &Engines, folder: &str, objects: Vec<ForeignObject>) {
        let name = |object: &ForeignObject| object.key.rsplit('/').next().map(str::to_owned);
        let names: Vec<String> = objects.iter().filter_map(name).collect();
        let whole = |file| Item {
            key: format!("{folder}/"),
            bytes: objects.iter().map(|object| object.bytes).sum(),
            file,
        };
        if !folder.is_empty() && names.iter().any(|name| name == MANIFEST) {
            self.items.push(whole(None));
            return;
        }
        if !folder.is_empty() && engines.know_folder(&names) {
            self.items
                .push(whole(Some(store.foreign_folder(folder, names))));
            return;
        }
        for ForeignObject { key, bytes } in objects {
            if is_pointer(key.rsplit('/').next().unwrap_or_default()) {
                self.pointers.push(key);
            } else {
                let file = Some(store.foreign_file(&key));
                self.items.push(Item { key, bytes, file });
            }
        }
    }
}
