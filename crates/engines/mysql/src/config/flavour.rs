//! Which server answers, and what follows from it. What is said of MySQL here comes from its
//! manual and is not run in CI.

use weir_model::error::{Error, Kind, Result};

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// MariaDB.
    Mariadb,
    /// MySQL, and what calls itself so (Percona, Aurora).
    Mysql,
}

impl Flavour {
    /// The flavour of a server whose version or name that is.
    pub(crate) fn of(version: &str) -> Self {
        match version.to_ascii_lowercase().contains("mariadb") {
            true => Self::Mariadb,
            false => Self::Mysql,
        }
    }
}

/// The server at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// Whose it is.
    pub(crate) flavour: Flavour,
    /// Its version, e.g. `(10, 11, 19)`.
    pub(crate) version: (u32, u32, u32),
    /// Both, for people, e.g. `MariaDB 10.11.19`.
    pub(crate) text: String,
}

impl Server {
    /// Reads what `VERSION()` says, e.g. `10.11.19-MariaDB-0+deb12u1-log` or `8.0.36`.
    pub(crate) fn of(version: &str) -> Result<Self> {
        let flavour = Flavour::of(version);
        // Old MariaDBs put `5.5.5-` in front for clients that knew nothing newer.
        let plain = version.strip_prefix("5.5.5-").unwrap_or(version);
        let numbers = plain.split('-').next().unwrap_or_default();
        let mut parts = numbers.split('.').map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
            return Err(unknown(version));
        };
        let patch = parts.next().and_then(Result::ok).unwrap_or(0);
        let name = match flavour {
            Flavour::Mariadb => "MariaDB",
            Flavour::Mysql => "MySQL",
        };
        let server = Self {
            flavour,
            version: (major, minor, patch),
            text: format!("{name} {major}.{minor}.{patch}"),
        };
        server.refuse_too_old()
    }

    fn refuse_too_old(self) -> Result<Self> {
        let oldest = match self.flavour {
            Flavour::Mariadb => (10, 6, 0),
            Flavour::Mysql => (8, 0, 13),
        };
        if self.version >= oldest {
            return Ok(self);
        }
        let (major, minor, patch) = oldest;
        let cause = format!(
            "{} is too old: {major}.{minor}.{patch} is needed",
            self.text
        );
        // Before these, a RENAME of several tables was not crash-safe.
        Err(Error::new(Kind::Unsupported, "enter the server", cause)
            .hint("upgrade the server: a swap needs a RENAME TABLE that survives a crash"))
    }

    /// Whether it is MariaDB.
    pub(crate) fn is_mariadb(&self) -> bool {
        self.flavour == Flavour::Mariadb
    }

    /// Whether tables are renamed that the session itself has locked, and stay locked by their new
    /// names: then nobody writes between a RENAME and the triggers made behind it.
    pub(crate) fn renames_locked_tables(&self) -> bool {
        self.flavour == Flavour::Mysql
    }
}

fn unknown(version: &str) -> Error {
    let cause = format!("its version {version:?} is not understood");
    Error::new(Kind::Unsupported, "enter the server", cause)
        .hint("Weir knows MariaDB from 10.6 and MySQL from 8.0.13")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let server = Server::of("10.11.19-MariaDB-0+deb12u1-log").unwrap();
        assert_eq!(server.version, (10, 11, 19));
        assert_eq!(server.text, "MariaDB 10.11.19");
        assert_eq!(
            Server::of("5.5.5-10.6.3-MariaDB").unwrap().version,
            (10, 6, 3)
        );
        assert_eq!(Server::of("8.4.0").unwrap().flavour, Flavour::Mysql);
        for version in ["5.7.44", "10.5.9-MariaDB", "nonsense"] {
            assert_eq!(Server::of(version).unwrap_err().kind(), Kind::Unsupported);
        }
    }
}
