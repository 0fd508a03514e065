//! Copies of backups, where they are what is read.

use super::{INSTANCE, Setting, UPSTREAM, recipients};
use jiff::Timestamp;
use weir_engine::Context;
use weir_model::error::Result;
use weir_store::{
    Acquire, Choice, Chosen, Identities, Lease, MemoryBudget, Recipients, Reencryption, Store,
    Wanted, replicate, replicate_encrypted,
};

impl Setting {
    /// Copies a backup to where it is read, as an environment downstream does before it restores.
    /// Nobody is told: what a rule listens to is the backup and the restore.
    ///
    /// # Errors
    /// What the store says.
    pub(super) async fn deliver(&self, database: &str, choice: &Choice) -> Result<()> {
        let Some(copies) = self.place.copies() else {
            return Ok(());
        };
        let chosen = weir_store::choose(&self.store, &wanted(database), choice).await?;
        let (to, context) = (copies.store(), self.context());
        match recipients(&copies.identities()) {
            None => {
                let budget = MemoryBudget::default();
                replicate(&self.store, &to, &chosen, &budget, &context).await?;
            }
            Some(readers) => self.encrypt_anew(&chosen, &to, &readers, &context).await?,
        }
        Ok(())
    }

    async fn encrypt_anew(
        &self,
        chosen: &Chosen,
        to: &Store,
        readers: &Recipients,
        context: &Context,
    ) -> Result<()> {
        let state = to.under("_weir");
        let terms = Acquire::new("replicate", "run-of-the-copy", Timestamp::now());
        let lease = Lease::acquire(&state, &terms).await?;
        let terms = Reencryption {
            recipients: readers,
            identities: &self.place.identities(),
            signing_key: None,
            trusted: &[],
            state: &state,
            lease: &lease,
        };
        let budget = MemoryBudget::default();
        replicate_encrypted(&self.store, to, chosen, &terms, &budget, context).await?;
        lease.release().await
    }

    /// Where backups are read, and with what.
    pub(super) fn read_from(&self) -> (Store, Identities) {
        let place = self.place.copies().unwrap_or(&self.place);
        (place.store(), place.identities())
    }
}

/// Whose backups are wanted.
pub(super) fn wanted(database: &str) -> Wanted<'_> {
    Wanted {
        environment: UPSTREAM,
        instance: INSTANCE,
        database,
        trusted: &[],
    }
}
