//! Rows as INSERT statements write them: what a server sends becomes a literal, a literal becomes
//! what a server gets, digested and masked on the way.

mod aside;
mod encoder;
mod inflow;
mod literal;
mod masked_row;
mod masking;
pub(crate) mod parsers;
#[cfg(test)]
mod samples;
mod shape;
mod stored_form;
mod token;
mod verbatim;

pub(crate) use aside::push_aside;
pub(crate) use encoder::Encoder;
pub(crate) use inflow::{END, FULL, Inflow, NEXT_ROW, PROLOGUE, Statement};
pub(crate) use literal::written;
pub(crate) use shape::Shape;

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A whole number.
    Integer,
    /// An exact number, as the server prints it.
    Decimal,
    /// A floating-point number of single precision.
    Float,
    /// A floating-point number of double precision.
    Double,
    /// Text, and whatever is printed and taken as text: days, times, ENUM, UUID.
    Text,
    /// Text that says itself which character set it is in: JSON of MySQL.
    TextAlone,
    /// Bytes.
    Bytes,
    /// Bits, as bytes.
    Bit,
    /// The server's own form of a geometry: the number of its reference system and its WKB.
    Geometry,
}
