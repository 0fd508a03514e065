//! How a server writes back what was sent to a column. What a mask makes is sent in that form, so
//! that what is read back can be compared with what was sent.

use std::fmt::Write as _;
use weir_engine::Replacement;
use weir_model::error::{Error, Kind, Result};

/// The form of a column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoredForm {
    Integer,
    /// Digits behind the point, where the type fixes them.
    Numeric(Option<usize>),
    Float { is_single: bool },
    Boolean,
    Bytes,
    /// At most so many characters.
    Varying(Option<usize>),
    /// Exactly so many characters, filled with spaces.
    Padded(usize),
    Uuid,
    Jsonb,
    /// As it is sent; the server may write it otherwise, which is then told.
    Verbatim,
}

impl StoredForm {
    /// The form of a type as `format_type` tells it.
    pub(super) fn of(data_type: &str) -> Self {
        let (name, arguments) = match data_type.split_once('(') {
            Some((name, rest)) => (name, rest.split(')').next().unwrap_or_default()),
            None => (data_type, ""),
        };
        if data_type.ends_with("[]") {
            return Self::Verbatim;
        }
        let mut arguments = arguments.split(',').filter_map(|text| text.trim().parse().ok());
        let first = arguments.next();
        match name {
            "smallint" | "integer" | "bigint" => Self::Integer,
            "numeric" => Self::Numeric(first.map(|_: usize| arguments.next().unwrap_or(0))),
            "real" => Self::Float { is_single: true },
            "double precision" => Self::Float { is_single: false },
            "boolean" => Self::Boolean,
            "bytea" => Self::Bytes,
            "text" | "citext" | "json" | "xml" => Self::Varying(None),
            "character varying" => Self::Varying(first),
            "character" => Self::Padded(first.unwrap_or(1)),
            "uuid" => Self::Uuid,
            "jsonb" => Self::Jsonb,
            _ => Self::Verbatim,
        }
    }

    /// The number that a value of this form is.
    pub(super) fn integer_of(&self, value: &[u8]) -> Option<i64> {
        match self {
            Self::Integer => std::str::from_utf8(value).ok()?.parse().ok(),
            _ => None,
        }
    }

    /// The bytes that a value of this form is.
    pub(super) fn bytes_of(&self, value: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Bytes => unhex(value.strip_prefix(b"\\x")?),
            _ => None,
        }
    }

    /// What is sent for a replacement; `None` for NULL.
    pub(super) fn stored(&self, replacement: &Replacement) -> Result<Option<Vec<u8>>> {
        let text = match replacement {
            Replacement::Null => return Ok(None),
            Replacement::Blob(bytes) => return self.stored_bytes(bytes).map(Some),
            Replacement::Integer(number) => number.to_string(),
            Replacement::Real(number) => float(*number, matches!(self, Self::Float { is_single: true })),
            Replacement::Text(text) => text.clone(),
        };
        if text.contains('\0') {
            return Err(unfit("the server's text cannot hold a byte 0"));
        }
        self.stored_text(text).map(|text| Some(text.into_bytes()))
    }

    fn stored_bytes(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Bytes => Ok(hex(bytes).into_bytes()),
            _ => Err(unfit("the rule makes bytes, and the column is not of bytea")),
        }
    }

    fn stored_text(&self, text: String) -> Result<String> {
        match self {
            Self::Integer => text
                .trim()
                .parse::<i64>()
                .map(|number| number.to_string())
                .map_err(|_| unfit("the rule makes something else than a whole number")),
            Self::Numeric(scale) => numeric(&text, *scale),
            Self::Float { is_single } => text
                .trim()
                .parse::<f64>()
                .map(|number| float(number, *is_single))
                .map_err(|_| unfit("the rule makes something else than a number")),
            Self::Boolean => boolean(&text),
            Self::Bytes => Ok(hex(text.as_bytes())),
            Self::Varying(most) => match most {
                Some(most) if text.chars().count() > *most => Err(too_long(*most)),
                _ => Ok(text),
            },
            Self::Padded(length) => padded(text, *length),
            Self::Uuid => Ok(text.trim().to_ascii_lowercase()),
            Self::Jsonb => jsonb(&text),
            Self::Verbatim => Ok(text),
        }
    }
}

fn unfit(cause: &str) -> Error {
    Error::new(Kind::Sanitise, "fit a masked value into its column", cause)
        .hint("choose a rule that fits the type of the column")
}

fn too_long(most: usize) -> Error {
    unfit(&format!("the rule makes more than the {most} characters the column takes"))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| {
            let [high, low] = pair else { return None };
            u8::try_from(digit(high)? * 16 + digit(low)?).ok()
        })
        .collect()
}

fn boolean(text: &str) -> Result<String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "1" | "yes" | "on" => Ok("t".to_owned()),
        "f" | "false" | "0" | "no" | "off" => Ok("f".to_owned()),
        _ => Err(unfit("the rule makes something else than true or false")),
    }
}

