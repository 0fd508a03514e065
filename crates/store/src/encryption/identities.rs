//! The secret keys that read encrypted backups.

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;
use weir_model::error::{Error, Kind, Result};
use zeroize::Zeroizing;

/// The identities at hand, several while recipients are rotated; none where nothing encrypted is
/// read. Shown by no formatter; wiped when dropped.
#[derive(Clone, Default)]
pub struct Identities(Arc<[Identity]>);

/// An identity just made.
pub struct NewIdentity {
    /// The file `age-keygen` would write: the secret key with comments before it.
    pub file: Zeroizing<String>,
    /// Its public key, for `recipients`.
    pub recipient: String,
}

impl Identities {
    /// Reads secret keys as in a file of `age-keygen`: one `AGE-SECRET-KEY-1…` a line, blank
    /// lines and lines with `#` left out.
    ///
    /// # Errors
    /// `secret`, without the text, when a line is none, or there is none.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |cause: String| {
            Error::new(Kind::Secret, "read the age identity", cause).hint(
                "`identity` names a file as `weir keys new --encryption FILE` or `age-keygen` \
                 writes it; passphrases, SSH keys and plugins are not supported",
            )
        };
        let mut identities = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let identity = line.parse::<Identity>();
            identities.push(identity.map_err(|why| {
                refused(format!(
                    "line {} is no `AGE-SECRET-KEY-1…` ({why})",
                    number + 1
                ))
            })?);
        }
        if identities.is_empty() {
            return Err(refused("it holds no secret key".to_owned()));
        }
        Ok(Self(identities.into()))
    }

    /// Makes a new identity. Its file says when it was made.
    #[must_use]
    pub fn generate(created: Timestamp) -> NewIdentity {
        let identity = Identity::generate();
        let recipient = identity.to_public().to_string();
        let secret = identity.to_string();
        let secret = secret.expose_secret();
        let created = created.strftime("%Y-%m-%dT%H:%M:%SZ");
        NewIdentity {
            file: Zeroizing::new(format!(
                "# created: {created}\n# public key: {recipient}\n{secret}\n"
            )),
            recipient,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The public keys of these identities, `age1…`, in their order.
    #[must_use]
    pub fn recipients(&self) -> Vec<String> {
        let public = |identity: &Identity| identity.to_public().to_string();
        self.0.iter().map(public).collect()
    }

    /// The keys for the library.
    pub(super) fn each(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity as _)
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Identities({})", self.recipients().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_identity_is_read_back_and_shown_by_no_formatter() {
        let made = Identities::generate(Timestamp::UNIX_EPOCH);
        let other = Identities::generate(Timestamp::UNIX_EPOCH);
        let both = Identities::parse(&format!("{}\n{}", *made.file, *other.file)).unwrap();
        assert_eq!(both.recipients(), [made.recipient, other.recipient]);
        assert!(!format!("{both:?}").contains("SECRET"));
    }

    #[test]
    fn what_is_no_identity_is_refused_without_its_text() {
        let made = Identities::generate(Timestamp::UNIX_EPOCH);
        let broken = made.file.trim_end().trim_end_matches(char::is_alphanumeric);
        for text in ["", "# only a comment\n", "hunter2", broken] {
            let error = Identities::parse(text).unwrap_err();
            assert_eq!(error.kind(), Kind::Secret);
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
