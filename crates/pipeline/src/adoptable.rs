//! Adoptable: every dump that others put into a store, read to its end, and nothing written.

mod inventory;
mod pointers;

use crate::engines::Engines;
use crate::steps::Steps;
use inventory::{Inventory, Item};
use serde::Serialize;
use weir_engine::{Context, Examined};
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Failure;
use weir_store::{Location, Store};

pub use pointers::{Leads, Pointer};

/// What lies in a store.
#[derive(Debug, Serialize)]
pub struct Survey {
    /// The store.
    pub store: String,
    /// What was looked at, in the order of the keys.
    pub dumps: Vec<Looked>,
    /// The pointers to the newest dump of a database.
    pub pointers: Vec<Pointer>,
}

/// An object, or a folder of objects, that was looked at.
#[derive(Debug, Serialize)]
pub struct Looked {
    /// Its key; that of a folder ends with a slash.
    pub key: String,
    /// Its bytes as stored.
    pub bytes: u64,
    /// What came of it.
    #[serde(flatten)]
    pub found: Found,
}

/// What came of looking at an object.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Found {
    /// A dump that was read to its end, and is whole.
    Whole {
        /// What made it, and in what form.
        made_by: String,
        /// The database it is of, where it says so.
        database: Option<String>,
        /// When it was made, where it says so, by the clock of the machine that made it.
        made_at: Option<String>,
        /// Its tables.
        tables: u64,
        /// Their rows.
        rows: u64,
    },
    /// A dump that is not whole.
    Damaged {
        /// Where and how.
        #[serde(serialize_with = "as_failure")]
        failure: Error,
    },
    /// What could not be read to its end, so that nothing is known of it.
    Unread {
        /// Why.
        #[serde(serialize_with = "as_failure")]
        failure: Error,
    },
    /// A backup of Weir's own, which has other proofs.
    Own,
    /// Nothing that an engine of this build knows.
    Unknown,
}

fn as_failure<S: serde::Serializer>(error: &Error, serializer: S) -> Result<S::Ok, S::Error> {
    Failure::from(error).serialize(serializer)
}

impl Survey {
    /// What decides how the command ends: a damaged dump or a pointer to none before anything that
    /// could not be read.
    #[must_use]
    pub fn worst(&self) -> Option<Kind> {
        let failures = self.dumps.iter().filter_map(|dump| dump.found.failure());
        let misled = self.pointers.iter().filter(|pointer| pointer.misleads());
        let kinds = failures.map(Error::kind).collect::<Vec<_>>();
        let is_corrupt = kinds.contains(&Kind::Corrupt) || misled.count() > 0;
        match is_corrupt {
            true => Some(Kind::Corrupt),
            false => kinds.into_iter().next(),
        }
    }
}

impl Found {
    /// Why it is not known to be whole.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        match self {
            Self::Damaged { failure } | Self::Unread { failure } => Some(failure),
            Self::Whole { .. } | Self::Own | Self::Unknown => None,
        }
    }

    fn of(examined: Examined) -> Self {
        Self::Whole {
            made_by: examined.made_by,
            database: examined.database,
            made_at: examined.made_at,
            tables: examined.tables,
            rows: examined.rows,
        }
    }
}

/// Reads every dump below a place to its end, known by its content, one after the other; one that
/// fails does not stop the others. Pointers are compared with what they lead to. Credentials are
/// those of the machine.
///
/// # Errors
/// `config` for a place that is none, `store` when it cannot be listed, `no-backup` when nothing
/// is there, `interrupted`.
pub async fn survey(place: &str, engines: &Engines, context: &Context) -> Result<Survey> {
    let location = Location {
        url: place.to_owned(),
        ..Location::default()
    };
    let store = Store::open(&location)?.watched(context);
    let inventory = Inventory::of(&store, engines).await?;
    if inventory.items.is_empty() && inventory.pointers.is_empty() {
        let doing = format!("list {}", store.url());
        return Err(Error::new(Kind::NoBackup, doing, "nothing lies there")
            .hint("check the place: a bucket with its prefix, or a folder"));
    }
    let total = u32::try_from(inventory.items.len()).unwrap_or(u32::MAX);
    let mut steps = Steps::new(context, total);
    let mut dumps = Vec::new();
    for item in inventory.items {
        steps.next(&format!("read {}", item.key))?;
        dumps.push(look(item, engines, context).await?);
    }
    let pointers = pointers::compare(&store, &inventory.pointers, &dumps).await?;
    Ok(Survey {
        store: store.url().to_owned(),
        dumps,
        pointers,
    })
}

async fn look(item: Item, engines: &Engines, context: &Context) -> Result<Looked> {
    let found = match &item.file {
        None => Found::Own,
        Some(file) => match engines.examine(file, context).await {
            Ok(Some(examined)) => Found::of(examined),
            Ok(None) => unknown(&item),
            Err(stopped) if matches!(stopped.kind(), Kind::Interrupted | Kind::Deadline) => {
                return Err(stopped);
            }
            Err(error) => {
                let failure = named(&error, &item.key);
                match failure.kind() {
                    Kind::Corrupt => Found::Damaged { failure },
                    _ => Found::Unread { failure },
                }
            }
        },
    };
    Ok(Looked {
        key: item.key,
        bytes: item.bytes,
        found,
    })
}

/// The same error, with the object that it is of.
fn named(error: &Error, key: &str) -> Error {
    let named = Error::new(error.kind(), format!("examine {key}"), error.to_string());
    let named = named.hint(error.hint_text().unwrap_or_default());
    match error.is_transient() {
        true => named.transient(),
        false => named,
    }
}

/// What no engine knows. Nothing in an object that is named as a dump is what a dump leaves that
/// died at once.
fn unknown(item: &Item) -> Found {
    let name = item.key.rsplit('/').next().unwrap_or_default();
    if item.bytes > 0 || weir_store::leading_time(name).is_none() {
        return Found::Unknown;
    }
    let doing = format!("examine {}", item.key);
    let failure = Error::new(Kind::Corrupt, doing, "at byte 0: it is empty")
        .hint("whatever wrote it failed: take the dump again, and look at that tool's log");
    Found::Damaged { failure }
}
