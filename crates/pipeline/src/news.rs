//! What people were told and are still to be told, kept in the records of an environment.

use crate::weir::Weir;
use serde::Serialize;
use serde::de::DeserializeOwned;
use weir_engine::Context;
use weir_model::error::Result;

/// Changes what an environment keeps, in one step, and returns what it is now.
///
/// # Errors
/// `usage` for an environment that is not there; `store`, `secret`.
pub async fn change<T: Serialize + DeserializeOwned>(
    weir: &Weir,
    environment: &str,
    context: &Context,
    change: impl Fn(Option<T>) -> T,
) -> Result<T> {
    let state = weir.stores(environment, context).await?.state;
    weir_store::change_news(&state, change).await
}
