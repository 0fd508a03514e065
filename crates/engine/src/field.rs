//! One value of one row, on its way from an engine through a mask and back.

/// A value as the database gave it. Lives only while its row is handled.
#[derive(Clone, Copy, PartialEq)]
pub enum Field<'row> {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text in UTF-8, or whatever bytes the database holds as text.
    Text(&'row [u8]),
    /// Bytes.
    Blob(&'row [u8]),
}

/// What takes a value's place.
#[derive(Clone, PartialEq)]
pub enum Replacement {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Replacement {
    /// The replacement as a field, e.g. to digest what was sent.
    #[must_use]
    pub fn as_field(&self) -> Field<'_> {
        match self {
            Self::Null => Field::Null,
            Self::Integer(number) => Field::Integer(*number),
            Self::Real(number) => Field::Real(*number),
            Self::Text(text) => Field::Text(text.as_bytes()),
            Self::Blob(bytes) => Field::Blob(bytes),
        }
    }
}
