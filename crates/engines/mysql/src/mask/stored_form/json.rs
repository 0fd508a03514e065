//! JSON as MySQL prints it.

use super::{Unfit, unfit};
use serde_json::Value;

/// JSON in MySQL's order and with its spaces: from its documentation, not from a server.
pub(super) fn stored(text: &str) -> Result<String, Unfit> {
    let value: Value =
        serde_json::from_str(text).map_err(|_| unfit("the rule makes something else than JSON"))?;
    let mut out = String::with_capacity(text.len() + 16);
    write(&value, &mut out);
    Ok(out)
}

/// Writes a value. It is no deeper than the reader lets it be.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(value, out);
            }
            out.push(']');
        }
        Value::Object(values) => {
            // Shorter names come first.
            let mut members: Vec<_> = values.iter().collect();
            members.sort_by_key(|(name, _)| (name.len(), *name));
            out.push('{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push_str(": ");
                write(value, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}
