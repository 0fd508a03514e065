//! Where a database lies, how it is entered, what server is there, and what its errors mean.

mod address;
mod failure;
mod flavour;
mod names;
mod option_file;
mod record;
mod session;
mod sql;
mod tls;

pub(crate) use address::{Address, DRILL, Host, scratch_endpoint};
pub(crate) use failure::{Subject, code, numbers};
pub(crate) use flavour::{Flavour, Server};
pub(crate) use names::{MARK, OWN, PREVIOUS, SHADOW, is_own, mark_name, own_name};
pub(crate) use record::Record;
pub(crate) use session::{Guard, Session, end_all};
pub(crate) use sql::{QUOTES, identifier, literal, pattern, qualified};

/// How many connections work at once: the machines of this field have two cores and more, and
/// what a server's disk gives is used up by a few.
pub(crate) fn connections() -> usize {
    std::thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(2, 8)
}
