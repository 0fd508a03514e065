use super::ledger::{Ledger, claim_number, released_number};
use crate::keys::decode_segment;
use crate::store::{Entry, Store};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
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

/// The leases that were taken and not given back, by living and by dead runs. Most targets are
/// free, and one listing of all of them says so: only what it does not show as free is read.
///
/// # Errors
/// `store`.
pub async fn held_leases(state: &Store) -> Result<Vec<HeldLease>> {
    let mut held = Vec::new();
    for target in not_free(&state.list("leases").await?) {
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

/// The targets whose newest claim is not given back, as a listing shows it.
fn not_free(entries: &[Entry]) -> Vec<String> {
    let mut targets: BTreeMap<&str, (Option<u64>, BTreeSet<u64>)> = BTreeMap::new();
    for Entry { key, .. } in entries {
        let Some(folder) = key.split('/').nth(1) else {
            continue;
        };
        let (newest, released) = targets.entry(folder).or_default();
        *newest = (*newest).max(claim_number(key));
        released.extend(released_number(key));
    }
    let not_free = targets
        .into_iter()
        .filter(|(_, (newest, released))| newest.is_some_and(|number| !released.contains(&number)));
    not_free
        .filter_map(|(folder, _)| decode_segment(folder))
        .collect()
}
