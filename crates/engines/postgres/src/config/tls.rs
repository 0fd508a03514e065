//! Whether a connection is encrypted, and who proves what by it: `sslmode` and its files, as
//! `libpq` has them.

mod connector;
mod files;
mod refusal;
mod verifier;

pub(super) use connector::Connector;
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

/// The options of an address, as they are found.
#[derive(Debug, Default)]
pub(super) struct Options {
    mode: Option<String>,
    roots: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

impl Options {
    /// Takes an option, if it is one about TLS.
    pub(super) fn take(&mut self, name: &str, value: &str) -> bool {
        let place = match name {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.roots,
            "sslcert" => &mut self.certificate,
            "sslkey" => &mut self.key,
            _ => return false,
        };
        *place = Some(value.to_owned());
        true
    }

    /// What they say together. What would prove less than it seems to is refused.
    pub(super) fn read(self) -> Result<Tls> {
        let mode = read_mode(self.mode.as_deref())?;
        let roots = read_roots(mode, self.roots)?;
        let identity = match (self.certificate, self.key) {
            (None, None) => None,
            (Some(_), Some(_)) if mode == Mode::Disable => {
                let cause = "`sslcert` is not shown without TLS";
                return Err(wrong(cause, "say `sslmode=verify-full`, or leave it out"));
            }
            (Some(certificate), Some(key)) => Some(Identity {
                certificate: certificate.into(),
                key: key.into(),
            }),
            _ => {
                let cause = "one of `sslcert` and `sslkey` is missing";
                return Err(wrong(cause, "name both files, or none"));
            }
        };
        Ok(Tls {
            mode,
            roots,
            identity,
            connector: Arc::default(),
        })
    }
}

fn read_mode(text: Option<&str>) -> Result<Mode> {
    let Some(text) = text else {
        return Ok(Mode::default());
    };
    let mode = Mode::ALL.into_iter().find(|mode| mode.name() == text);
    mode.ok_or_else(|| {
        let known = Mode::ALL.map(Mode::name).join(", ");
        let cause = format!("`sslmode` is {text:?}, which is unknown");
        wrong(cause, format!("say one of {known}"))
    })
}

fn read_roots(mode: Mode, text: Option<String>) -> Result<Roots> {
    match (mode, text) {
        (Mode::VerifyFull, None) => Ok(Roots::System),
        (Mode::VerifyFull, Some(text)) if text == SYSTEM => Ok(Roots::System),
        (Mode::VerifyCa, None) => Err(wrong(
            "`sslmode=verify-ca` needs `sslrootcert`",
            "name the file with the certificate of who issued the server's, or say `verify-full`",
        )),
        // Anybody may have a certificate of theirs for a name of his own.
        (_, Some(text)) if text == SYSTEM => Err(wrong(
            format!(
                "`sslrootcert=system` proves nothing with `sslmode={}`",
                mode.name()
            ),
            "say `sslmode=verify-full`",
        )),
        (Mode::Disable | Mode::Prefer, Some(_)) => Err(wrong(
            format!(
                "`sslrootcert` proves nothing with `sslmode={}`",
                mode.name()
            ),
            "say `sslmode=verify-full`, or `verify-ca` where the server's certificate does not name its host",
        )),
        (_, Some(file)) => Ok(Roots::File(file.into())),
        (_, None) => Ok(Roots::Anybody),
    }
}

fn wrong(cause: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(Kind::Config, "read the address of the database", cause).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &[(&str, &str)]) -> Result<Tls> {
        let mut found = Options::default();
        for (name, value) in options {
            assert!(found.take(name, value), "{name}");
        }
        found.read()
    }

    #[test]
    fn options_mean_what_libpq_means() {
        let of = |options: &[(&str, &str)]| read(options).map(|tls| (tls.mode, tls.roots)).unwrap();
        assert_eq!(of(&[]), (Mode::Prefer, Roots::Anybody));
        assert_eq!(
            of(&[("sslmode", "verify-full")]),
            (Mode::VerifyFull, Roots::System)
        );
        assert_eq!(
            of(&[("sslmode", "require"), ("sslrootcert", "/ca.pem")]),
            (Mode::Require, Roots::File("/ca.pem".into()))
        );
        assert!(!Options::default().take("sslcrl", "/crl.pem"));
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

    #[test]
    fn options_that_prove_nothing_are_refused() {
        let files = [("sslcert", "/one.pem"), ("sslkey", "/one.key")];
        let [certificate, key] = files;
        let cases: [&[(&str, &str)]; 9] = [
            &[("sslmode", "allow")],
            &[("sslmode", "")],
            &[("sslmode", "verify-ca")],
            &[("sslmode", "verify-ca"), ("sslrootcert", "system")],
            &[("sslrootcert", "/ca.pem")],
            &[("sslmode", "disable"), ("sslrootcert", "/ca.pem")],
            &[certificate],
            &[key],
            &[("sslmode", "disable"), certificate, key],
        ];
        for options in cases {
            let error = read(options).unwrap_err();
            assert_eq!(error.kind(), Kind::Config, "{options:?}");
            assert!(error.hint_text().is_some(), "{options:?}");
        }
    }
}
