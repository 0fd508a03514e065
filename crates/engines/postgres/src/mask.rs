//! Rows in PostgreSQL's COPY text format: a line each, fields parted by tabs, `\N` for NULL,
//! special bytes escaped by a backslash.

mod by_name;
mod lines;
mod masked;
mod row;
mod rows;
#[cfg(test)]
mod samples;
pub(crate) mod statement;
mod stored_form;
mod text;
mod treated;

pub(crate) use lines::Malformed;
pub(crate) use masked::{CopyColumn, MaskedRows, RowRules};
pub(crate) use rows::RowStream;
pub(crate) use treated::TreatedRows;

/// Whether what a rule makes for a column of that type, or for a value of an array of it, is sent
/// as it is, so that the server may write it otherwise. Texts come back as they were sent.
pub(crate) fn is_sent_as_it_is(data_type: &str) -> bool {
    const TEXTS: [&str; 4] = ["text", "json", "xml", "public.citext"];
    let data_type = data_type.trim_end_matches("[]");
    stored_form::StoredForm::of(data_type) == stored_form::StoredForm::Verbatim
        && !TEXTS.contains(&data_type)
}
