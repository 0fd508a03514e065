//! An environment as it is written.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{Clean, Hooks, Objectives, Replica};
use crate::value::{
    AcceptedData, Location, Period, PeriodOrNone, Reads, Secret, Stale, Timezone, WrittenSchedule,
};
use crate::yaml::Spanned;

/// One environment: where its backups lie and whom it gets its data from.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Environment {
    /// Where its backups lie: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`, `file:///FOLDER`, the path of a folder, or a map for what else a bucket needs. Required.
    pub(crate) store: Option<Spanned<Store>>,
    /// Where leases and history lie, in the same form. It must neither expire nor be locked. Default: `_weir` within the store.
    pub(crate) state: Option<Spanned<Store>>,
    /// The environment whose backups are restored here. All but one environment name one.
    pub(crate) upstream: Option<Spanned<String>>,
    /// Where upstream's backups reach this environment, so that it reads them there and never in upstream's own store: a place as in `store`, or a map. Default: none, or `_from/UPSTREAM` within the store for apps that `replicate`.
    pub(crate) replica: Option<Spanned<Replica>>,
    /// Which of upstream's backups are taken: `backups` are those in its `store` (or that arrive in the `replica`), `published` the sanitised ones in its `clean` store, and no other store of upstream's is opened. Default: `backups`.
    pub(crate) reads: Option<Spanned<Reads>>,
    /// Where this environment publishes sanitised backups, by the operations `publish` and `publish-live`.
    pub(crate) clean: Option<Spanned<Clean>>,
    /// When jobs run that do not say so themselves: a cron line of five fields, or `by-hand`. Default: `by-hand`.
    #[schemars(with = "Option<String>")]
    pub(crate) schedule: Option<Spanned<WrittenSchedule>>,
    /// Time zone of the schedules, by its IANA name. A listed time of day that a change of the clocks leaves out is due at the change; of one that it repeats, the first counts. Default: `UTC`.
    #[schemars(with = "Option<String>")]
    pub(crate) timezone: Option<Spanned<Timezone>>,
    /// How long a backup is expected to stay in the store. The bucket's lifecycle removes what is older; where there is none, `weir prune` does, and nothing else.
    #[schemars(with = "Option<String>")]
    pub(crate) keep: Option<Spanned<Period>>,
    /// How long a run may take. Default: `12h`.
    #[schemars(with = "Option<String>")]
    pub(crate) deadline: Option<Spanned<Period>>,
    /// How late after it is due a run may still start. Later it is missed, and said so. Default: `8h`.
    #[schemars(with = "Option<String>")]
    pub(crate) start_within: Option<Spanned<Period>>,
    /// Runs start up to this much after they are due, each job by an amount of its own, so that not all start at once. Default: `0s`.
    #[schemars(with = "Option<String>")]
    pub(crate) jitter: Option<Spanned<PeriodOrNone>>,
    /// How often a run that failed for a passing reason is tried again before its deadline, with pauses of 1, 5, 15 and 15 minutes and so on. Default: `2`.
    pub(crate) retry: Option<Spanned<u32>>,
    /// How long after it is due a run waits for upstream's backup, and for the jobs that `after` names. Default: `2h`.
    #[schemars(with = "Option<String>")]
    pub(crate) wait: Option<Spanned<PeriodOrNone>>,
    /// What becomes of it then: `run` takes the newest backup there is and says so, `skip` leaves the run out, `fail` fails it. Default: `fail`.
    pub(crate) stale: Option<Spanned<Stale>>,
    /// What runs before and after the job and its operations. Default: none.
    pub(crate) hooks: Hooks,
    /// What restores, drills and `weir status` are measured against. Default: none.
    pub(crate) objectives: Objectives,
    /// How old the data may be before `weir status` complains. Default: since upstream was last due.
    #[schemars(with = "Option<String>")]
    pub(crate) max_age: Option<Spanned<Period>>,
    /// What the environment accepts: `raw` takes anything, `sanitised` only what is sanitised, vouched for or its own. Default: `raw`.
    pub(crate) data: Option<Spanned<AcceptedData>>,
    /// The key that signs this environment's backups. Without one they are unsigned, which shows accidents but not edits.
    pub(crate) signing_key: Option<Spanned<Secret>>,
    /// The public keys whose marks count here, each `weir-ed25519:BASE64`.
    pub(crate) trusts: Option<Vec<Spanned<String>>>,
    /// The `age` public keys this environment's backups are encrypted to, each `age1…`. Whoever holds the identity of one of them can read the backups. Without any they are not encrypted.
    pub(crate) recipients: Option<Spanned<Vec<Spanned<String>>>>,
    /// The `age` identities that read encrypted backups on behalf of this environment: one secret key a line, as in a file of `age-keygen`.
    pub(crate) identity: Option<Spanned<Secret>>,
    /// The key of the pseudonyms made here. The same key gives the same pseudonyms.
    pub(crate) masking_key: Option<Spanned<Secret>>,
    /// An address that `weir serve` calls when every job of the environment that was due has ended well since the last call: who waits for the call in vain raises the alarm. Template: `{environment}`.
    pub(crate) heartbeat: Option<Spanned<Secret>>,
}

/// A store: its place alone, or with what else it needs.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Store {
    /// The place alone.
    Place(#[schemars(with = "String")] Location),
    /// The place with an endpoint or credentials.
    Table(Box<StoreTable>),
}

/// A bucket that needs more than its place.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreTable {
    /// `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`, `file:///FOLDER` or the path of a folder.
    #[schemars(with = "String")]
    pub(crate) url: Location,
    /// Address of a server that speaks the cloud's language: an S3-compatible store, a sovereign cloud, an emulator. For `az://` the account's own address. Default: the cloud's own.
    pub(crate) endpoint: Option<Spanned<String>>,
    /// Region of an `s3://` bucket. Default: what the machine says.
    pub(crate) region: Option<Spanned<String>>,
    /// Id of the access key of an `s3://` bucket. Default: the machine's own identity.
    pub(crate) access_key_id: Option<Spanned<Secret>>,
    /// The access key's secret; goes with `access_key_id`.
    pub(crate) secret_access_key: Option<Spanned<Secret>>,
    /// How long the store may be silent before a request is given up: slow is no reason, as long as something moves. What the store refuses as too busy is tried again for a third of it. Default: `60s`.
    #[schemars(with = "Option<String>")]
    pub(crate) timeout: Option<Spanned<Period>>,
    /// For `gs://`: the key of a service account, the JSON file that Google gives. Default: the machine's own identity, or what `GOOGLE_APPLICATION_CREDENTIALS` names.
    pub(crate) service_account_key: Option<Spanned<Secret>>,
    /// For `az://`: the storage account. Default: `AZURE_STORAGE_ACCOUNT_NAME`.
    pub(crate) account: Option<Spanned<String>>,
    /// For `az://`: the storage account's key. Default: the machine's own identity.
    pub(crate) account_key: Option<Spanned<Secret>>,
}

impl<'de> Deserialize<'de> for Store {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StoreVisitor)
    }
}

struct StoreVisitor;

impl<'de> Visitor<'de> for StoreVisitor {
    type Value = Store;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the place of a store, or a map with its `url`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Store, E> {
        text.parse().map(Store::Place).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Store, A::Error> {
        let table = StoreTable::deserialize(MapAccessDeserializer::new(map))?;
        if table.access_key_id.is_some() != table.secret_access_key.is_some() {
            return Err(A::Error::custom(
                "half of a pair of credentials\nhelp: give both `access_key_id` and `secret_access_key`, or neither",
            ));
        }
        Ok(Store::Table(Box::new(table)))
    }
}
