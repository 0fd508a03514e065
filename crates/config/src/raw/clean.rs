//! The store of sanitised backups as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Store;
use crate::value::Period;
use crate::yaml::Spanned;

/// Where an environment publishes sanitised backups. Whoever may read there needs no access to anything raw.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clean {
    /// Its place, as `store` of an environment, in which nothing else lies. Required.
    pub(crate) store: Spanned<Store>,
    /// The `age` public keys that published backups are encrypted to, each `age1…`. Default: they are not encrypted.
    pub(crate) recipients: Option<Spanned<Vec<Spanned<String>>>>,
    /// How long a published backup is expected to stay there, as `keep` of an environment.
    #[schemars(with = "Option<String>")]
    pub(crate) keep: Option<Spanned<Period>>,
}
