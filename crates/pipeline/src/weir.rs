//! Everything a verb needs: the fleet, the engines, the stores (opened on demand), the clock.

use crate::clock::{Clock, SystemClock};
use crate::engines::Engines;
use crate::run::RunOptions;
use crate::secrets;
use crate::site::Site;
use crate::site_builder::{self, Need};
use crate::status::KnownBackups;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use weir_config::{Environment, Fleet, Job, OperationKind, Period, Replica, StoreAccess};
use weir_engine::Context;
use weir_model::error::Result;
use weir_model::run::{Process, StatusEntry};
use weir_model::stamp::Token;
use weir_store::{Acquire, Lease, Location, MemoryBudget, RunLog, Store};

/// What does not come from the configuration file.
pub struct Settings {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who works, so that others can see whether it lives.
    pub process: Process,
    /// How long a lease holds without a sign of life from its holder.
    pub lease_time_to_live: Duration,
    /// How often a run tells how far it has come, at most.
    pub progress_every: Duration,
    /// Bytes that all parts in flight may use together.
    pub memory: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            process: weir_store::this_process(),
            lease_time_to_live: Duration::from_secs(150),
            progress_every: Duration::from_secs(10),
            memory: 48 * 1024 * 1024,
        }
    }
}

/// The stores of one environment.
#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) store: Store,
    pub(crate) state: Store,
}

/// The fleet at work.
pub struct Weir {
    fleet: Fleet,
    engines: Engines,
    settings: Settings,
    budget: MemoryBudget,
    reading_budget: MemoryBudget,
    stores: Mutex<HashMap<String, Stores>>,
    known_backups: KnownBackups,
}

impl Weir {
    /// A fleet with its engines.
    #[must_use]
    pub fn new(fleet: Fleet, engines: Engines, settings: Settings) -> Self {
        Self {
            budget: MemoryBudget::new(settings.memory),
            reading_budget: MemoryBudget::new(settings.memory / 2),
            fleet,
            engines,
            settings,
            stores: Mutex::default(),
            known_backups: KnownBackups::default(),
        }
    }

