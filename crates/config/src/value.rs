//! The values a configuration is made of: each knows how it is written and what it means.

mod choice;
mod cron;
mod listen;
mod location;
mod mail_server;
mod missing;
mod per_database;
mod period;
mod running;
mod secret;
mod template;
mod timezone;
mod web_address;

pub use choice::{
    AcceptedData, Data, EngineKind, Incomplete, OperationKind, Previous, Reads, Verify,
};
pub use cron::CronLine;
pub(crate) use cron::WrittenSchedule;
pub(crate) use listen::host_name;
pub use listen::{Listen, Network};
pub use location::{Cloud, Location};
pub use mail_server::MailServer;
pub use missing::{MissingExtensions, MissingRoles, MissingTablespaces};
pub(crate) use per_database::PerDatabase;
pub use period::Period;
pub(crate) use period::PeriodOrNone;
pub use running::{Event, OnFailure, Stale, Viewing};
pub use secret::Secret;
pub(crate) use template::{Names, expand};
pub use timezone::Timezone;
pub use web_address::WebAddress;
pub(crate) use web_address::is_web;

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
