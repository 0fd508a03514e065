//! Signatures: who wrote a manifest, and that nobody has edited it since.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use serde_json::{Value, json};
use std::fmt;
use weir_model::digest::Digest;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::canonical;
use zeroize::{Zeroize, Zeroizing};

/// What a secret key's text begins with.
const SECRET: &str = "weir-ed25519-secret:";
/// What a public key's text begins with.
const PUBLIC: &str = "weir-ed25519:";

/// An environment's key, which signs its manifests. Shown by no formatter; wiped when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// `secret` when the system has no randomness to give.
    pub fn generate() -> Result<Self> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        getrandom::fill(seed.as_mut()).map_err(|source| {
            Error::from_source(Kind::Secret, "make a signing key", source)
                .hint("the system gives no randomness: try again on another machine")
        })?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// Reads a key from its text, `weir-ed25519-secret:…`, white space around it left out.
    ///
    /// # Errors
    /// `secret`, without the text, when it is none.
    pub fn parse(text: &str) -> Result<Self> {
        let seed = decode_key(text, SECRET)
            .map(Zeroizing::new)
            .ok_or_else(|| {
                Error::new(
                    Kind::Secret,
                    "read the signing key",
                    format!("the text is not `{SECRET}` and 32 bytes in base64"),
                )
                .hint("check what the secret holds; one line, as the key was made")
            })?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// The key as text, to be kept as a secret.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let encoded = Zeroizing::new(BASE64.encode(self.0.as_bytes()));
        Zeroizing::new(format!("{SECRET}{}", encoded.as_str()))
    }

    /// The key that others check signatures with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The `signature` member for a document.
    pub(crate) fn sign(&self, document: &Value) -> Value {
        let signature = self.0.sign(canonical(document).as_bytes());
        json!({
            "key": self.public().to_string(),
            "value": BASE64.encode(signature.to_bytes()),
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.public().id())
    }
}

/// The public half of an environment's key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a key from its text, `weir-ed25519:…`.
    ///
    /// # Errors
    /// `config` when it is none.
    pub fn parse(text: &str) -> Result<Self> {
        decode_key(text, PUBLIC)
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
            .filter(|key| !key.is_weak())
            .map(Self)
            .ok_or_else(|| {
                Error::new(
                    Kind::Config,
                    "read a public key",
                    format!("the text is not `{PUBLIC}` and a key in base64"),
                )
                .hint("copy the whole line that was shown when the key was made")
            })
    }

    /// A short name for messages: 16 hexadecimal digits of BLAKE3 over the key.
    #[must_use]
    pub fn id(&self) -> String {
        let hex = blake3::hash(self.0.as_bytes()).to_hex();
        hex.chars().take(16).collect()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PUBLIC}{}", BASE64.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

fn decode_key(text: &str, prefix: &str) -> Option<[u8; 32]> {
    let encoded = text.trim().strip_prefix(prefix)?;
    let mut bytes = BASE64.decode(encoded).ok()?;
    let key = <[u8; 32]>::try_from(bytes.as_slice()).ok();
    bytes.zeroize();
    key
}

/// What a document's signature says. An invalid one is no status: such a document is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureStatus {
    /// There is none: accidents are detected by digests, edits are not.
    Unsigned,
    /// Signed, and unchanged since.
    Signed {
        /// With which key.
        key: PublicKey,
        /// Whether that key was among those trusted.
        trusted: bool,
    },
}

impl fmt::Display for SignatureStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => formatter.write_str("unsigned"),
            Self::Signed { key, trusted: true } => write!(formatter, "signed by the trusted {key}"),
            Self::Signed {
                key,
                trusted: false,
            } => write!(formatter, "signed by the unknown {key}"),
        }
    }
}

impl SignatureStatus {
    /// Whether a mark in the document counts: signed by a key that is trusted.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        matches!(self, Self::Signed { trusted: true, .. })
    }
}

/// Checks a document's `signature` member; `None` when the signature is not valid.
pub(crate) fn check_signature(document: &Value, trusted: &[PublicKey]) -> Option<SignatureStatus> {
    let Some(member) = document.get("signature") else {
        return Some(SignatureStatus::Unsigned);
    };
    let key = PublicKey::parse(member.get("key")?.as_str()?).ok()?;
    let value = BASE64.decode(member.get("value")?.as_str()?).ok()?;
    let signature = Signature::from_slice(&value).ok()?;
    let text = canonical(document);
    key.0.verify_strict(text.as_bytes(), &signature).ok()?;
    Some(SignatureStatus::Signed {
        key,
        trusted: trusted.contains(&key),
    })
}

/// The digest of stored bytes, `sha256:…`.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    use sha2::Digest as _;
    Digest::new("sha256", &sha2::Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text_and_is_never_shown() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::parse(&format!(" {}\n", key.to_text().as_str())).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(
            PublicKey::parse(&key.public().to_string()).unwrap(),
            key.public()
        );
        assert!(!key.to_text().contains(&format!("{key:?}")));
        assert_eq!(key.public().id().len(), 16);
        assert!(SigningKey::parse("weir-ed25519-secret:AAAA").is_err());
    }

    #[test]
    fn any_edit_breaks_the_signature_and_order_does_not() {
        let key = SigningKey::generate().unwrap();
        let mut document = json!({"a": 1, "b": {"c": [1, 2]}});
        document["signature"] = key.sign(&document);
        let status = check_signature(&document, &[key.public()]).unwrap();
        assert!(status.is_trusted());
        assert!(!check_signature(&document, &[]).unwrap().is_trusted());
        let reordered = json!({"signature": document["signature"], "b": {"c": [1, 2]}, "a": 1});
        assert!(check_signature(&reordered, &[]).is_some());
        for (path, value) in [
            ("a", json!(2)),
            ("new", json!(null)),
            ("signature", json!({})),
        ] {
            let mut edited = document.clone();
            edited[path] = value;
            assert_eq!(check_signature(&edited, &[]), None, "{path}");
        }
    }
}
