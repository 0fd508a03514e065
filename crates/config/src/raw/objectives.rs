//! What an app's recovery is measured against, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::value::Period;
use crate::yaml::Spanned;

/// What restores, drills and `weir status` are measured against. Each field is looked for by itself.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Objectives {
    /// How long a recovery may take.
    #[schemars(with = "Option<String>")]
    pub(crate) recovery_time: Option<Spanned<Period>>,
    /// How old the newest backup that can be recovered may be.
    #[schemars(with = "Option<String>")]
    pub(crate) recovery_point: Option<Spanned<Period>>,
}
