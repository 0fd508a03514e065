//! Addresses that may be secrets.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::Secret;

/// An `http://` or `https://` address; or, where knowing it is all it takes to use it, the secret that holds it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum WebAddress {
    /// The address itself.
    Url(String),
    /// The secret that holds it.
    Secret(Secret),
}

impl WebAddress {
    /// The secret, if it is one.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Url(_) => None,
            Self::Secret(secret) => Some(secret),
        }
    }
}

/// Whether a text is an address of the web with a host.
pub(crate) fn is_web(text: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !text.contains(char::is_whitespace)
    })
}

impl fmt::Display for WebAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => formatter.write_str(url),
            Self::Secret(secret) => secret.fmt(formatter),
        }
    }
}

impl<'de> Deserialize<'de> for WebAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WebAddressVisitor)
    }
}

struct WebAddressVisitor;

impl<'de> Visitor<'de> for WebAddressVisitor {
    type Value = WebAddress;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an address, or where the secret that holds it comes from")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WebAddress, E> {
        if is_web(text) {
            return Ok(WebAddress::Url(text.to_owned()));
        }
        Err(E::custom(
            "this address leads nowhere\nhelp: an http:// or https:// address, or where the secret \
             that holds it comes from: {env: NAME}",
        ))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WebAddress, A::Error> {
        Secret::deserialize(MapAccessDeserializer::new(map)).map(WebAddress::Secret)
    }
}
