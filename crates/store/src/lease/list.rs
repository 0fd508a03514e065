use super::ledger::Ledger;
use crate::keys::decode_segment;
use crate::store::Store;
use jiff::Timestamp;
use std::collections::BTreeSet;
use weir_model::error::Result;
use weir_model::run::Process;

/// A lease that somebody has.
#[derive(Debug, Clone)]
pub struct HeldLease {
    /// The target.
    pub target: String,
    /// The run that has it.
    pub run: String,
    /// Its process.
    pub by: Process,
    /// Since when.
    pub at: Timestamp,
}

/// The leases that were taken and not given back, by living and by dead runs.
///
/// # Errors
/// `store`.
pub async fn held_leases(state: &Store) -> Result<Vec<HeldLease>> {
    let entries = state.list("leases").await?;
    let targets: BTreeSet<String> = entries
        .iter()
        .filter_map(|entry| decode_segment(entry.key.split('/').nth(1)?))
        .collect();
    let mut held = Vec::new();
    for target in targets {
        let newest = Ledger::new(state, &target).newest().await?;
        held.extend(
            newest
                .filter(|entry| !entry.released)
                .map(|entry| HeldLease {
                    target,
                    run: entry.claim.run,
                    by: entry.claim.by,
                    at: entry.claim.at,
                }),
        );
    }
    Ok(held)
}
