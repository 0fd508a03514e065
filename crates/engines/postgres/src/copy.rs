//! Rows in PostgreSQL's COPY text format: a line each, fields parted by tabs, `\N` for NULL,
//! special bytes escaped by a backslash.

mod masked;
mod rows;
pub(crate) mod statement;
mod stored_form;
mod text;

pub(crate) use masked::{CopyColumn, MaskedRows};
pub(crate) use rows::{Malformed, RowStream};
