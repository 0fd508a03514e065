//! How a server writes back what was sent to a column. What a mask makes is sent in that form, so
//! that what is read back can be compared with what was sent.

mod array;
mod bytes;
mod json;
mod moment;
mod number;

pub(super) use bytes::read as read_bytes;

use moment::Precision;
use number::Typed;
use std::borrow::Cow;
use std::fmt;
use weir_engine::Replacement;

/// The form of a column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoredForm {
    /// A whole number of so many bits.
    Integer(u32),
    /// An exact number.
    Numeric(Option<Typed>),
    /// A floating-point number of single precision.
    Single,
    /// A floating-point number of double precision.
    Double,
    /// True or false.
    Boolean,
    /// Bytes.
    Bytes,
    /// At most so many characters.
    Varying(Option<usize>),
    /// Exactly so many characters, filled with spaces.
    Padded(usize),
    /// A UUID.
    Uuid,
    /// A day.
    Date,
    /// A time of day.
    Time(Precision),
    /// A day and a time of day.
    Timestamp(Precision),
    /// The same in UTC, as sessions of Weir read it.
    TimestampUtc(Precision),
    /// JSON that is taken apart.
    Jsonb,
    /// A list of values of that form, or a list of such lists.
    Array(Box<Self>),
    /// As it is sent. Where the server writes it otherwise, the comparison tells.
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
    /// The form of a type as `format_type` tells it.
    pub(super) fn of(data_type: &str) -> Self {
        if let Some(element) = data_type.strip_suffix("[]") {
            return Self::Array(Box::new(Self::of(element)));
        }
        let (name, arguments) = parts(data_type);
        let first = arguments.first().copied();
        let length = first.and_then(|length| usize::try_from(length).ok());
        match name.as_str() {
            "smallint" => Self::Integer(16),
            "integer" => Self::Integer(32),
            "bigint" => Self::Integer(64),
            "numeric" => Self::Numeric(Typed::of(&arguments)),
            "real" => Self::Single,
            "double precision" => Self::Double,
            "boolean" => Self::Boolean,
            "bytea" => Self::Bytes,
            "character varying" => Self::Varying(length),
            "character" => length.map_or(Self::Varying(None), Self::Padded),
            "uuid" => Self::Uuid,
            "date" => Self::Date,
            "time without time zone" => Self::Time(Precision::of(first)),
            "timestamp without time zone" => Self::Timestamp(Precision::of(first)),
            "timestamp with time zone" => Self::TimestampUtc(Precision::of(first)),
            "jsonb" => Self::Jsonb,
            _ => Self::Verbatim,
        }
    }

    /// What is sent for a replacement; `None` for NULL. Borrowed where it is sent as it was made.
    pub(super) fn stored<'a>(
        &self,
        replacement: &'a Replacement,
    ) -> Result<Option<Cow<'a, str>>, Unfit> {
        let text = match (replacement, self) {
            (Replacement::Null, _) => return Ok(None),
            (Replacement::Blob(blob), Self::Bytes) => bytes::write(blob).into(),
            (Replacement::Blob(_), _) => return Err(unfit("the rule makes bytes")),
            (Replacement::Text(text), _) => self.text(text)?,
            (Replacement::Integer(_) | Replacement::Real(_), Self::Bytes | Self::Array(_)) => {
                return Err(unfit("the rule makes a number"));
            }
            (Replacement::Integer(number), Self::Integer(bits)) => {
                number::within(*number, *bits)?.to_string().into()
            }
            (Replacement::Integer(number), _) => self.owned(&number.to_string())?,
            (Replacement::Real(number), Self::Numeric(_) | Self::Integer(_)) => {
                // Without an exponent, and with every digit.
                self.owned(&number.to_string())?
            }
            (Replacement::Real(number), _) => self.owned(&number::double(*number))?,
        };
        Ok(Some(text))
    }

    fn owned<'a>(&self, text: &str) -> Result<Cow<'a, str>, Unfit> {
        Ok(Cow::Owned(self.text(text)?.into_owned()))
    }

    fn text<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Unfit> {
        if memchr::memchr(0, text.as_bytes()).is_some() {
            return Err(unfit(
                "the rule makes text with a byte 0, which no server takes",
            ));
        }
        let written = match self {
            Self::Integer(bits) => number::integer(text, *bits),
            Self::Numeric(typed) => number::numeric(text, *typed),
            Self::Single => number::float(text, number::single),
            Self::Double => number::float(text, number::double),
            Self::Boolean => boolean(text),
            Self::Bytes => bytes::of_text(text),
            Self::Varying(most) => return at_most(text, *most).map(Cow::Borrowed),
            Self::Padded(length) => padded(text, *length),
            Self::Uuid if is_uuid(text) => return Ok(Cow::Borrowed(text)),
            Self::Uuid => uuid(text),
            Self::Date => return moment::date(text).map(Cow::Borrowed),
            Self::Time(precision) => moment::time(text, *precision),
            Self::Timestamp(precision) => moment::timestamp(text, *precision),
            Self::TimestampUtc(precision) => moment::timestamp_utc(text, *precision),
            Self::Jsonb => json::jsonb(text),
            Self::Array(element) => array::array(text, element),
            Self::Verbatim => return Ok(Cow::Borrowed(text)),
        };
        written.map(Cow::Owned)
    }
}

