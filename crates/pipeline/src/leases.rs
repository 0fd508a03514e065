//! Leases: who writes which target now.

use crate::weir::Weir;
use weir_engine::Context;
use weir_model::error::Result;
pub use weir_store::HeldLease;

/// The leases of an environment that were taken and not given back.
///
/// # Errors
/// `usage` for an environment that is not there; `store`, `secret`.
pub async fn held(weir: &Weir, environment: &str, context: &Context) -> Result<Vec<HeldLease>> {
    let state = weir.stores(environment, context).await?.state;
    weir_store::held_leases(&state).await
}
