//! The backups that the stores hold.

use super::Inner;
use crate::views::{BackupList, BackupRow, Unreadable};
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_pipeline::backups::{self, BackupEntry};

pub(super) async fn list(
    source: &Inner,
    environment: Option<&str>,
    context: &Context,
) -> Result<BackupList> {
    let environments = match environment {
        Some(name) => {
            source.refuse_hidden(name)?;
            vec![name.to_owned()]
        }
        None => source.environments.iter().cloned().collect(),
    };
    let mut found = Vec::new();
    let mut unreadable = Vec::new();
    for environment in environments {
        match backups::list(&source.weir, &environment, None, context).await {
            Ok(entries) => found.extend(entries.into_iter().map(row)),
            Err(error) if error.kind() == Kind::Interrupted => return Err(error),
            Err(error) => unreadable.push(Unreadable {
                environment,
                why: error.to_string(),
                as_of: None,
            }),
        }
    }
    found.sort_by(|one, other| {
        (other.created, &one.reference).cmp(&(one.created, &other.reference))
    });
    Ok(BackupList {
        backups: found,
        unreadable,
    })
}

/// A backup as it stands in lists.
pub(super) fn row(entry: BackupEntry) -> BackupRow {
    let (instance, folder) = place(&entry.reference);
    BackupRow {
        environment: entry.environment,
        app: entry.app,
        database: entry.database,
        instance,
        folder,
        created: entry.time,
        data_as_of: entry.data_as_of.unwrap_or(entry.time),
        bytes: entry.bytes,
        rows: entry.rows.unwrap_or_default(),
        data: entry
            .sanitising
            .map_or_else(|| "unknown".to_owned(), |state| state.to_string()),
        broken: entry.problem.filter(|_| !entry.whole),
        reference: entry.reference,
    }
}

/// The instance and the folder in the name of a backup.
pub(super) fn place(reference: &str) -> (String, String) {
    let key = reference.split_once(':').map_or(reference, |(_, key)| key);
    let (instance, folder) = key.rsplit_once('/').unwrap_or(("", key));
    (instance.to_owned(), folder.to_owned())
}
