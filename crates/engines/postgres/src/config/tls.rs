//! Whether a connection is encrypted, and who proves what by it: `sslmode` and its files, as
//! `libpq` has them.

mod connector;
mod files;
mod options;
mod refusal;
mod verifier;

pub(super) use connector::Connector;
pub(super) use options::Options;
pub(super) use refusal::hint;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::process::Command;
use tokio::sync::OnceCell;
use weir_model::error::{Error, Kind, Result};

/// What `sslrootcert` says for the certificates that the system trusts.
const SYSTEM: &str = "system";
/// No file: keeps a client from the files in its user's home.
const NO_FILE: &str = "/dev/null/none";

/// How much is asked of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    /// No TLS.
    Disable,
    /// TLS where the server offers it.
    #[default]
    Prefer,
    /// TLS, whoever answers.
    Require,
    /// TLS with a server whose certificate comes from the roots.
    VerifyCa,
    /// TLS with a server whose certificate comes from the roots and names its host.
    VerifyFull,
}

impl Mode {
    const ALL: [Self; 5] = [
        Self::Disable,
        Self::Prefer,
        Self::Require,
        Self::VerifyCa,
        Self::VerifyFull,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// Whom a server's certificate must come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Roots {
    /// From anybody.
    #[default]
    Anybody,
    /// From whom the system trusts.
    System,
    /// From the certificates of a file.
    File(PathBuf),
}

/// What proves to the server who enters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    certificate: PathBuf,
    key: PathBuf,
}

/// What an address says about TLS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls {
    /// How much is asked of a connection.
    pub(super) mode: Mode,
    roots: Roots,
    identity: Option<Identity>,
    /// Made once for all connections of an address.
    connector: Arc<OnceCell<Connector>>,
}

impl Tls {
    /// What the connections are encrypted with; the files are read by the first that asks.
    pub(super) async fn connector(&self) -> Result<&Connector> {
        let make = || async {
            let tls = self.clone();
            let making = tokio::task::spawn_blocking(move || Connector::new(&tls));
            making.await.map_err(|error| {
                Error::from_source(Kind::Internal, "prepare TLS", error).hint("run again")
            })?
        };
        self.connector.get_or_try_init(make).await
    }

    /// Tells a client to enter in the same way; a file it needs is made in the folder.
    pub(super) fn tell(&self, command: &mut Command, folder: &Path) -> Result<()> {
        let nothing = || PathBuf::from(NO_FILE);
        let roots = match &self.roots {
            Roots::Anybody => nothing(),
            Roots::File(file) => file.clone(),
            // Clients before version 16 cannot be told of the system's.
            Roots::System => files::write_system_roots(folder)?,
        };
        let (certificate, key) = match &self.identity {
            Some(identity) => (identity.certificate.clone(), identity.key.clone()),
            None => (nothing(), nothing()),
        };
        command
            .env("PGSSLMODE", self.mode.name())
            .env("PGSSLROOTCERT", roots)
            .env("PGSSLCERT", certificate)
            .env("PGSSLKEY", key)
            .env("PGSSLCRL", NO_FILE)
            .env("PGGSSENCMODE", "disable");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn read(options: &[(&str, &str)]) -> Result<Tls> {
        let mut found = Options::default();
        for (name, value) in options {
            assert!(found.take(name, value), "{name}");
        }
        found.read()
    }

    #[test]
    fn clients_are_told_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let told = |options: &[(&str, &str)]| {
            let mut command = Command::new("pg_dump");
            read(options)
                .unwrap()
                .tell(&mut command, folder.path())
                .unwrap();
            let told = command.as_std().get_envs();
            let text = |value: &std::ffi::OsStr| value.to_str().unwrap().to_owned();
            told.map(|(name, value)| (text(name), text(value.unwrap())))
                .collect::<std::collections::BTreeMap<_, _>>()
        };
        let system = told(&[
            ("sslmode", "verify-full"),
            ("sslcert", "/a.pem"),
            ("sslkey", "/a"),
        ]);
        assert_eq!(system["PGSSLMODE"], "verify-full");
        assert_eq!(
            (&*system["PGSSLCERT"], &*system["PGSSLKEY"]),
            ("/a.pem", "/a")
        );
        let written = files::certificates("sslrootcert", Path::new(&system["PGSSLROOTCERT"]));
        assert_eq!(written.unwrap(), files::system_roots().unwrap());
        let own = told(&[("sslmode", "require"), ("sslrootcert", "/ca.pem")]);
        assert_eq!(
            (&*own["PGSSLMODE"], &*own["PGSSLROOTCERT"]),
            ("require", "/ca.pem")
        );
        assert_eq!(own["PGSSLCERT"], NO_FILE);
    }
}
