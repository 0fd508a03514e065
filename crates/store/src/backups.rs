//! What backups a store has, whole or not.

use crate::claim::may_stand_for;
use crate::document::{ReadManifest, read_manifest};
use crate::keys::{BackupName, decode_instance, encode_instance};
use crate::missing::Missing;
use crate::pointer::read_pointer;
use crate::signing::PublicKey;
use crate::store::{Entry, Store};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::SignedDuration;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use weir_model::error::{Kind, Result};
use weir_model::manifest::Manifest;

/// Manifests read at once: a bucket answers each slowly, and months of them are listed.
const AT_ONCE: usize = 16;

/// One backup's folder, as a list shows it.
#[derive(Debug, Clone)]
pub struct BackupSummary {
    /// Whose it is and when it was taken.
    pub name: BackupName,
    /// Its manifest, when it has one that can be read.
    pub manifest: Option<ReadManifest>,
    /// Whether it has a manifest, be it one that cannot be read: without one it never was a backup.
    pub finished: bool,
    /// Why it does not count as a backup; `None` when it is whole.
    pub problem: Option<String>,
    /// What it lacks, where that may still be arriving.
    pub missing: Option<Missing>,
    /// Bytes that are stored, whole or not.
    pub stored_bytes: u64,
}

/// Objects of one backup's folder by name, with their sizes.
pub(crate) type Sizes = BTreeMap<String, u64>;

/// The instances that the store has a folder of, ordered.
///
/// # Errors
/// `store`.
pub async fn instances(store: &Store) -> Result<Vec<String>> {
    let folders = store.folders("").await?;
    let instances = folders.iter().filter_map(|folder| decode_instance(folder));
    Ok(instances.collect())
}

/// All backups of one instance, or of every one, newest first within an instance; also those
/// that are not whole, with the reason.
///
/// # Errors
/// `store`.
pub async fn list_backups(
    store: &Store,
    instance: Option<&str>,
    trusted: &[PublicKey],
) -> Result<Vec<BackupSummary>> {
    let segments = match instance {
        Some(instance) => vec![encode_instance(instance)],
        None => store.folders("").await?,
    };
    let mut summaries = Vec::new();
    for segment in segments {
        if decode_instance(&segment).is_some() {
            let folders = group(store.list(&segment).await?);
            summaries.extend(summarise_all(store, folders, trusted).await?);
        }
    }
    Ok(summaries)
}

/// The backups of one instance, newest first, as whoever asks keeps them in mind. Each folder has
/// a mark of how the listing shows it; `known` is asked by that mark, and what it knows is not read
/// again. `made` is what is kept of one that was read.
///
/// # Errors
/// `store`.
pub async fn list_backups_anew<T: Send>(
    store: &Store,
    instance: &str,
    trusted: &[PublicKey],
    known: impl Fn(&BackupName, u64) -> Option<T> + Sync,
    made: impl Fn(u64, BackupSummary) -> T + Sync,
) -> Result<Vec<T>> {
    let entries = store.list(&encode_instance(instance)).await?;
    let marks = marks(&entries);
    let (known, made) = (&known, &made);
    let read = group(entries).into_iter().rev().map(|(name, sizes)| {
        let mark = marks.get(&name.key()).copied().unwrap_or_default();
        async move {
            if let Some(known) = known(&name, mark) {
                return Ok(known);
            }
            let summary = summarise(store, name, &sizes, trusted).await?;
            Ok(made(mark, summary))
        }
    });
    let read: Vec<_> = read.collect();
    stream::iter(read).buffered(AT_ONCE).try_collect().await
}

/// A mark of each folder: its objects with their sizes and versions.
fn marks(entries: &[Entry]) -> HashMap<String, u64> {
    let mut hashers: HashMap<&str, DefaultHasher> = HashMap::new();
    for entry in entries {
        let mut slashes = entry.key.match_indices('/').skip(1);
        if let Some((end, _)) = slashes.next()
            && let Some(folder) = entry.key.get(..end)
        {
            let hasher = hashers.entry(folder).or_default();
            (&entry.key, entry.size, entry.version).hash(hasher);
        }
    }
    let marks = hashers.into_iter();
    marks
        .map(|(folder, hasher)| (folder.to_owned(), hasher.finish()))
        .collect()
}

/// All backups of one database on an instance, newest first, as [`list_backups`] lists them.
///
/// # Errors
/// `store`.
pub async fn list_backups_of(
    store: &Store,
    instance: &str,
    database: &str,
    trusted: &[PublicKey],
) -> Result<Vec<BackupSummary>> {
    let mut folders = group(store.list(&encode_instance(instance)).await?);
    folders.retain(|(name, _)| name.database == database);
    summarise_all(store, folders, trusted).await
}

/// The backups that have this name, or one that was taken in its place because it was taken: newest
/// first, as [`list_backups`] lists them.
///
/// # Errors
/// `store`.
pub async fn list_backups_near(
    store: &Store,
    name: &BackupName,
    trusted: &[PublicKey],
) -> Result<Vec<BackupSummary>> {
    let instance = encode_instance(&name.instance);
    let second = SignedDuration::from_secs(1);
    let before = name.time.saturating_sub(second).unwrap_or(name.time);
    let offset = BackupName::new(&name.instance, before, "").key();
    let mut folders = group(store.list_after(&instance, Some(&offset)).await?);
    folders.retain(|(found, _)| found.database == name.database && may_stand_for(found, name));
    summarise_all(store, folders, trusted).await
}

