//! What people were told and are still to be told, so that whoever starts again goes on from there.

use crate::history::encode;
use crate::store::Store;
use serde::Serialize;
use serde::de::DeserializeOwned;
use weir_model::error::Result;

const KEY: &str = "notify/outbox.json";

/// Changes what is kept, in one step, and returns what it is now. One that cannot be read counts
/// as none: to tell something twice is better than to tell nothing ever again.
///
/// # Errors
/// `store`.
pub async fn change_news<T: Serialize + DeserializeOwned>(
    state: &Store,
    change: impl Fn(Option<T>) -> T,
) -> Result<T> {
    let now = std::sync::Mutex::new(None);
    state
        .change(KEY, |found| {
            let found = found.and_then(|bytes| serde_json::from_slice(bytes).ok());
            let changed = change(found);
            let bytes = encode(&changed)?;
            if let Ok(mut now) = now.lock() {
                *now = Some(changed);
            }
            Ok(Some(bytes))
        })
        .await?;
    let now = now.into_inner().ok().flatten();
    Ok(now.unwrap_or_else(|| change(None)))
}
