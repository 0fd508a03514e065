//! How a server keeps what was sent to a column. What a mask makes is sent in that form, so that
//! what is read back can be compared with what was sent, and what does not fit is refused: many
//! servers would cut it.

mod json;
mod moment;
mod network;
mod number;
mod text;

use crate::catalog::definition::ColumnDefinition;
use moment::Precision;
use number::{Floating, Typed};
use std::borrow::Cow;
use std::fmt;
use text::{Letters, Most};
use weir_engine::Replacement;

/// What fits a column's type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StoredForm {
    /// A whole number between two.
    Integer(i64, u64),
    /// An exact number.
    Decimal(Typed),
    /// A floating-point number of single precision.
    Single(Floating),
    /// A floating-point number of double precision.
    Double(Floating),
    /// Text; padded text has no spaces at its end.
    Text {
        most: Most,
        letters: Letters,
        is_padded: bool,
    },
    /// One of these texts.
    Enum(Vec<String>),
    /// Some of these texts.
    Set(Vec<String>),
    /// A day.
    Date,
    /// A time, longer than a day or less than nothing too.
    Time(Precision),
    /// A day and a time of day.
    DateTime(Precision),
    /// A day and a time of day of our time.
    Timestamp(Precision),
    /// A year.
    Year,
    /// A UUID.
    Uuid,
    /// An address of version 4.
    Inet4,
    /// An address of version 6.
    Inet6,
    /// JSON that is taken apart.
    Json,
    /// At most so many bytes, or exactly so many, filled with zeros.
    Bytes { most: u64, is_padded: bool },
    /// So many bits.
    Bits(u32),
    /// As it is sent. Where the server keeps it otherwise, the comparison tells.
    Verbatim,
}

/// Why a value cannot stand in a column. Never the value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfit(Cow<'static, str>);

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn unfit(cause: &'static str) -> Unfit {
    Unfit(Cow::Borrowed(cause))
}

impl StoredForm {
    /// What fits a column.
    pub(super) fn of(column: &ColumnDefinition) -> Self {
        let arguments = arguments(&column.type_text);
        let first = arguments.first().copied();
        let integer = |bits: u32| match column.unsigned {
            true => Self::Integer(0, u64::MAX >> (64 - bits)),
            false => Self::Integer(i64::MIN >> (64 - bits), (i64::MAX >> (64 - bits)) as u64),
        };
        let letters = || Letters::of(column.character_set.as_deref());
        let text = |most| Self::Text {
            most,
            letters: letters(),
            is_padded: column.base == "char",
        };
        let bytes = |most| Self::Bytes {
            most,
            is_padded: column.base == "binary",
        };
        let characters = || Most::Characters(u64::from(first.unwrap_or(1)));
        let precision = Precision::of(first);
        match column.base.as_str() {
            "tinyint" | "bool" | "boolean" => integer(8),
            "smallint" => integer(16),
            "mediumint" => integer(24),
            "int" | "integer" => integer(32),
            "bigint" => integer(64),
            "decimal" | "numeric" | "dec" | "fixed" => Self::Decimal(Typed::of(&arguments, column)),
            "float" => Self::Single(Floating::of(&arguments, column)),
            "double" | "real" => Self::Double(Floating::of(&arguments, column)),
            "char" | "varchar" => text(characters()),
            "tinytext" => text(Most::Bytes(0xff)),
            "text" => text(Most::Bytes(0xffff)),
            "mediumtext" => text(Most::Bytes(0xff_ffff)),
            "longtext" => text(Most::Bytes(0xffff_ffff)),
            "enum" => Self::Enum(text::members(&column.type_text)),
            "set" => Self::Set(text::members(&column.type_text)),
            "date" => Self::Date,
            "time" => Self::Time(precision),
            "datetime" => Self::DateTime(precision),
            "timestamp" => Self::Timestamp(precision),
            "year" => Self::Year,
            "uuid" => Self::Uuid,
            "inet4" => Self::Inet4,
            "inet6" => Self::Inet6,
            "json" => Self::Json,
            "binary" | "varbinary" => bytes(u64::from(first.unwrap_or(1))),
            "tinyblob" => bytes(0xff),
            "blob" => bytes(0xffff),
            "mediumblob" => bytes(0xff_ffff),
            "longblob" => bytes(0xffff_ffff),
            "bit" => Self::Bits(first.unwrap_or(1)),
            _ => Self::Verbatim,
        }
    }

