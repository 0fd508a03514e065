//! What an unquoted scalar means, by the core schema of YAML 1.2: `yes` and `on` are text.

/// A scalar by its meaning.
#[derive(Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Boolean(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'a str),
}

/// The meaning of a scalar; quoted ones are always text.
pub(super) fn resolve(text: &str, plain: bool) -> Scalar<'_> {
    if !plain {
        return Scalar::Text(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Boolean(true),
        "false" | "False" | "FALSE" => Scalar::Boolean(false),
        _ => number(text).unwrap_or(Scalar::Text(text)),
    }
}

fn number(text: &str) -> Option<Scalar<'_>> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return u64::from_str_radix(octal, 8).ok().map(Scalar::Unsigned);
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return u64::from_str_radix(hexadecimal, 16)
            .ok()
            .map(Scalar::Unsigned);
    }
    if let Ok(unsigned) = text.parse() {
        return Some(Scalar::Unsigned(unsigned));
    }
    if let Ok(signed) = text.parse() {
        return Some(Scalar::Signed(signed));
    }
    let numeric = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
    match text.parse() {
        Ok(float) if numeric => Some(Scalar::Float(float)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Scalar, resolve};

    #[test]
    fn follows_the_core_schema() {
        assert_eq!(resolve("yes", true), Scalar::Text("yes"));
        assert_eq!(resolve("off", true), Scalar::Text("off"));
        assert_eq!(resolve("true", true), Scalar::Boolean(true));
        assert_eq!(resolve("true", false), Scalar::Text("true"));
        assert_eq!(resolve("~", true), Scalar::Null);
        assert_eq!(resolve("12", true), Scalar::Unsigned(12));
        assert_eq!(resolve("-3", true), Scalar::Signed(-3));
        assert_eq!(resolve("0o17", true), Scalar::Unsigned(15));
        assert_eq!(resolve("1.5e3", true), Scalar::Float(1500.0));
        assert_eq!(resolve("2026-11-22", true), Scalar::Text("2026-11-22"));
        assert_eq!(resolve("24h", true), Scalar::Text("24h"));
        assert_eq!(resolve(".", true), Scalar::Text("."));
    }
}
