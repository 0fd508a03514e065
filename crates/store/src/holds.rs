//! Holds, as they lie in the state store: one object each, and another one that releases it.

use crate::history::{decode, encode};
use crate::store::{Creation, DOCUMENT_LIMIT, Store};
use bytes::Bytes;
use std::collections::BTreeMap;
use weir_model::error::{Error, Kind, Result};
use weir_model::hold::{Hold, Released};

const FOLDER: &str = "holds";
const PREFIX: &str = "hold-";

/// A hold as it was found.
#[derive(Debug, Clone)]
pub struct KeptHold {
    /// Its id.
    pub id: String,
    /// What it says, or why that cannot be read.
    pub hold: Result<Hold, String>,
    /// Who ended it before its time, or why that cannot be read: it is released all the same.
    pub released: Option<Result<Released, String>>,
}

/// A new hold's id.
///
/// # Errors
/// `internal` when the system has no randomness to give.
pub fn new_hold_id() -> Result<String> {
    getrandom::u32()
        .map(|random| format!("{PREFIX}{random:08x}"))
        .map_err(|source| {
            Error::from_source(Kind::Internal, "name a hold", source)
                .hint("the system gives no randomness: try again on another machine")
        })
}

/// Whether this is how an id of a hold looks.
#[must_use]
pub fn is_hold_id(text: &str) -> bool {
    text.strip_prefix(PREFIX)
        .is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn hold_key(id: &str) -> String {
    format!("{FOLDER}/{id}.json")
}

fn release_key(id: &str) -> String {
    format!("{FOLDER}/{id}.released.json")
}

/// Places a hold. It is in force once this returns.
///
/// # Errors
/// `store`, also when its id is taken.
pub async fn place_hold(state: &Store, hold: &Hold) -> Result<()> {
    let key = hold_key(&hold.id);
    match state.create(&key, &Bytes::from(encode(hold)?)).await? {
        Creation::Created => Ok(()),
        Creation::Exists(_) => {
            let doing = format!("place {}", state.place(&key));
            let cause = "another hold has this id";
            Err(Error::new(Kind::Store, doing, cause)
                .hint("try again: the next one has another id")
                .transient())
        }
    }
}

/// Ends a hold before its time, and returns who ended it: the first to do so is believed.
///
/// # Errors
/// `usage` when there is no such hold; `store`, `corrupt`.
pub async fn release_hold(state: &Store, id: &str, released: &Released) -> Result<Released> {
    let known = is_hold_id(id) && state.size(&hold_key(id)).await?.is_some();
    if !known {
        let doing = format!("release {id:?}");
        return Err(Error::new(Kind::Usage, doing, "no such hold is here")
            .hint("list holds with `weir holds`"));
    }
    let key = release_key(id);
    match state.create(&key, &Bytes::from(encode(released)?)).await? {
        Creation::Created => Ok(released.clone()),
        Creation::Exists(earlier) => decode(state, &key, &earlier),
    }
}

/// Every hold there is, by its id; of those that were released, by whom.
///
/// # Errors
/// `store`. One that cannot be read says so in its place.
pub async fn list_holds(state: &Store) -> Result<Vec<KeptHold>> {
    let mut holds = Vec::new();
    for (id, released) in ids(state).await? {
        let released = match released {
            true => readable(state, &release_key(&id)).await?,
            false => None,
        };
        holds.extend(kept(state, id, released).await?);
    }
    Ok(holds)
}

/// The holds that nobody has released; their time may be over. Those that were are not read.
///
/// # Errors
/// `store`. One that cannot be read says so in its place.
pub async fn open_holds(state: &Store) -> Result<Vec<KeptHold>> {
    let mut holds = Vec::new();
    for (id, released) in ids(state).await? {
        if !released {
            holds.extend(kept(state, id, None).await?);
        }
    }
    Ok(holds)
}

/// Removes a hold whose time is over, and what released it.
///
/// # Errors
/// `store`.
pub async fn remove_hold(state: &Store, id: &str) -> Result<()> {
    // The other way round a kill between the two would leave a release of nothing.
    state.delete(&release_key(id)).await?;
    state.delete(&hold_key(id)).await
}

/// The ids of all holds, and whether each was released.
async fn ids(state: &Store) -> Result<BTreeMap<String, bool>> {
    let mut ids = BTreeMap::new();
    for entry in state.list(FOLDER).await? {
        let name = entry.key.rsplit('/').next().unwrap_or_default();
        let Some(id) = name.strip_suffix(".json") else {
            continue;
        };
        match id.strip_suffix(".released") {
            Some(id) => ids.insert(id.to_owned(), true),
            None => Some(*ids.entry(id.to_owned()).or_insert(false)),
        };
    }
    ids.retain(|id, _| is_hold_id(id));
    Ok(ids)
}

async fn kept(
    state: &Store,
    id: String,
    released: Option<Result<Released, String>>,
) -> Result<Option<KeptHold>> {
    // It may have been removed since it was listed.
    let hold = readable::<Hold>(state, &hold_key(&id)).await?;
    let hold = hold.map(|hold| match hold {
        Ok(hold) if hold.id != id => Err(format!("it is the hold {:?}", hold.id)),
        hold => hold,
    });
    Ok(hold.map(|hold| KeptHold { id, hold, released }))
}

async fn readable<T: serde::de::DeserializeOwned>(
    state: &Store,
    key: &str,
) -> Result<Option<Result<T, String>>> {
    let Some(bytes) = state.get(key, DOCUMENT_LIMIT).await? else {
        return Ok(None);
    };
    let read = decode(state, key, &bytes);
    Ok(Some(read.map_err(|error| {
        format!("{}: {}", error.doing(), error.cause())
    })))
}
