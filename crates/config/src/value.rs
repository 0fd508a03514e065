//! The values a configuration is made of: each knows how it is written and what it means.

mod choice;
mod cron;
mod location;
mod missing;
mod per_database;
mod period;
mod secret;
mod template;
mod timezone;

pub use choice::{
    AcceptedData, Data, EngineKind, Incomplete, OperationKind, Previous, Reads, Verify,
};
pub use cron::CronLine;
pub(crate) use cron::WrittenSchedule;
pub use location::{Cloud, Location};
pub use missing::{MissingExtensions, MissingRoles, MissingTablespaces};
pub(crate) use per_database::PerDatabase;
pub use period::Period;
pub use secret::Secret;
pub(crate) use template::{Names, expand};
pub use timezone::Timezone;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};

/// Reads a value that is written as text, with what `FromStr` says as the problem.
fn from_text<'de, T, D>(deserializer: D, expecting: &'static str) -> Result<T, D::Error>
where
    T: FromStr<Err = String>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Text(expecting, PhantomData))
}

struct Text<T>(&'static str, PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
