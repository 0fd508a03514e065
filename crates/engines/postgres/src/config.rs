//! Where a database lies, how it is entered, and what its server's errors mean.

mod address;
mod client;
mod failure;
mod names;
mod notices;
mod session;
mod sql;
mod tls;

pub(crate) use address::{Address, DRILL, scratch_endpoint};
pub(crate) use client::{Client, server_major};
pub(crate) use failure::Subject;
pub(crate) use names::{PREVIOUS, SHADOW, own_name};
pub(crate) use session::{Purpose, Session};
pub(crate) use sql::{identifier, leading_name, literal, statement_name};

/// How many connections work at once: the machines of this field have two cores and more, and
/// what a server's disk gives is used up by a few.
pub(crate) fn connections() -> usize {
    std::thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(2, 8)
}
