//! What happens to what a target's server lacks, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::value::{MissingExtensions, MissingRoles, MissingTablespaces};
use crate::yaml::Spanned;

/// What a restore does when the backup names what the target's server lacks. For apps on PostgreSQL; of MySQL, for roles alone, which are accounts. Each field is looked for by itself.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Missing {
    /// `strip`: what a missing role owns goes to the target's owner, and what it may do is left out. `create`: the role is made with `NOLOGIN`, and stays. `fail`: the restore fails before data moves. Default: `strip`.
    pub(crate) roles: Option<Spanned<MissingRoles>>,
    /// `default`: what lies in a missing tablespace goes into the database's own. `fail`: the restore fails before data moves. Default: `default`.
    pub(crate) tablespaces: Option<Spanned<MissingTablespaces>>,
    /// `fail`: the restore fails before data moves. `leave-out`: it goes on without the extension, and fails where something needs it. Default: `fail`.
    pub(crate) extensions: Option<Spanned<MissingExtensions>>,
}
