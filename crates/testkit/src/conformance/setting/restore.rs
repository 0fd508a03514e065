//! A restore: choose, load, scripts, verify, swap.

use super::Setting;
use super::copies::wanted;
use std::sync::Arc;
use weir_engine::{
    Bounds, Context, Endpoint, Live, LoadRequest, Loaded, Masker, PartSource, Previous, Ready,
    Script, Verification,
};
use weir_model::error::Result;
use weir_model::event::Checkpoint;
use weir_model::manifest::Manifest;
use weir_model::sanitising::Mark;
use weir_model::stamp::{Hop, Stamp, Token};
use weir_store::{Acquire, BackupReader, Choice, Lease, MemoryBudget};

/// What a restore is asked for.
#[derive(Clone)]
pub struct Plan {
    /// The fencing token.
    pub token: u64,
    /// The rules, for a clean copy.
    pub masker: Option<Arc<dyn Masker>>,
    /// The scripts.
    pub scripts: Vec<Script>,
    /// What happens to the replaced copy.
    pub previous: Previous,
    /// Row counts that must hold.
    pub bounds: Bounds,
}

impl Plan {
    /// A plain restore that keeps the replaced copy.
    #[must_use]
    pub fn with_token(token: u64) -> Self {
        Self {
            token,
            masker: None,
            scripts: Vec::new(),
            previous: Previous::Keep,
            bounds: Bounds::new(),
        }
    }

    /// The same with rules.
    #[must_use]
    pub fn masked(mut self, masker: impl Masker + 'static) -> Self {
        self.masker = Some(Arc::new(masker));
        self
    }

    /// The same with a script.
    #[must_use]
    pub fn script(mut self, text: impl Into<String>) -> Self {
        self.scripts.push(Script {
            name: "script".to_owned(),
            text: text.into(),
        });
        self
    }
}

impl Setting {
    /// Chooses the newest backup of a database. Where copies are read, it is copied first: whoever
    /// made it may have died before.
    ///
    /// # Errors
    /// What the store says.
    pub async fn choose(&self, database: &str) -> Result<Arc<dyn PartSource>> {
        self.deliver(database, &Choice::Newest).await?;
        self.choose_by(database, &Choice::Newest).await
    }

    /// Chooses a backup that is known.
    ///
    /// # Errors
    /// What the store says.
    pub async fn parts(&self, manifest: &Manifest) -> Result<Arc<dyn PartSource>> {
        let choice = Choice::Named(manifest.backup.clone());
        self.choose_by(&manifest.database, &choice).await
    }

    async fn choose_by(&self, database: &str, choice: &Choice) -> Result<Arc<dyn PartSource>> {
        let (store, identities) = self.read_from();
        let chosen = weir_store::choose(&store, &wanted(database), choice).await?;
        let (manifest, budget) = (chosen.read.manifest, MemoryBudget::default());
        let reader = BackupReader::new(&store, manifest, &identities, &budget);
        Ok(Arc::new(reader))
    }

    /// Loads a backup into a shadow.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn load(
        &self,
        parts: Arc<dyn PartSource>,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Box<dyn Loaded>> {
        let request = LoadRequest {
            stamp: stamp(parts.manifest(), plan.token),
            masker: plan.masker.clone(),
            previous: plan.previous,
            verification: Verification::Full,
            bounds: plan.bounds.clone(),
            scripts_follow: !plan.scripts.is_empty(),
        };
        self.engine.load(target, request, parts, context).await
    }

    /// Prepares a shadow up to the swap.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn prepare(
        &self,
        parts: Arc<dyn PartSource>,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Box<dyn Ready>> {
        let loaded = self.load(parts, target, plan, context).await?;
        let sanitised = loaded.sanitise(&plan.scripts, context).await?;
        sanitised.verify(context).await
    }

    /// Restores parts into a target.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn restore_parts(
        &self,
        parts: Arc<dyn PartSource>,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Live> {
        let ready = self.prepare(parts, target, plan, context).await?;
        ready.swap(context).await
    }

    /// Restores a backup into a target.
    ///
    /// # Errors
    /// What the store or the engine says.
    pub async fn restore(
        &self,
        manifest: &Manifest,
        target: &Endpoint,
        plan: &Plan,
        context: &Context,
    ) -> Result<Live> {
        let parts = self.parts(manifest).await?;
        self.restore_parts(parts, target, plan, context).await
    }

    /// Restores the newest backup of a database into a target under a lease, as a whole run:
    /// lease, heal, load, scripts, verify, swap, release.
    ///
    /// # Errors
    /// What the store or the engine says.
    pub async fn run(&self, target: &Endpoint, source: &str, context: &Context) -> Result<Live> {
        let state = self.store.under("_weir");
        let above = self.engine.stamp(target, context).await?;
        let terms = Acquire {
            above: above.map(|stamp| stamp.token).unwrap_or_default(),
            ..Acquire::new(&target.database, "run", jiff::Timestamp::now())
        };
        let lease = Lease::acquire(&state, &terms).await?;
        context.checkpoint(Checkpoint::Leased);
        self.engine.heal(target, context).await?;
        let parts = self.choose(source).await?;
        let plan = Plan::with_token(lease.token().0);
        let ready = self.prepare(parts, target, &plan, context).await?;
        lease.still_ours().await?;
        let live = ready.swap(context).await?;
        lease.release().await?;
        Ok(live)
    }
}

/// The stamp of a restore with that token.
pub(in crate::conformance) fn stamp(manifest: &Manifest, token: u64) -> Stamp {
    let mut hops = manifest.lineage.clone().unwrap_or_default();
    hops.push(Hop {
        environment: manifest.environment.clone(),
        backup: manifest.backup.clone(),
        identity: manifest.identity.clone(),
    });
    Stamp {
        run: format!("run-{token}"),
        token: Token(token),
        environment: "staging".to_owned(),
        data_as_of: manifest.data_as_of,
        sanitising: Mark::raw(),
        hops,
    }
}
