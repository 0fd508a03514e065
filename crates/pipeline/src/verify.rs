//! Verify: reads a whole backup, or the live copy, and proves it.

use crate::encrypted;
use crate::weir::Weir;
use serde::Serialize;
use weir_engine::Context;
use weir_model::error::Result;
use weir_store::{Choice, Wanted};

/// A backup that was read to its end and found whole.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The backup.
    pub backup: String,
    /// Stored bytes read.
    pub bytes: u64,
    /// Rows the manifest promises.
    pub rows: u64,
    /// Who signed its manifest, in words.
    pub signature: String,
}

/// Reads the chosen backup of every database of a job (or of the one named) to its end: every
/// stored byte against its digest, every frame, every content digest.
///
/// # Errors
/// `corrupt`, `no-backup`, `secret` when it is encrypted to another identity, `store`.
pub async fn verify(
    weir: &Weir,
    address: &str,
    database: Option<&str>,
    choice: &Choice,
    context: &Context,
) -> Result<Vec<Verified>> {
    let mut verified = Vec::new();
    for site in weir.sites_to_read(address, database, context).await? {
        let stores = weir.stores(&site.environment, context).await?;
        let wanted = Wanted {
            environment: &site.environment,
            instance: &site.instance,
            database: &site.endpoint.database,
            trusted: &site.trusted_keys,
        };
        let read = weir_store::choose(&stores.store, &wanted, choice)
            .await?
            .read;
        let manifest = read.manifest.clone();
        let reader =
            encrypted::reader(weir, &stores.store, manifest, &site.environment, context).await?;
        let bytes = weir_store::verify_parts(&reader, context).await?;
        verified.push(Verified {
            environment: site.environment.clone(),
            app: site.app.clone(),
            database: site.endpoint.database.clone(),
            backup: read.manifest.backup.clone(),
            bytes,
            rows: read.manifest.rows(),
            signature: read.signature.to_string(),
        });
    }
    Ok(verified)
}

/// Proves the live copies of a job sound by their engine's own checks.
///
/// # Errors
/// `verify`, `source`.
pub async fn verify_live(
    weir: &Weir,
    address: &str,
    database: Option<&str>,
    context: &Context,
) -> Result<Vec<String>> {
    let mut sound = Vec::new();
    for site in weir.sites(address, database, context).await? {
        site.engine.verify_live(&site.endpoint, context).await?;
        sound.push(site.describe());
    }
    Ok(sound)
}
