//! What a restore does about what the target's server lacks, as engines are told it.

use weir_config::{
    MissingExtensions as ConfiguredExtensions, MissingRoles as ConfiguredRoles,
    MissingTablespaces as ConfiguredTablespaces, TargetPolicy as Configured,
};
use weir_engine::{MissingExtensions, MissingRoles, MissingTablespaces, TargetPolicy};

/// The policy of a job; the default one where its engine has no use for any.
pub(crate) fn of(configured: Option<&Configured>) -> TargetPolicy {
    let Some(configured) = configured else {
        return TargetPolicy::default();
    };
    let roles = configured.roles.as_ref();
    TargetPolicy {
        roles: roles.map(|roles| roles.value.clone()).unwrap_or_default(),
        missing_roles: match configured.missing_roles.value {
            ConfiguredRoles::Strip => MissingRoles::Strip,
            ConfiguredRoles::Create => MissingRoles::Create,
            ConfiguredRoles::Fail => MissingRoles::Fail,
        },
        missing_tablespaces: match configured.missing_tablespaces.value {
            ConfiguredTablespaces::Default => MissingTablespaces::Default,
            ConfiguredTablespaces::Fail => MissingTablespaces::Fail,
        },
        missing_extensions: match configured.missing_extensions.value {
            ConfiguredExtensions::Fail => MissingExtensions::Fail,
            ConfiguredExtensions::LeaveOut => MissingExtensions::LeaveOut,
        },
    }
}
