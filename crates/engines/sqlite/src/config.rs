//! Where a database file lies, and how it is opened.

mod blocking;
mod database;
mod failure;
mod place;
mod scratch;

pub(crate) use blocking::blocking;
pub(crate) use database::{Database, QUOTES, quoted};
pub(crate) use failure::{Subject, safe_message};
pub(crate) use place::{Place, sync_folder};
pub(crate) use scratch::scratch_endpoint;
