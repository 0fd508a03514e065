//! What has been published already.

use crate::site::Site;
use weir_model::error::Result;
use weir_model::manifest::Manifest;
use weir_model::sanitising::RulesetMark;
use weir_store::{BackupName, ReadManifest, Store};

/// The whole backup in the clean store that the same rules have made of the same backup, for the
/// same recipients.
pub(super) async fn find(
    clean: &Store,
    site: &Site,
    raw: &Manifest,
    ruleset: &RulesetMark,
) -> Result<Option<Manifest>> {
    let Some(name) = BackupName::parse(&raw.backup) else {
        return Ok(None);
    };
    let near = weir_store::list_backups_near(clean, &name, &site.trusted_keys).await?;
    let same = |read: &ReadManifest| {
        is_of(&read.manifest, raw)
            && by(&read.manifest, ruleset)
            && (site.signing_key.is_none() || read.signature.is_trusted())
            && has_recipients(&read.manifest, site)
    };
    let whole = near.into_iter().filter(|backup| backup.problem.is_none());
    let mut read = whole.filter_map(|backup| backup.manifest);
    Ok(read.find(same).map(|read| read.manifest))
}

fn is_of(published: &Manifest, raw: &Manifest) -> bool {
    published.environment == raw.environment
        && published.created == raw.created
        && published.identity == raw.identity
        && published.data_as_of == raw.data_as_of
}

fn by(published: &Manifest, ruleset: &RulesetMark) -> bool {
    let known = published.sanitising.ruleset.as_ref();
    known.is_some_and(|known| {
        known.digest == ruleset.digest
            && known.scheme == ruleset.scheme
            && known.key_id == ruleset.key_id
    })
}

fn has_recipients(published: &Manifest, site: &Site) -> bool {
    let encryption = published.encryption.as_ref();
    match &site.published_to {
        Some(recipients) => recipients.are(encryption),
        None => encryption.is_none(),
    }
}