    /// The fleet.
    #[must_use]
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Now, by the clock in use.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// Who works.
    pub(crate) fn process(&self) -> Process {
        self.settings.process.clone()
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.settings.clock)
    }

    pub(crate) fn progress_every(&self) -> Duration {
        self.settings.progress_every
    }

    pub(crate) fn engines(&self) -> &Engines {
        &self.engines
    }

    pub(crate) fn budget(&self) -> &MemoryBudget {
        &self.budget
    }

    /// For reading a backup while another is written.
    pub(crate) fn reading_budget(&self) -> &MemoryBudget {
        &self.reading_budget
    }

    /// What was read of backups to answer for the fleet.
    pub(crate) fn known_backups(&self) -> &KnownBackups {
        &self.known_backups
    }

    pub(crate) fn environment(&self, name: &str) -> Result<&Environment> {
        self.fleet.environment(name)
    }

    /// The names of all environments.
    pub(crate) fn environment_names(&self) -> Vec<String> {
        let environments = self.fleet.environments.iter();
        environments.map(|found| found.name.clone()).collect()
    }

    /// The store of an environment as people name it.
    pub(crate) fn store_label(&self, environment: &str) -> String {
        self.environment(environment).map_or_else(
            |_| environment.to_owned(),
            |found| found.store.value.location.to_string(),
        )
    }

    /// The stores of an environment, opened once. Their calls end when the run of `context` is
    /// told to stop.
    pub(crate) async fn stores(&self, environment: &str, context: &Context) -> Result<Stores> {
        let known = self.open_stores().get(environment).cloned();
        let open = match known {
            Some(open) => open,
            None => {
                let opened = self.open(environment, context).await?;
                // Whoever was faster is whom all others share with.
                let mut known = self.open_stores();
                known
                    .entry(environment.to_owned())
                    .or_insert(opened)
                    .clone()
            }
        };
        Ok(Stores {
            store: open.store.watched(context),
            state: open.state.watched(context),
        })
    }

    /// A replica of the backups of `environment`. It is opened each time: few runs need it twice.
    pub(crate) async fn replica_store(
        &self,
        replica: &Replica,
        environment: &str,
        context: &Context,
    ) -> Result<Store> {
        let needed_by = format!("the replica of {environment}");
        let location = self.location(&replica.store, &needed_by, context).await?;
        Ok(Store::open(&location)?.watched(context))
    }

    fn open_stores(&self) -> MutexGuard<'_, HashMap<String, Stores>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(&self, environment: &str, context: &Context) -> Result<Stores> {
        let configured = self.environment(environment)?;
        let (store, state) = (&configured.store.value, &configured.state.value);
        let needed_by = format!("the store of {environment}");
        Ok(Stores {
            store: Store::open(&self.location(store, &needed_by, context).await?)?,
            state: Store::open(&self.location(state, &needed_by, context).await?)?,
        })
    }

    /// How to open a store, with its secrets.
    pub(crate) async fn location(
        &self,
        configured: &StoreAccess,
        needed_by: &str,
        context: &Context,
    ) -> Result<Location> {
        let secret = async |reference: &Option<weir_config::Secret>| match reference {
            Some(reference) => secrets::read(reference, &self.fleet.base, needed_by, context)
                .await
                .map(Some),
            None => Ok(None),
        };
        Ok(Location {
            url: configured.location.to_string(),
            base: self.fleet.base.clone(),
            endpoint: configured.endpoint.clone(),
            region: configured.region.clone(),
            timeout: configured.timeout.map(Period::duration),
            access_key_id: secret(&configured.access_key_id).await?,
            secret_access_key: secret(&configured.secret_access_key).await?,
            service_account_key: secret(&configured.service_account_key).await?,
            account: configured.account.clone(),
            account_key: secret(&configured.account_key).await?,
        })
    }

    /// The databases of the job at `address`, with all they need to be read and written.
    pub(crate) async fn sites(
        &self,
        address: &str,
        database: Option<&str>,
        context: &Context,
    ) -> Result<Vec<Site>> {
        self.sites_of(self.fleet.job(address)?, database, context)
            .await
    }

    pub(crate) async fn sites_of(
        &self,
        job: &Job,
        database: Option<&str>,
        context: &Context,
    ) -> Result<Vec<Site>> {
        site_builder::sites(self, job, database, Need::Database, context).await
    }

    /// The same for verbs that only look at the databases: no key of the environment is read.
    pub(crate) async fn sites_to_look_at(
        &self,
        job: &Job,
        database: Option<&str>,
        context: &Context,
    ) -> Result<Vec<Site>> {
        site_builder::sites(self, job, database, Need::Look, context).await
    }

    /// The same for verbs that only read the store: no database secret is asked for.
    pub(crate) async fn sites_to_read(
        &self,
        address: &str,
        database: Option<&str>,
        context: &Context,
    ) -> Result<Vec<Site>> {
        let job = self.fleet.job(address)?;
        site_builder::sites(self, job, database, Need::StoreOnly, context).await
    }

    /// The operations of one database in run order, narrowed by the options. A recovery is what
    /// an operator asks for, whatever the job does at night.
    pub(crate) fn operations(
        &self,
        job: &Job,
        database: &str,
        options: &RunOptions,
    ) -> Vec<OperationKind> {
        if options.operations.as_deref() == Some(&[OperationKind::Recover]) {
            return vec![OperationKind::Recover];
        }
        let wanted = |operation: &OperationKind| {
            options
                .operations
                .as_ref()
                .is_none_or(|wanted| wanted.contains(operation))
        };
        job.databases
            .iter()
            .filter(|known| known.name == database)
            .flat_map(|database| database.operations.iter().copied())
            .filter(wanted)
            .collect()
    }

    /// Takes the lease of a target, above every token its live copy has seen.
    pub(crate) async fn lease(
        &self,
        state: &Store,
        site: &Site,
        run: &str,
        context: &Context,
    ) -> Result<Lease> {
        let stamp = site.engine.stamp(&site.endpoint, context).await?;
        let name = site.lease_name();
        let doing = format!("take the lease of {}", site.describe());
        let terms = Acquire {
            above: stamp.map_or_else(Token::default, |stamp| stamp.token),
            by: self.process(),
            ttl: self.settings.lease_time_to_live,
            context: Some(context),
            ..Acquire::new(&name, run, self.now())
        };
        // A holder that is seen nowhere is watched for as long as its lease lasts.
        context
            .unless_stopped(&doing, Lease::acquire(state, &terms))
            .await
    }

    /// Takes a lease that is of no target: of work on a store.
    pub(crate) async fn lease_of(
        &self,
        state: &Store,
        name: &str,
        run: &str,
        context: &Context,
    ) -> Result<Lease> {
        let terms = Acquire {
            ttl: self.settings.lease_time_to_live,
            context: Some(context),
            ..Acquire::new(name, run, self.now())
        };
        context
            .unless_stopped(
                &format!("take the lease {name}"),
                Lease::acquire(state, &terms),
            )
            .await
    }

    /// Fails once somebody has closed this run, because it seemed to be dead.
    ///
    /// # Errors
    /// `interrupted`, `store`.
    pub(crate) async fn refuse_closed(
        &self,
        environment: &str,
        run: &str,
        context: &Context,
    ) -> Result<()> {
        let stores = self.stores(environment, context).await?;
        RunLog::of(&stores.state, run)?.refuse_closed().await
    }

    pub(crate) async fn note_newest_run(
        &self,
        job: &Job,
        run: &str,
        context: &Context,
    ) -> Result<()> {
        let state = self.stores(&job.environment, context).await?.state;
        let newest = (job.name.as_str(), run);
        weir_store::note_newest_run(&state, &job.environment, &job.app, newest).await
    }

    pub(crate) async fn record_status(
        &self,
        job: &Job,
        entry: &StatusEntry,
        context: &Context,
    ) -> Result<()> {
        let state = self.stores(&job.environment, context).await?.state;
        weir_store::update_status(&state.winding_up(), &job.environment, &job.app, entry).await
    }
}
