//! Where the files of a dump lie: on this machine, or in a store; and pointers to the newest one.

use crate::weir::Weir;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use weir_config::{Location, StoreAccess};
use weir_engine::{Context, ForeignFile};
use weir_model::error::{Error, Kind, Result};
use weir_store::Store;

/// The most bytes that a pointer has.
const LONGEST_POINTER: u64 = 4096;

/// A file of a dump that is there.
pub(super) struct Found {
    pub(super) file: ForeignFile,
    /// The time that stands in its name.
    pub(super) named_at: Option<Timestamp>,
}

/// Whether a file of that name says which dump of a database is its newest.
pub(crate) fn is_pointer(name: &str) -> bool {
    name.starts_with("latest-") && name.ends_with(".txt")
}

/// The name that a pointer leads to, in the pointer's own folder: what it says in front of that is
/// the name its writer had for the folder.
pub(crate) fn pointed_at(content: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(content).ok()?.trim();
    let name = line.rsplit('/').next()?;
    (!name.is_empty() && !line.contains('\n') && !matches!(name, "." | "..")).then_some(name)
}

/// What a pointer says, of an object that is there.
pub(crate) async fn follow(store: &Store, key: &str) -> Result<Option<String>> {
    let content = store.foreign_text(key, LONGEST_POINTER).await?;
    let content = content.unwrap_or_default();
    Ok(pointed_at(&content).map(str::to_owned))
}

/// Finds what an operator named: a path, or the url of what lies in a store. A pointer is
/// followed.
pub(super) async fn find(weir: &Weir, named: &Path, context: &Context) -> Result<Found> {
    let (store, name) = match named.to_str().filter(|text| text.contains("://")) {
        Some(url) => stored(weir, url, context).await?,
        None => match beside_a_pointer(named)? {
            Some(beside) => beside,
            None => {
                let name = named.file_name().unwrap_or_default().to_string_lossy();
                return Ok(Found {
                    named_at: weir_store::leading_time(&name).map(|(time, _)| time),
                    file: named.to_owned().into(),
                });
            }
        },
    };
    let name = match is_pointer(&name) {
        true => {
            let target = follow(&store, &name).await?;
            let target = target.ok_or_else(|| leads_nowhere(&store, &name, "it names no dump"))?;
            context.note(format!("{}/{name} leads to {target}", store.url()));
            target
        }
        false => name,
    };
    let file = store.find_foreign(&name).await?;
    Ok(Found {
        file: file.ok_or_else(|| leads_nowhere(&store, &name, "there is no such dump"))?,
        named_at: weir_store::leading_time(&name).map(|(time, _)| time),
    })
}

/// The folder of a pointer on this machine, and its name.
fn beside_a_pointer(path: &Path) -> Result<Option<(Store, String)>> {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name.filter(|name| is_pointer(name)) else {
        return Ok(None);
    };
    let folder = path.with_file_name("");
    let folder = std::path::absolute(folder).unwrap_or_else(|_| PathBuf::from("."));
    let location = weir_store::Location {
        url: folder.display().to_string(),
        ..weir_store::Location::default()
    };
    Ok(Some((Store::open(&location)?, name.to_owned())))
}

/// The store's folder that a url leads into, and the name in it.
async fn stored(weir: &Weir, url: &str, context: &Context) -> Result<(Store, String)> {
    let unreadable = |cause: String| {
        Error::new(Kind::Usage, "find the dump", cause).hint(
            "name it like s3://bucket/folder/file, gs://…, az://…, file:///folder/file or a path",
        )
    };
    let place: Location = url.parse().map_err(|problem: String| {
        let cause = problem.lines().next().unwrap_or_default();
        unreadable(cause.to_owned())
    })?;
    let (folder, name) =
        split(&place).ok_or_else(|| unreadable("it names no object".to_owned()))?;
    let access = access(weir, folder);
    let location = weir.location(&access, "the dump", context).await?;
    Ok((Store::open(&location)?.watched(context), name))
}

/// The folder that a place lies in, and its name there.
fn split(place: &Location) -> Option<(Location, String)> {
    match place {
        Location::Bucket {
            cloud,
            name: bucket,
            prefix,
        } => {
            let (folder, name) = prefix.rsplit_once('/').unwrap_or(("", prefix));
            let folder = Location::Bucket {
                cloud: *cloud,
                name: bucket.clone(),
                prefix: folder.to_owned(),
            };
            (!name.is_empty()).then(|| (folder, name.to_owned()))
        }
        Location::Folder(path) => {
            let name = path.file_name()?.to_str()?;
            Some((Location::Folder(path.parent()?.to_owned()), name.to_owned()))
        }
    }
}

/// How to get into a place: as the configuration says of a store in the same bucket, if it has
/// one, and else as the machine does.
fn access(weir: &Weir, place: Location) -> StoreAccess {
    let environments = weir.fleet().environments.iter();
    let mut stores = environments.map(|environment| &environment.store.value);
    let is_same_bucket = |store: &&StoreAccess| match (&store.location, &place) {
        (
            Location::Bucket { cloud, name, .. },
            Location::Bucket {
                cloud: wanted,
                name: bucket,
                ..
            },
        ) => cloud == wanted && name == bucket,
        _ => false,
    };
    match stores.find(is_same_bucket) {
        Some(known) => StoreAccess {
            location: place,
            ..known.clone()
        },
        None => StoreAccess::at(place),
    }
}

fn leads_nowhere(store: &Store, name: &str, cause: &str) -> Error {
    Error::new(Kind::Source, format!("read {}/{name}", store.url()), cause).hint(
        "`weir verify --adoptable STORE` lists the dumps of a store, and tells which are whole",
    )
}
