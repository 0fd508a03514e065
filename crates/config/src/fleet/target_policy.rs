//! What a restore does about what the target's server has otherwise, or lacks.

use std::collections::BTreeMap;

use crate::located::Located;
use crate::value::{MissingExtensions, MissingRoles, MissingTablespaces};

/// The policies of a job whose databases refer to their server.
#[derive(Debug, Clone)]
pub struct TargetPolicy {
    /// The target's role for a role of the source.
    pub roles: Option<Located<BTreeMap<String, String>>>,
    /// What happens to a role that is missing.
    pub missing_roles: Located<MissingRoles>,
    /// What happens to a tablespace that is missing.
    pub missing_tablespaces: Located<MissingTablespaces>,
    /// What happens to an extension that is missing.
    pub missing_extensions: Located<MissingExtensions>,
}