    /// What is sent for a replacement, and read back again.
    pub(super) fn stored(
        &self,
        replacement: Replacement,
        is_nullable: bool,
    ) -> Result<Replacement, Unfit> {
        match (self, replacement) {
            (_, Replacement::Null) if is_nullable => Ok(Replacement::Null),
            (_, Replacement::Null) => Err(unfit("the rule makes NULL, which the column refuses")),
            (Self::Integer(least, most), Replacement::Integer(number)) => {
                number::within(number, *least, *most)
            }
            (Self::Bits(bits), Replacement::Integer(number)) => number::bits(number, *bits),
            (Self::Single(floating), Replacement::Real(number)) => floating.single(number),
            (Self::Double(floating), Replacement::Real(number)) => floating.double(number),
            (Self::Bytes { .. }, Replacement::Integer(_) | Replacement::Real(_)) => {
                Err(unfit("the rule makes a number"))
            }
            (Self::Bytes { most, is_padded }, Replacement::Blob(blob)) => {
                text::bytes(blob, *most, *is_padded)
            }
            (Self::Bits(bits), Replacement::Blob(blob)) => number::bits_of_bytes(&blob, *bits),
            (Self::Verbatim, other) => Ok(other),
            (_, Replacement::Blob(blob)) => match String::from_utf8(blob) {
                Ok(text) => self.text(text),
                Err(_) => Err(unfit("the rule makes bytes that are no text")),
            },
            (_, Replacement::Text(text)) => self.text(text),
            (_, Replacement::Integer(number)) => self.text(number.to_string()),
            // Without an exponent, and with every digit.
            (_, Replacement::Real(number)) => self.text(number.to_string()),
        }
    }

    fn text(&self, text: String) -> Result<Replacement, Unfit> {
        let text = match self {
            Self::Integer(least, most) => return number::integer(&text, *least, *most),
            Self::Single(floating) => return floating.single(number::real(&text)?),
            Self::Double(floating) => return floating.double(number::real(&text)?),
            Self::Bytes { most, is_padded } => {
                return text::bytes(text.into_bytes(), *most, *is_padded);
            }
            Self::Bits(bits) => {
                let number = text.trim().parse().map_err(|_| number::no_integer())?;
                return number::bits(number, *bits);
            }
            Self::Decimal(typed) => typed.stored(&text),
            Self::Text {
                most,
                letters,
                is_padded,
            } => text::fitting(text, *most, *letters, *is_padded),
            Self::Enum(members) => text::member(text, members),
            Self::Set(members) => text::set(&text, members),
            Self::Date => moment::date(&text),
            Self::Time(precision) => moment::time(&text, *precision),
            Self::DateTime(precision) => moment::date_time(&text, *precision),
            Self::Timestamp(precision) => moment::timestamp(&text, *precision),
            Self::Year => moment::year(&text),
            Self::Uuid => network::uuid(&text),
            Self::Inet4 => network::inet4(&text),
            Self::Inet6 => network::inet6(&text),
            Self::Json => json::stored(&text),
            Self::Verbatim => Ok(text),
        };
        text.map(Replacement::Text)
    }
}

/// The numbers in the parentheses of a type: of `decimal(10,2)`, 10 and 2.
fn arguments(data_type: &str) -> Vec<u32> {
    let list = data_type
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let numbers = list.map(|(list, _)| list.split(','));
    numbers
        .into_iter()
        .flatten()
        .map_while(|number| number.trim().parse().ok())
        .collect()
}

#[cfg(test)]
mod tests;