fn padded(text: String, length: usize) -> Result<String> {
    let text = text.trim_end_matches(' ');
    let count = text.chars().count();
    if count > length {
        return Err(too_long(length));
    }
    Ok(format!("{text}{}", " ".repeat(length - count)))
}

/// A number without exponent, with as many digits behind the point as the type fixes.
fn numeric(text: &str, scale: Option<usize>) -> Result<String> {
    let wrong = || unfit("the rule makes something else than a number");
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !plain(whole) || !plain(part) {
        return Err(wrong());
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let Some(scale) = scale else {
        let point = if part.is_empty() { "" } else { "." };
        return Ok(signed(sign, &format!("{whole}{point}{part}")));
    };
    if part.len() > scale {
        return Err(unfit(&format!("the rule makes more than {scale} digits behind the point")));
    }
    let zeros = "0".repeat(scale - part.len());
    let point = if scale == 0 { "" } else { "." };
    Ok(signed(sign, &format!("{whole}{point}{part}{zeros}")))
}

/// There is no negative zero among exact numbers.
fn signed(sign: &str, digits: &str) -> String {
    let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match is_zero {
        true => digits.to_owned(),
        false => format!("{sign}{digits}"),
    }
}

/// The shortest text that is the same number, as servers since 12 write it.
fn float(number: f64, is_single: bool) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = match is_single {
        #[allow(clippy::cast_possible_truncation)]
        true => format!("{:e}", number as f32),
        false => format!("{number:e}"),
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let most = if is_single { 6 } else { 15 };
    if (-4..most).contains(&exponent) {
        return match is_single {
            #[allow(clippy::cast_possible_truncation)]
            true => format!("{}", number as f32),
            false => format!("{number}"),
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// JSON as the server keeps it: names ordered by length and bytes, the last of equal ones.
fn jsonb(text: &str) -> Result<String> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|_| unfit("the rule makes something else than JSON"))?;
    let mut out = String::new();
    write_json(&value, &mut out);
    Ok(out)
}

fn write_json(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_json(item, out);
            }
            out.push(']');
        }
        serde_json::Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_by_key(|name| (name.len(), name.as_bytes()));
            out.push('{');
            for (at, name) in names.into_iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                out.push_str(&serde_json::Value::String(name.clone()).to_string());
                out.push_str(": ");
                if let Some(member) = members.get(name) {
                    write_json(member, out);
                }
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(data_type: &str, replacement: Replacement) -> Result<Option<String>> {
        let stored = StoredForm::of(data_type).stored(&replacement)?;
        Ok(stored.map(|bytes| String::from_utf8(bytes).unwrap()))
    }

    #[test]
    fn values_are_sent_as_the_server_writes_them() {
        let text = |text: &str| Replacement::Text(text.to_owned());
        let cases = [
            ("integer", text(" 07"), "7"),
            ("numeric(10,2)", text("1.5"), "1.50"),
            ("numeric", text("-0.0"), "0.0"),
            ("numeric", Replacement::Integer(3), "3"),
            ("double precision", Replacement::Real(1e20), "1e+20"),
            ("double precision", Replacement::Real(0.1), "0.1"),
            ("double precision", Replacement::Real(1e-7), "1e-07"),
            ("real", Replacement::Real(0.1), "0.1"),
            ("boolean", text("TRUE"), "t"),
            ("bytea", Replacement::Blob(vec![0, 255]), "\\x00ff"),
            ("character(3)", text("a"), "a  "),
            ("character varying(3)", text("äöü"), "äöü"),
            ("uuid", text("6F9619FF-8B86-D011-B42D-00C04FC964FF"), "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
            ("jsonb", text("{\"bb\":[1,2],\"a\":null}"), "{\"a\": null, \"bb\": [1, 2]}"),
        ];
        for (data_type, replacement, expected) in cases {
            assert_eq!(stored(data_type, replacement).unwrap().as_deref(), Some(expected), "{data_type}");
        }
        assert_eq!(stored("text", Replacement::Null).unwrap(), None);
    }

    #[test]
    fn what_does_not_fit_is_refused_without_a_value() {
        let text = |text: &str| Replacement::Text(text.to_owned());
        let cases = [
            ("integer", text("secret")),
            ("character varying(3)", text("secret")),
            ("boolean", text("secret")),
            ("jsonb", text("secret")),
            ("text", Replacement::Blob(b"secret".to_vec())),
            ("text", text("secret\0")),
        ];
        for (data_type, replacement) in cases {
            let error = stored(data_type, replacement).unwrap_err();
            assert_eq!(error.kind(), Kind::Sanitise, "{data_type}");
            assert!(!format!("{error:?}").contains("secret"));
        }
    }
}
