//! Pointers `latest-DATABASE.txt`, compared with what they lead to.

use super::{Found, Looked};
use crate::adopt::place::follow;
use serde::Serialize;
use weir_model::error::{Kind, Result};
use weir_store::Store;

/// A pointer to the newest dump of a database.
#[derive(Debug, Serialize)]
pub struct Pointer {
    /// Its key.
    pub key: String,
    /// The dump that it names, in its own folder; null when it names none.
    pub target: Option<String>,
    /// What lies there.
    pub leads_to: Leads,
    /// A newer dump of the same database in its folder, going by the names; null when there is
    /// none.
    pub newer: Option<String>,
}

/// What a pointer leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leads {
    /// A dump that is whole.
    Whole,
    /// A dump that is damaged.
    Damaged,
    /// What could not be read, or what no engine of this build knows.
    Unknown,
    /// Nothing.
    Nothing,
}

impl Pointer {
    /// Whether whoever follows it is led to nothing, or to a broken dump.
    #[must_use]
    pub fn misleads(&self) -> bool {
        matches!(self.leads_to, Leads::Damaged | Leads::Nothing)
    }
}

/// Compares pointers with the dumps that were looked at.
pub(super) async fn compare(
    store: &Store,
    keys: &[String],
    dumps: &[Looked],
) -> Result<Vec<Pointer>> {
    let mut pointers = Vec::new();
    for key in keys {
        let name = match follow(store, key).await {
            // What is far too long for a pointer names no dump.
            Err(error) if error.kind() == Kind::Corrupt => None,
            followed => followed?,
        };
        let target = name.map(|name| beside(key, &name));
        pointers.push(Pointer {
            leads_to: leads_to(target.as_deref(), dumps),
            newer: newer(key, target.as_deref(), dumps),
            key: key.clone(),
            target,
        });
    }
    Ok(pointers)
}

/// The key of something in the same folder.
fn beside(key: &str, name: &str) -> String {
    let (folder, slash) = key
        .rsplit_once('/')
        .map_or(("", ""), |(folder, _)| (folder, "/"));
    format!("{folder}{slash}{name}")
}

fn leads_to(target: Option<&str>, dumps: &[Looked]) -> Leads {
    let target = target.and_then(|target| {
        let mut dumps = dumps.iter();
        dumps.find(|dump| dump.key.trim_end_matches('/') == target)
    });
    match target.map(|dump| &dump.found) {
        None => Leads::Nothing,
        Some(Found::Whole { .. }) => Leads::Whole,
        Some(Found::Damaged { .. }) => Leads::Damaged,
        Some(Found::Unread { .. } | Found::Own | Found::Unknown) => Leads::Unknown,
    }
}

/// The newest dump of the pointer's database beside it, where that is newer than its target.
fn newer(key: &str, target: Option<&str>, dumps: &[Looked]) -> Option<String> {
    let name = key.rsplit('/').next()?;
    let database = name.strip_prefix("latest-")?.strip_suffix(".txt")?;
    let time = |key: &str| {
        let name = key.trim_end_matches('/').rsplit('/').next()?;
        let (time, rest) = weir_store::leading_time(name)?;
        let of_it = rest.strip_prefix(database)?;
        // A longer name is another database's; what follows a dot is an ending.
        (of_it.is_empty() || of_it.starts_with('.')).then_some(time)
    };
    let is_beside = |dump: &&Looked| {
        let dump = dump.key.trim_end_matches('/');
        dump.rsplit_once('/').map(|(folder, _)| folder)
            == key.rsplit_once('/').map(|(folder, _)| folder)
    };
    let beside = dumps.iter().filter(is_beside);
    let newest = beside.max_by_key(|dump| time(&dump.key))?;
    (time(&newest.key)? > target.and_then(time)?).then(|| newest.key.clone())
}
