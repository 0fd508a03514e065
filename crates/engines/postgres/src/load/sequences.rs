//! Setting sequences to where they stood.

use super::plan::Plan;
use crate::config::Session;
use crate::dump::archive::{Archive, Entry};
use crate::dump::{Sequence, digest_sequences};
use weir_model::error::Result;
use weir_model::manifest::TableDigest;

/// Statements sent at once.
const BATCH: usize = 200;

/// Sets them.
pub(super) async fn set(session: &Session, plan: &Plan) -> Result<()> {
    for batch in plan.sequences.chunks(BATCH) {
        let statements: Vec<&str> = batch
            .iter()
            .filter_map(|entry| entry.definition.as_ref()?.as_str())
            .collect();
        session
            .run("set the sequences of", &statements.concat())
            .await?;
    }
    Ok(())
}

/// The digest of where all sequences of an archive stand.
pub(super) fn digest_of(archive: &Archive) -> Option<TableDigest> {
    digest(
        archive
            .entries
            .iter()
            .filter(|entry| entry.is("SEQUENCE SET")),
    )
}

/// The digest of those that are made.
pub(crate) fn digest_of_kept(plan: &Plan) -> Option<TableDigest> {
    digest(plan.sequences.iter())
}

fn digest<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<TableDigest> {
    let sequences: Vec<Sequence> = entries.filter_map(Sequence::of).collect();
    digest_sequences(&sequences)
}
