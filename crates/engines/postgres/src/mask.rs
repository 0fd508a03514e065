//! Rows in PostgreSQL's COPY text format: a line each, fields parted by tabs, `\N` for NULL,
//! special bytes escaped by a backslash.

mod by_name;
mod lines;
mod masked;
mod rows;
#[cfg(test)]
mod samples;
pub(crate) mod statement;
mod stored_form;
mod text;

pub(crate) use lines::Malformed;
pub(crate) use masked::{CopyColumn, MaskedRows};
pub(crate) use rows::RowStream;
