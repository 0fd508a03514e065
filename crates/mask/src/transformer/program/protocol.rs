//! The lines that go to a program and come back: one JSON object each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use weir_engine::{Field, Replacement};

/// The version of the protocol.
const VERSION: u64 = 1;

type Answer<T> = Result<T, &'static str>;

/// What a program hears first.
pub(super) fn hello(table: &str, column: &str, key: &[u8; 32]) -> String {
    let digits = key.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    line(&json!({"weir-program": VERSION, "table": table, "column": column, "key": digits}))
}

/// Whether it answered that it knows the protocol.
pub(super) fn welcome(answer: &[u8]) -> Answer<()> {
    let answer = object(answer)?;
    match answer.get("weir-program").and_then(Value::as_u64) {
        Some(VERSION) => Ok(()),
        _ => Err("its first answer is not {\"weir-program\": 1}"),
    }
}

/// Adds the question about a value.
pub(super) fn question(field: Field<'_>, questions: &mut String) {
    let value = match field {
        Field::Null => json!({ "value": null }),
        Field::Integer(number) => json!({ "value": number }),
        Field::Real(number) => json!({ "value": number }),
        Field::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => json!({ "value": text }),
            Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
        },
        Field::Blob(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(questions, "{value}");
}

/// What takes the place of a value, which may be bytes.
pub(super) fn answer(answer: &[u8], is_bytes: bool) -> Answer<Replacement> {
    let answer = object(answer)?;
    let bytes = match (answer.get("value"), answer.get("base64")) {
        (Some(Value::Null), None) => return Ok(Replacement::Null),
        (Some(Value::Number(number)), None) => return numeric(number),
        (Some(Value::String(text)), None) if is_bytes => text.clone().into_bytes(),
        (Some(Value::String(text)), None) => return Ok(Replacement::Text(text.clone())),
        (None, Some(Value::String(text))) => STANDARD
            .decode(text)
            .map_err(|_| "what it answered as base64 is none")?,
        _ => return Err("it answered neither {\"value\": …} nor {\"base64\": …}"),
    };
    match is_bytes {
        true => Ok(Replacement::Blob(bytes)),
        false => String::from_utf8(bytes)
            .map(Replacement::Text)
            .map_err(|_| "it answered bytes that are no UTF-8 in the place of text"),
    }
}

fn numeric(number: &serde_json::Number) -> Answer<Replacement> {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => Ok(Replacement::Integer(whole)),
        (None, Some(real)) if number.is_f64() => Ok(Replacement::Real(real)),
        _ => Err("it answered a number beyond 64 bits"),
    }
}

fn object(line: &[u8]) -> Answer<Map<String, Value>> {
    serde_json::from_slice(line).map_err(|_| "what it answered is not one JSON object in a line")
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_and_come_with_their_types() {
        let said = |field| {
            let mut said = String::new();
            question(field, &mut said);
            said
        };
        assert_eq!(
            said(Field::Text("é\n".as_bytes())),
            "{\"value\":\"é\\n\"}\n"
        );
        assert_eq!(said(Field::Integer(-7)), "{\"value\":-7}\n");
        assert_eq!(said(Field::Blob(&[255])), "{\"base64\":\"/w==\"}\n");
        let (text, bytes) = (false, true);
        let of = |line: &str, is_bytes| answer(line.as_bytes(), is_bytes);
        assert!(of("{\"value\": null}", text) == Ok(Replacement::Null));
        assert!(of("{\"value\": 1.5}", text) == Ok(Replacement::Real(1.5)));
        assert!(of("{\"base64\": \"/w==\"}", bytes) == Ok(Replacement::Blob(vec![255])));
        assert!(of("{\"value\": \"y\"}", bytes) == Ok(Replacement::Blob(vec![b'y'])));
        for wrong in [
            "",
            "7",
            "{}",
            "{\"value\": []}",
            "{\"base64\": \"/w==\"}",
            "{\"value\": 1e400}",
        ] {
            assert!(of(wrong, text).is_err(), "{wrong}");
        }
    }
}