/// The same of a store that something else fills: also the newest one, while no more than the
/// pointer to it has arrived.
///
/// # Errors
/// `store`.
pub async fn list_copies_of(
    store: &Store,
    instance: &str,
    database: &str,
    trusted: &[PublicKey],
) -> Result<Vec<BackupSummary>> {
    let mut copies = list_backups_of(store, instance, database, trusted).await?;
    let newest = copies.first().map(|newest| newest.name.time);
    let pointed = read_pointer(store, instance, database).await?;
    if let Some(name) = pointed.filter(|name| newest.is_none_or(|newest| name.time > newest)) {
        copies.insert(0, summarise(store, name, &Sizes::new(), trusted).await?);
    }
    Ok(copies)
}

/// Reads the manifests of folders, and turns them newest first.
async fn summarise_all(
    store: &Store,
    folders: Vec<(BackupName, Sizes)>,
    trusted: &[PublicKey],
) -> Result<Vec<BackupSummary>> {
    let read = folders
        .into_iter()
        .rev()
        .map(|(name, sizes)| async move { summarise(store, name, &sizes, trusted).await });
    stream::iter(read).buffered(AT_ONCE).try_collect().await
}

/// Groups a listing by backup, ordered by time. Objects that belong to none are left out.
pub(crate) fn group(entries: Vec<Entry>) -> Vec<(BackupName, Sizes)> {
    let mut folders: BTreeMap<String, Sizes> = BTreeMap::new();
    for entry in entries {
        let mut segments = entry.key.splitn(3, '/');
        if let (Some(instance), Some(folder), Some(rest)) =
            (segments.next(), segments.next(), segments.next())
        {
            let sizes = folders.entry(format!("{instance}/{folder}")).or_default();
            sizes.insert(rest.to_owned(), entry.size);
        }
    }
    let mut named: Vec<_> = folders
        .into_iter()
        .filter_map(|(key, sizes)| BackupName::parse(&key).map(|name| (name, sizes)))
        .collect();
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    named
}

async fn summarise(
    store: &Store,
    name: BackupName,
    sizes: &Sizes,
    trusted: &[PublicKey],
) -> Result<BackupSummary> {
    let stored_bytes = sizes.values().sum();
    let finished = sizes.contains_key("manifest.json");
    let (read, problem, missing) = match inspect(store, &name, sizes, trusted).await? {
        Inspected::Whole(read) => (Some(read), None, None),
        Inspected::Incomplete(read, missing) => (read, Some(missing.to_string()), Some(missing)),
        Inspected::Broken(read, problem) => (read, Some(problem), None),
    };
    Ok(BackupSummary {
        name,
        manifest: read.map(|read| *read),
        finished,
        problem,
        missing,
        stored_bytes,
    })
}

/// What one folder turned out to be.
pub(crate) enum Inspected {
    /// A whole backup.
    Whole(Box<ReadManifest>),
    /// None as far as it is there; with its manifest where that is there already.
    Incomplete(Option<Box<ReadManifest>>, Missing),
    /// None, for this reason, whatever else may still come; with its manifest where that is
    /// readable.
    Broken(Option<Box<ReadManifest>>, String),
}

/// Looks whether a folder, whose listing is given, is a whole backup. A store that does not
/// answer is an error, never a reason to take another backup.
pub(crate) async fn inspect(
    store: &Store,
    name: &BackupName,
    sizes: &Sizes,
    trusted: &[PublicKey],
) -> Result<Inspected> {
    let read = match read_manifest(store, name, trusted).await {
        Ok(Some(read)) => Box::new(read),
        Ok(None) => return Ok(Inspected::Incomplete(None, Missing::manifest(sizes))),
        Err(error) if matches!(error.kind(), Kind::Corrupt | Kind::Unsupported) => {
            return Ok(Inspected::Broken(None, error.cause()));
        }
        Err(error) => match store.archived_class(&name.manifest_key()).await? {
            Some(class) => return Ok(Inspected::Broken(None, archived("its manifest is", &class))),
            None => return Err(error),
        },
    };
    if let Some(problem) = part_too_large(&read.manifest, sizes) {
        return Ok(Inspected::Broken(Some(read), problem));
    }
    Ok(match Missing::parts(&read.manifest, sizes) {
        Some(missing) => Inspected::Incomplete(Some(read), missing),
        None => Inspected::Whole(read),
    })
}

/// A part that has more bytes than it should: no object grows smaller as it arrives.
fn part_too_large(manifest: &Manifest, sizes: &Sizes) -> Option<String> {
    manifest.parts.iter().find_map(|part| {
        let (size, stated) = (*sizes.get(&part.name)?, part.bytes);
        (size > stated).then(|| format!("part {} has {size} bytes, not {stated}", part.name))
    })
}

/// Looks whether the parts of a whole backup can be read; the reason why not. A lifecycle
/// archives by age and size, so the largest part stands for all. One read, so not for lists.
pub(crate) async fn unreadable(
    store: &Store,
    name: &BackupName,
    manifest: &Manifest,
) -> Result<Option<String>> {
    let largest = manifest.parts.iter().max_by_key(|part| part.bytes);
    let Some(part) = largest.filter(|part| part.bytes > 0) else {
        return Ok(None);
    };
    let class = store
        .archived_class(&format!("{}/{}", name.key(), part.name))
        .await?;
    Ok(class.map(|class| archived("its parts are", &class)))
}

fn archived(what: &str, class: &str) -> String {
    format!(
        "{what} archived ({class}): bring them back with the cloud's restore, or take a newer backup"
    )
}
