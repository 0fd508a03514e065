use crate::closing::is_over;
use jiff::Timestamp;
use weir_model::error::Result;
use weir_store::{BackupName, Store, is_dead, read_claim, read_run};

/// Why a folder without a manifest stays; `None` when whoever began it is known to be done.
pub(super) async fn writer(
    claims: &Store,
    records: &Store,
    name: &BackupName,
    now: Timestamp,
) -> Result<Option<String>> {
    let Some(claim) = read_claim(claims, name).await? else {
        return Ok(Some(
            "it is no backup, and no claim says who writes it: remove it by hand if nobody does"
                .to_owned(),
        ));
    };
    let record = read_run(records, &claim.run).await?;
    let over = match record {
        Some(record) if record.ended.is_some() => true,
        Some(record) => record.started.is_some_and(|started| is_over(&started, now)),
        None => is_dead(&claim.by),
    };
    Ok((!over).then(|| format!("run {} may be writing it", claim.run)))
}
