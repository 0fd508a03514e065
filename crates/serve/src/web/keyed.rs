//! Secrets of this process: what is compared and what is handed out.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt::Write as _;
use weir_model::error::{Error, Kind, Result};

/// What a text becomes under the key of this process: it tells nothing of the text.
pub(crate) type Tag = [u8; 32];

/// A key that nobody else knows and that dies with the process.
pub(crate) struct Keyed(Hmac<Sha256>);

impl Keyed {
    /// A new one.
    pub(crate) fn new() -> Result<Self> {
        let key = random()?;
        let mac = Hmac::new_from_slice(&key)
            .map_err(|source| Error::from_source(Kind::Internal, "make a key", source))?;
        Ok(Self(mac))
    }

    /// The tag of a text in a place: the same text elsewhere has another one.
    pub(crate) fn tag(&self, place: &str, text: &str) -> Tag {
        self.begun(place, text).finalize().into_bytes().into()
    }

    /// Whether this is the tag of the text; takes as long for a wrong one as for the right one.
    pub(crate) fn is_tag(&self, tag: &[u8], place: &str, text: &str) -> bool {
        self.begun(place, text).verify_slice(tag).is_ok()
    }

    fn begun(&self, place: &str, text: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(place.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac
    }
}

/// Something that nobody guesses, to hand out.
pub(crate) fn new_token() -> Result<String> {
    Ok(hex(&random()?))
}

/// Bytes as text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|source| {
        Error::from_source(Kind::Internal, "make something nobody guesses", source)
            .hint("the system gives no randomness: try again on another machine")
    })?;
    Ok(bytes)
}
