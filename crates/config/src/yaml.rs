//! YAML as Weir's files use it: plain data with positions, and as many mistakes found at once as
//! can be told apart.
//!
//! Anchors, aliases, merge keys, tags and several documents are refused, each with what to write
//! instead: a reader of a Weir file should see every value where it is used or in one place that
//! the language names (`defaults`, `like`).

mod collect;
mod decode;
mod decode_error;
mod node;
mod read;
mod redact;
mod scalar;
mod spanned;
mod suggest;

pub use collect::{Decoded, decode};
pub use spanned::Spanned;
pub use suggest::{listed, nearest, unknown_help};

use serde::de::DeserializeOwned;

use crate::problem::Problems;

/// The longest file that is read, in bytes.
pub const MAXIMUM_BYTES: usize = 1 << 20;

/// How deep maps and lists may be nested.
pub const MAXIMUM_DEPTH: usize = 32;

/// Reads a `T` from the text of the file called `name`.
///
/// # Errors
/// All the problems found, in the order of the file.
pub fn from_str<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Problems> {
    let decoded = decode(name, text);
    match decoded.value {
        Some(value) if decoded.problems.is_empty() => Ok(value),
        _ => Err(Problems::sorted(decoded.problems)),
    }
}
