//! Whether a connection is encrypted, and who proves what by it: `ssl-mode` and its files, as the
//! stock clients of MySQL have them.

use mysql_async::{ClientIdentity, SslOpts};
use std::path::PathBuf;
use weir_model::error::{Error, Kind, Result};

/// How much is asked of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    /// No TLS.
    Disabled,
    /// TLS where the server offers it.
    #[default]
    Preferred,
    /// TLS, whoever answers.
    Required,
    /// TLS with a server whose certificate comes from `ssl-ca`.
    VerifyCa,
    /// The same, and the certificate names its host.
    VerifyIdentity,
}

impl Mode {
    const ALL: [(Self, &str); 5] = [
        (Self::Disabled, "DISABLED"),
        (Self::Preferred, "PREFERRED"),
        (Self::Required, "REQUIRED"),
        (Self::VerifyCa, "VERIFY_CA"),
        (Self::VerifyIdentity, "VERIFY_IDENTITY"),
    ];
}

/// What an address says about TLS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls {
    /// How much is asked of a connection.
    pub(crate) mode: Mode,
    authority: Option<PathBuf>,
    identity: Option<(PathBuf, PathBuf)>,
}

impl Tls {
    /// What the driver is told; `None` for no TLS.
    pub(super) fn options(&self) -> Option<SslOpts> {
        if self.mode == Mode::Disabled {
            return None;
        }
        let proves = matches!(self.mode, Mode::VerifyCa | Mode::VerifyIdentity);
        let mut options = SslOpts::default()
            .with_danger_accept_invalid_certs(!proves)
            .with_danger_skip_domain_validation(self.mode != Mode::VerifyIdentity);
        if let Some(authority) = &self.authority {
            options = options
                .with_root_certs(vec![authority.clone().into()])
                .with_disable_built_in_roots(true);
        }
        let identity = self
            .identity
            .clone()
            .map(|(certificate, key)| ClientIdentity::new(certificate.into(), key.into()));
        Some(options.with_client_identity(identity))
    }
}

/// The options of an address, as they are found.
#[derive(Debug, Default)]
pub(super) struct Options {
    mode: Option<String>,
    authority: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

impl Options {
    /// Takes an option, if it is one about TLS.
    pub(super) fn take(&mut self, name: &str, value: &str) -> bool {
        self.place(name)
            .map(|place| *place = Some(value.to_owned()))
            .is_some()
    }

    /// The same unless it was said before.
    pub(super) fn take_if_absent(&mut self, name: &str, value: &str) {
        if let Some(place) = self.place(name) {
            place.get_or_insert_with(|| value.to_owned());
        }
    }

    fn place(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "ssl-mode" => &mut self.mode,
            "ssl-ca" => &mut self.authority,
            "ssl-cert" => &mut self.certificate,
            "ssl-key" => &mut self.key,
            _ => return None,
        })
    }

    /// What they say together. What would prove less than it seems to is refused.
    pub(super) fn read(self) -> Result<Tls> {
        let mode = read_mode(self.mode.as_deref())?;
        let proves = matches!(mode, Mode::VerifyCa | Mode::VerifyIdentity);
        if self.authority.is_some() && !proves {
            return Err(wrong(
                "`ssl-ca` proves nothing with this `ssl-mode`",
                "say `ssl-mode=VERIFY_IDENTITY`",
            ));
        }
        if mode == Mode::VerifyCa && self.authority.is_none() {
            return Err(wrong(
                "`ssl-mode=VERIFY_CA` needs `ssl-ca`",
                "name the file with the certificate of who issued the server's, or say `VERIFY_IDENTITY`",
            ));
        }
        let identity = match (self.certificate, self.key) {
            (None, None) => None,
            (Some(_), Some(_)) if mode == Mode::Disabled => {
                return Err(wrong(
                    "`ssl-cert` is not shown without TLS",
                    "say `ssl-mode=VERIFY_IDENTITY`, or leave it out",
                ));
            }
            (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
            _ => {
                return Err(wrong(
                    "one of `ssl-cert` and `ssl-key` is missing",
                    "name both files, or none",
                ));
            }
        };
        Ok(Tls {
            mode,
            authority: self.authority.map(PathBuf::from),
            identity,
        })
    }
}

fn read_mode(text: Option<&str>) -> Result<Mode> {
    let Some(text) = text else {
        return Ok(Mode::default());
    };
    let mut modes = Mode::ALL.into_iter();
    let mode = modes.find(|(_, name)| name.eq_ignore_ascii_case(text));
    mode.map(|(mode, _)| mode).ok_or_else(|| {
        let known = Mode::ALL.map(|(_, name)| name).join(", ");
        wrong(
            format!("`ssl-mode` is {text:?}, which is unknown"),
            format!("say one of {known}"),
        )
    })
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
    fn options_that_prove_nothing_are_refused() {
        let cases: [&[(&str, &str)]; 6] = [
            &[("ssl-mode", "ON")],
            &[("ssl-mode", "VERIFY_CA")],
            &[("ssl-ca", "/ca.pem")],
            &[("ssl-mode", "DISABLED"), ("ssl-ca", "/ca.pem")],
            &[("ssl-cert", "/one.pem")],
            &[
                ("ssl-mode", "DISABLED"),
                ("ssl-cert", "/a"),
                ("ssl-key", "/b"),
            ],
        ];
        for options in cases {
            let error = read(options).unwrap_err();
            assert_eq!(error.kind(), Kind::Config, "{options:?}");
            assert!(error.hint_text().is_some(), "{options:?}");
        }
    }

    #[test]
    fn options_mean_what_the_stock_clients_mean() {
        assert!(
            read(&[("ssl-mode", "disabled")])
                .unwrap()
                .options()
                .is_none()
        );
        let preferred = read(&[]).unwrap().options().unwrap();
        assert!(preferred.accept_invalid_certs() && preferred.skip_domain_validation());
        let files = [("ssl-mode", "VERIFY_IDENTITY"), ("ssl-ca", "/ca.pem")];
        let proven = read(&files).unwrap().options().unwrap();
        assert!(!proven.accept_invalid_certs() && !proven.skip_domain_validation());
        assert!(proven.disable_built_in_roots());
    }
}
