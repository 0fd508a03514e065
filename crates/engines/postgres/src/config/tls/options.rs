//! What the options of an address say together.

use super::{Identity, Mode, Roots, SYSTEM, Tls};
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};

/// The options of an address, as they are found.
#[derive(Debug, Default)]
pub(in crate::config) struct Options {
    mode: Option<String>,
    roots: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

impl Options {
    /// Takes an option, if it is one about TLS.
    pub(in crate::config) fn take(&mut self, name: &str, value: &str) -> bool {
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
    pub(in crate::config) fn read(self) -> Result<Tls> {
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
    use super::super::tests::read;
    use super::*;

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
