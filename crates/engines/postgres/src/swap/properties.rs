//! What belongs to a database by its number, and would be lost with the one that is replaced:
//! owner, grants, connection limit, settings.

mod changes;

pub(crate) use changes::changes;

use crate::config::{Address, SHADOW, Session, identifier, literal, own_name};
use crate::stamp::look_up;
use std::collections::BTreeMap;
use weir_model::error::{Error, Result};

/// Settings whose values are lists, stored as they are written.
const LISTS: [&str; 7] = [
    "datestyle",
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// Tries on the empty new copy what the swap will give it, and undoes it: what this user may not
/// give is told before rows are moved.
pub(crate) async fn try_properties(session: &Session, address: &Address) -> Result<()> {
    let doing = "give a new copy the owner, grants and settings of the live one on";
    let live = look_up(session, &address.database).await?;
    let properties = Properties::read(session, live.as_ref().map(|live| live.oid)).await?;
    let owner = live.as_ref().map(|live| live.owner.as_str());
    let shadow = own_name(SHADOW, &address.database);
    session.run(doing, "BEGIN").await?;
    let mut tried = Ok(());
    for statement in properties.statements(address, &shadow, owner) {
        tried = session.run(doing, &statement).await;
        if tried.is_err() {
            break;
        }
    }
    session.run(doing, "ROLLBACK").await?;
    tried.map_err(not_to_give)
}

fn not_to_give(error: Error) -> Error {
    error.hint(
        "settings of other roles in the database need CREATEROLE, parameters of superusers need \
         GRANT SET ON PARAMETER: grant it to this user, or take the setting from the live database",
    )
}

/// A privilege on the database.
struct Grant {
    /// `None` for everybody.
    grantee: Option<String>,
    privilege: String,
    grantable: bool,
}

/// A setting of the database, or of a role in it.
struct Setting {
    role: Option<String>,
    name: String,
    value: String,
}

/// What the target's live copy has.
pub(super) struct Properties {
    grants: Vec<Grant>,
    settings: Vec<Setting>,
    connection_limit: i32,
}

impl Properties {
    /// Reads them; without a live copy they are those of a new database.
    pub(super) async fn read(session: &Session, live: Option<u32>) -> Result<Self> {
        let Some(oid) = live else {
            return Ok(Self {
                grants: public_grants(),
                settings: Vec::new(),
                connection_limit: -1,
            });
        };
        let doing = "read the properties of a database from";
        let sql = "SELECT datconnlimit, datacl IS NULL FROM pg_catalog.pg_database WHERE oid = $1";
        let row = session.row(doing, sql, &[&oid]).await?;
        let (connection_limit, by_default) = match &row {
            Some(row) => (session.get(doing, row, 0)?, session.get(doing, row, 1)?),
            None => (-1, true),
        };
        let grants = match by_default {
            true => public_grants(),
            false => grants(session, oid).await?,
        };
        Ok(Self {
            grants,
            settings: settings(session, oid).await?,
            connection_limit,
        })
    }

    /// The statements that give a new database the same. The owner comes last: after it, Weir may
    /// have nothing to say there any more.
    pub(super) fn statements(
        &self,
        address: &Address,
        database: &str,
        owner: Option<&str>,
    ) -> Vec<String> {
        let quoted = identifier(database);
        let mut statements = vec![
            // What let those in who built it.
            format!("REVOKE ALL ON DATABASE {quoted} FROM PUBLIC, CURRENT_USER"),
            format!(
                "ALTER DATABASE {quoted} CONNECTION LIMIT {}",
                self.connection_limit
            ),
        ];
        let mut by_grantee: BTreeMap<(&Option<String>, bool), Vec<&str>> = BTreeMap::new();
        for grant in &self.grants {
            let key = (&grant.grantee, grant.grantable);
            by_grantee.entry(key).or_default().push(&grant.privilege);
        }
        for ((grantee, grantable), privileges) in by_grantee {
            let to = grantee
                .as_ref()
                .map_or_else(|| "PUBLIC".to_owned(), |name| identifier(name));
            let option = if grantable { " WITH GRANT OPTION" } else { "" };
            statements.push(format!(
                "GRANT {} ON DATABASE {quoted} TO {to}{option}",
                privileges.join(", ")
            ));
        }
        statements.extend(
            self.settings
                .iter()
                .map(|setting| setting.statement(&quoted)),
        );
        // What the configuration says counts; else whose the replaced copy was.
        match address.owner.as_deref().or(owner) {
            Some(owner) => {
                let owner = identifier(owner);
                statements.push(format!("ALTER DATABASE {quoted} OWNER TO {owner}"));
                statements.push(format!("GRANT ALL ON DATABASE {quoted} TO {owner}"));
            }
            None => statements.push(format!("GRANT ALL ON DATABASE {quoted} TO CURRENT_USER")),
        }
        statements
    }
}

impl Setting {
    /// What it is set for.
    fn of(&self, database: &str) -> String {
        match &self.role {
            Some(role) => format!("ROLE {} IN DATABASE {database}", identifier(role)),
            None => format!("DATABASE {database}"),
        }
    }

    fn statement(&self, database: &str) -> String {
        let of = self.of(database);
        let is_list = LISTS.contains(&self.name.to_ascii_lowercase().as_str());
        let value = match is_list && !self.value.is_empty() {
            true => self.value.clone(),
            false => literal(&self.value),
        };
        format!("ALTER {of} SET {} TO {value}", setting_name(&self.name))
    }
}

/// A setting's name; one of an extension's has a dot between its two names.
fn setting_name(name: &str) -> String {
    let parts: Vec<String> = name.split('.').map(identifier).collect();
    parts.join(".")
}

fn public_grants() -> Vec<Grant> {
    ["CONNECT", "TEMPORARY"]
        .map(|privilege| Grant {
            grantee: None,
            privilege: privilege.to_owned(),
            grantable: false,
        })
        .into()
}

async fn grants(session: &Session, oid: u32) -> Result<Vec<Grant>> {
    let doing = "read the grants of a database from";
    let sql = "SELECT CASE WHEN a.grantee = 0 THEN NULL \
               ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END, \
               a.privilege_type::text, a.is_grantable \
               FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a \
               WHERE d.oid = $1 AND a.grantee <> d.datdba ORDER BY 1, 2";
    let rows = session.rows(doing, sql, &[&oid]).await?;
    rows.iter()
        .map(|row| {
            Ok(Grant {
                grantee: session.get(doing, row, 0)?,
                privilege: session.get(doing, row, 1)?,
                grantable: session.get(doing, row, 2)?,
            })
        })
        .collect()
}

async fn settings(session: &Session, oid: u32) -> Result<Vec<Setting>> {
    let doing = "read the settings of a database from";
    let sql = "SELECT r.rolname::text, s.setting FROM pg_catalog.pg_db_role_setting d \
               LEFT JOIN pg_catalog.pg_roles r ON r.oid = d.setrole, \
               pg_catalog.unnest(d.setconfig) WITH ORDINALITY s(setting, place) \
               WHERE d.setdatabase = $1 AND (d.setrole = 0 OR r.oid IS NOT NULL) ORDER BY 1, s.place";
    let rows = session.rows(doing, sql, &[&oid]).await?;
    let mut settings = Vec::new();
    for row in &rows {
        let setting: String = session.get(doing, row, 1)?;
        if let Some((name, value)) = setting.split_once('=') {
            settings.push(Setting {
                role: session.get(doing, row, 0)?,
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }
    Ok(settings)
}
