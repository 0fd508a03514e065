//! The clean store of an environment: what it publishes, and nothing raw.

use crate::weir::{Stores, Weir};
use weir_config::{Clean, Located};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_store::Store;

/// The folder of the state that holds the claims of names in the clean store: the same backup has
/// the same name in both stores.
const CLAIMS: &str = "clean";

impl Weir {
    /// The clean store alone, for whoever takes backups from it. It is opened each time: few runs
    /// need it twice.
    ///
    /// # Errors
    /// `config` where there is none, `secret`, `store`.
    pub(crate) async fn clean_store(&self, environment: &str, context: &Context) -> Result<Store> {
        let clean = self.clean(environment)?;
        let needed_by = format!("the clean store of {environment}");
        let location = self
            .location(&clean.value.store, &needed_by, context)
            .await?;
        Ok(Store::open(&location)?.watched(context))
    }

    /// The clean store and where names in it are claimed, for the environment that publishes.
    ///
    /// # Errors
    /// `config` where there is none, `secret`, `store`.
    pub(crate) async fn clean_stores(
        &self,
        environment: &str,
        context: &Context,
    ) -> Result<Stores> {
        Ok(Stores {
            store: self.clean_store(environment, context).await?,
            state: self.stores(environment, context).await?.state.under(CLAIMS),
        })
    }

    /// The clean store of an environment as people name it.
    pub(crate) fn clean_label(&self, environment: &str) -> String {
        self.clean(environment).map_or_else(
            |_| "nowhere".to_owned(),
            |clean| clean.value.store.location.to_string(),
        )
    }

    fn clean(&self, environment: &str) -> Result<&Located<Clean>> {
        self.environment(environment)?.clean.as_ref().ok_or_else(|| {
            Error::new(
                Kind::Config,
                format!("find the clean store of {environment}"),
                "it has none",
            )
            .hint(format!(
                "add `clean: {{store: …}}` to {environment} in the configuration: docs/publishing.md"
            ))
        })
    }
}
