//! What a restore does about what the backup names and the target's server has otherwise, or not
//! at all.

use std::collections::BTreeMap;

/// The policies of one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetPolicy {
    /// The target's role for a role of the source.
    pub roles: BTreeMap<String, String>,
    /// What happens to a role that the target lacks.
    pub missing_roles: MissingRoles,
    /// What happens to a tablespace that the target lacks.
    pub missing_tablespaces: MissingTablespaces,
    /// What happens to an extension that the target lacks.
    pub missing_extensions: MissingExtensions,
}

/// What happens to a role that the target lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingRoles {
    /// What it owns goes to the target's owner, what it may do is left out.
    #[default]
    Strip,
    /// It is made, as one that cannot log in, and stays.
    Create,
    /// The restore fails before data moves.
    Fail,
}

/// What happens to a tablespace that the target lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingTablespaces {
    /// What lies there goes into the database's own.
    #[default]
    Default,
    /// The restore fails before data moves.
    Fail,
}

/// What happens to an extension that the target lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingExtensions {
    /// The restore fails before data moves.
    #[default]
    Fail,
    /// It is left out; what needs it fails the restore.
    LeaveOut,
}
