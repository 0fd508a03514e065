//! The roles of a server, and what this user may do with them.

use crate::config::{Session, identifier};
use std::collections::{BTreeMap, BTreeSet};
use weir_model::error::Result;

/// What a server knows of roles.
pub(crate) struct ServerRoles {
    /// Who asks.
    pub(crate) user: String,
    /// Whether this user may make roles.
    pub(crate) may_create: bool,
    is_superuser: bool,
    /// Each with whether this user may act for it, and give things to it.
    roles: BTreeMap<String, bool>,
}

impl ServerRoles {
    /// Reads them.
    pub(crate) async fn read(session: &Session) -> Result<Self> {
        let doing = "read the roles of";
        // From 16 on, being a member is not enough to act for a role.
        let sql = "SELECT rolname::text, pg_catalog.pg_has_role(oid, CASE WHEN \
                   pg_catalog.current_setting('server_version_num')::int >= 160000 \
                   THEN 'SET' ELSE 'MEMBER' END), rolname = current_user, \
                   rolcreaterole OR rolsuper, rolsuper FROM pg_catalog.pg_roles";
        let mut found = Self {
            user: String::new(),
            may_create: false,
            is_superuser: false,
            roles: BTreeMap::new(),
        };
        for row in &session.rows(doing, sql, &[]).await? {
            let name: String = session.get(doing, row, 0)?;
            if session.get(doing, row, 2)? {
                found.user.clone_from(&name);
                found.may_create = session.get(doing, row, 3)?;
                found.is_superuser = session.get(doing, row, 4)?;
            }
            found.roles.insert(name, session.get(doing, row, 1)?);
        }
        Ok(found)
    }

    /// Whether there is such a role.
    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles.contains_key(role)
    }

    /// Whether there is such a role, and this user may act for it.
    pub(crate) fn may_act_for(&self, role: &str) -> bool {
        self.roles.get(role).copied().unwrap_or_default()
    }

    /// Their names.
    pub(super) fn into_names(self) -> BTreeSet<String> {
        self.roles.into_keys().collect()
    }

    /// Makes a role for which this user may act. Another restore may have made it meanwhile.
    pub(super) async fn create(&mut self, session: &Session, role: &str) -> Result<()> {
        let quoted = identifier(role);
        let doing = format!("make the role {quoted} on");
        let mut sql = format!("CREATE ROLE {quoted} NOLOGIN;");
        if !self.is_superuser {
            sql.push_str(&format!("GRANT {quoted} TO CURRENT_USER;"));
        }
        let made = session.run(&doing, &sql).await;
        *self = Self::read(session).await?;
        match made {
            Err(error) if !self.has(role) => Err(error),
            _ => Ok(()),
        }
    }
}