/// A type's name without its numbers, and the numbers: `timestamp(3) without time zone` is
/// `timestamp without time zone` and 3.
fn parts(data_type: &str) -> (String, Vec<i32>) {
    let parts = data_type
        .split_once('(')
        .and_then(|(name, rest)| Some((name, rest.split_once(')')?)));
    let Some((name, (arguments, rest))) = parts else {
        return (data_type.to_owned(), Vec::new());
    };
    let numbers = arguments.split(',').map_while(|number| number.parse().ok());
    (format!("{name}{rest}"), numbers.collect())
}

fn boolean(text: &str) -> Result<String, Unfit> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Ok("t".to_owned()),
        "f" | "false" | "n" | "no" | "off" | "0" => Ok("f".to_owned()),
        _ => Err(unfit("the rule makes something else than true or false")),
    }
}

fn at_most(text: &str, most: Option<usize>) -> Result<&str, Unfit> {
    match most {
        // A character has at least one byte.
        Some(most) if text.len() > most && text.chars().count() > most => Err(too_long()),
        _ => Ok(text),
    }
}

fn padded(text: &str, length: usize) -> Result<String, Unfit> {
    let text = text.trim_end_matches(' ');
    let missing = length.checked_sub(text.chars().count());
    Ok(format!(
        "{text}{}",
        " ".repeat(missing.ok_or_else(too_long)?)
    ))
}

fn too_long() -> Unfit {
    unfit("the rule makes more characters than the column takes")
}

/// Whether it is one as the server writes it.
fn is_uuid(text: &str) -> bool {
    let mut bytes = text.bytes().enumerate();
    text.len() == 36
        && bytes.all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Digits of 32, in groups of 8, 4, 4, 4 and 12.
fn uuid(text: &str) -> Result<String, Unfit> {
    let text = text.trim();
    let bare = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let (mut uuid, mut digits) = (String::with_capacity(36), 0);
    for letter in bare.unwrap_or(text).chars().filter(|letter| *letter != '-') {
        if !letter.is_ascii_hexdigit() {
            return Err(no_uuid());
        }
        if [8, 12, 16, 20].contains(&digits) {
            uuid.push('-');
        }
        uuid.push(letter.to_ascii_lowercase());
        digits += 1;
    }
    if digits == 32 {
        Ok(uuid)
    } else {
        Err(no_uuid())
    }
}

fn no_uuid() -> Unfit {
    unfit("the rule makes something else than a UUID")
}

#[cfg(test)]
mod tests;
