//! Where a secret comes from. The secret itself is never part of a configuration.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

const HELP: &str =
    "say where it comes from: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}";

/// A reference to a secret: `{env: NAME}`, `{file: PATH}` or `{command: [PROGRAM, ARGUMENT]}`. Never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Secret {
    /// The value of an environment variable.
    Env(String),
    /// The content of a file, without a final line break.
    File(String),
    /// What a command prints, without a final line break.
    Command(Vec<String>),
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "environment variable {name}"),
            Self::File(path) => write!(formatter, "file {path}"),
            Self::Command(words) => write!(formatter, "command {}", words.join(" ")),
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    env: Option<String>,
    file: Option<String>,
    command: Option<Vec<String>>,
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

fn inline<E: Error>() -> E {
    E::custom(format!(
        "a secret must not stand in this file\nhelp: {HELP}; and change the secret if the file was shared"
    ))
}

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("where a secret comes from")
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Secret, E> {
        Err(inline())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Err(inline())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(inline())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(inline())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(inline())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Secret, A::Error> {
        let written =
            <Written as serde::Deserialize>::deserialize(MapAccessDeserializer::new(map))?;
        match (written.env, written.file, written.command) {
            (Some(name), None, None) if !name.is_empty() => Ok(Secret::Env(name)),
            (None, Some(path), None) if !path.is_empty() => Ok(Secret::File(path)),
            (None, None, Some(words)) if words.first().is_some_and(|word| !word.is_empty()) => {
                Ok(Secret::Command(words))
            }
            _ => Err(A::Error::custom(format!(
                "a secret comes from exactly one place\nhelp: {HELP}"
            ))),
        }
    }
}
