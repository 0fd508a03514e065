//! An environment expanded.

use super::{Clean, Replica};
use crate::located::{Located, Origin};
use crate::value::{AcceptedData, Location, Period, Reads, Secret, Timezone};

/// One environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub defined: Origin,
    /// Where its backups lie.
    pub store: Located<StoreAccess>,
    /// Where leases, claims and history lie.
    pub state: Located<StoreAccess>,
    /// The environment its data comes from; none for the root.
    pub upstream: Option<Located<String>>,
    /// Where upstream's backups reach it, if not in upstream's own store.
    pub replica: Option<Located<Replica>>,
    /// Which backups of other environments it takes.
    pub reads: Located<Reads>,
    /// Where it publishes sanitised backups.
    pub clean: Option<Located<Clean>>,
    /// Time zone of its schedules.
    pub timezone: Located<Timezone>,
    /// How long a backup is expected to stay in the store.
    pub keep: Option<Located<Period>>,
    /// What it accepts.
    pub data: Located<AcceptedData>,
    /// The key that signs its backups.
    pub signing_key: Option<Located<Secret>>,
    /// The public keys whose marks count here, `weir-ed25519:BASE64`.
    pub trusts: Vec<Located<String>>,
    /// The `age` public keys its backups are encrypted to, `age1…`; none: not encrypted.
    pub recipients: Vec<Located<String>>,
    /// The `age` identities that read encrypted backups on its behalf.
    pub identity: Option<Located<Secret>>,
    /// The key of the pseudonyms made here.
    pub masking_key: Option<Located<Secret>>,
    /// The address that is called when every due job of the environment has ended well.
    pub heartbeat: Option<Located<Secret>>,
}

impl StoreAccess {
    /// Whether both are one place, whoever gets in how.
    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        self.location == other.location && self.endpoint == other.endpoint
    }
}

/// A store and how to get into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreAccess {
    /// Its place.
    pub location: Location,
    /// Address of a server that speaks the cloud's language; the cloud's own if none.
    pub endpoint: Option<String>,
    /// Region of the bucket.
    pub region: Option<String>,
    /// Id of the access key; the machine's own identity if none.
    pub access_key_id: Option<Secret>,
    /// The access key's secret.
    pub secret_access_key: Option<Secret>,
    /// How long it may be silent before a request is given up; the default if none.
    pub timeout: Option<Period>,
    /// The key of a Google service account; the machine's own identity if none.
    pub service_account_key: Option<Secret>,
    /// The Azure storage account; what the machine says if none.
    pub account: Option<String>,
    /// The Azure account's key; the machine's own identity if none.
    pub account_key: Option<Secret>,
}

impl StoreAccess {
    /// A store that needs nothing but its place.
    #[must_use]
    pub fn at(location: Location) -> Self {
        Self {
            location,
            endpoint: None,
            region: None,
            access_key_id: None,
            secret_access_key: None,
            service_account_key: None,
            account: None,
            account_key: None,
            timeout: None,
        }
    }

    /// The secrets that open it.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let all = [
            &self.access_key_id,
            &self.secret_access_key,
            &self.service_account_key,
            &self.account_key,
        ];
        all.into_iter().flatten()
    }
}
