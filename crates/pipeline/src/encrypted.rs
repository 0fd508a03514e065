//! Reading backups that may be encrypted: whoever reads on behalf of an environment uses that
//! environment's identity.

use crate::secrets;
use crate::weir::Weir;
use weir_config::Located;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::Manifest;
use weir_store::{BackupReader, Identities, MemoryBudget, Recipients, Store};

/// A reader of a backup, with the identity of the environment it is read for. That it opens the
/// backup is proven here, before anything is loaded; the secret is read only where one is needed.
///
/// # Errors
/// `secret` without an identity that fits, `corrupt`, `store`.
pub(crate) async fn reader(
    weir: &Weir,
    store: &Store,
    manifest: Manifest,
    environment: &str,
    context: &Context,
) -> Result<BackupReader> {
    within(weir, store, manifest, environment, weir.budget(), context).await
}

/// The same for who writes while reading: a writer must never wait for memory that the reader it
/// waits for holds, so that each has its own.
///
/// # Errors
/// As [`reader`].
pub(crate) async fn reader_beside_a_writer(
    weir: &Weir,
    store: &Store,
    manifest: Manifest,
    environment: &str,
    context: &Context,
) -> Result<BackupReader> {
    let budget = weir.reading_budget();
    within(weir, store, manifest, environment, budget, context).await
}

async fn within(
    weir: &Weir,
    store: &Store,
    manifest: Manifest,
    environment: &str,
    budget: &MemoryBudget,
    context: &Context,
) -> Result<BackupReader> {
    let identities = match &manifest.encryption {
        Some(_) => identities(weir, environment, context).await?,
        None => Identities::default(),
    };
    let reader = BackupReader::new(store, manifest, &identities, budget);
    reader.prove_identity().await?;
    Ok(reader)
}

/// The identities of an environment; none where none is configured.
///
/// # Errors
/// `secret`.
pub(crate) async fn identities(
    weir: &Weir,
    environment: &str,
    context: &Context,
) -> Result<Identities> {
    let Some(identity) = &weir.environment(environment)?.identity else {
        return Ok(Identities::default());
    };
    let needed_by = format!("reading encrypted backups in {environment}");
    let base = &weir.fleet().base;
    let secret = secrets::read(&identity.value, base, &needed_by, context).await?;
    Identities::parse(secret.reveal())
}

/// Whom an environment's backups are encrypted to, if to anybody.
///
/// # Errors
/// `config` for a key that is none.
pub(crate) fn recipients(weir: &Weir, environment: &str) -> Result<Option<Recipients>> {
    let environment = weir.environment(environment)?;
    parsed(&environment.recipients, &environment.name)
}

/// Whom what an environment publishes is encrypted to, if to anybody.
///
/// # Errors
/// `config` for a key that is none.
pub(crate) fn published_to(weir: &Weir, environment: &str) -> Result<Option<Recipients>> {
    let environment = weir.environment(environment)?;
    match &environment.clean {
        Some(clean) => parsed(&clean.value.recipients, &environment.name),
        None => Ok(None),
    }
}

fn parsed(keys: &[Located<String>], environment: &str) -> Result<Option<Recipients>> {
    let Some(first) = keys.first() else {
        return Ok(None);
    };
    let keys = keys.iter().map(|key| key.value.as_str());
    Recipients::parse(keys).map(Some).map_err(|error| {
        let doing = format!("read `recipients` of {environment}, {}", first.origin);
        Error::from_source(Kind::Config, doing, error)
            .hint("print a public key with `weir keys public FILE`")
    })
}
