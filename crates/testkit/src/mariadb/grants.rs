//! Users who may do no more than what a backup or a restore needs.

use super::address::quoted;
use super::{MariadbServer, ServerAddress};
use std::sync::atomic::{AtomicU32, Ordering};
use weir_engine::Endpoint;

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grants<'a> {
    /// Read a database, all of it and at one moment.
    Source(&'a str),
    /// Replace a database by a copy that is built beside it.
    Target(&'a str),
    /// These, with `*.*` or the database behind `ON`.
    Only(&'a [&'a str]),
}

impl Grants<'_> {
    fn clauses(self) -> Vec<String> {
        match self {
            Self::Source(database) => vec![
                format!(
                    "SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON {}.*",
                    quoted(&escaped(database))
                ),
                // Routines of others are read there, and commits wait for the moment of the snapshot.
                "SELECT ON `mysql`.`proc`".to_owned(),
                "RELOAD ON *.*".to_owned(),
            ],
            Self::Target(database) => {
                let on = |pattern: &str| format!("ALL ON {}.*", quoted(pattern));
                let database = escaped(database);
                vec![
                    on(&database),
                    on(&format!("\\_weir\\_new\\_{database}")),
                    on(&format!("\\_weir\\_drill\\_{database}%")),
                    // Objects keep their definers.
                    "SET USER ON *.*".to_owned(),
                    "SELECT ON `mysql`.`proc`".to_owned(),
                ]
            }
            Self::Only(clauses) => clauses.iter().copied().map(str::to_owned).collect(),
        }
    }
}

/// A user who comes by TCP with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    server: ServerAddress,
    /// The user's name.
    pub user: String,
    /// The user's password.
    pub password: String,
}

impl Account {
    /// A database, entered by this user.
    #[must_use]
    pub fn endpoint(&self, database: &str) -> Endpoint {
        self.server
            .tcp_endpoint(&self.user, &self.password, database)
    }
}

impl MariadbServer {
    /// Makes a user who may do just that.
    ///
    /// # Panics
    /// When the user cannot be made.
    #[must_use]
    pub fn account(&self, grants: Grants<'_>) -> Account {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let user = format!("user-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let password = self.password();
        let name = format!("`{user}`@`127.0.0.1`");
        self.run(&format!("CREATE USER {name} IDENTIFIED BY '{password}'"));
        for clause in grants.clauses() {
            self.run(&format!("GRANT {clause} TO {name}"));
        }
        Account {
            server: ServerAddress::clone(self),
            user,
            password,
        }
    }
}

/// A database's name where a pattern is read.
fn escaped(database: &str) -> String {
    database.replace('_', "\\_").replace('%', "\\%")
}
