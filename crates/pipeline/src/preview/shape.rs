//! Values as people may see them: as they are, or only their shapes.

use std::fmt::Write as _;
use weir_engine::Field;

/// Bytes of a value that is no text, at most.
const MOST_BYTES: usize = 32;

/// What is shown of a source's values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    /// Whether they are shown as they are.
    pub(super) originals: bool,
}

impl Sight {
    /// A value of the source; `None` for NULL.
    pub(super) fn before(self, field: Field<'_>) -> Option<String> {
        match field {
            Field::Blob(bytes) if !self.originals => Some(format!("{} bytes", bytes.len())),
            _ if self.originals => text(field),
            _ => text(field).map(|text| shape(&text)),
        }
    }
}

/// A value as text; `None` for NULL.
pub(super) fn text(field: Field<'_>) -> Option<String> {
    Some(match field {
        Field::Null => return None,
        Field::Integer(number) => number.to_string(),
        Field::Real(number) => number.to_string(),
        Field::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Field::Blob(bytes) => hexadecimal(bytes),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::from("0x");
    for byte in bytes.iter().take(MOST_BYTES) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    if bytes.len() > MOST_BYTES {
        let _ = write!(text, "… ({} bytes)", bytes.len());
    }
    text
}

/// `Ada@example.org` → `Aaa@aaaaaaa.aaa`: how a value is built, and nothing of it.
fn shape(text: &str) -> String {
    let letter = |letter: char| match letter {
        digit if digit.is_numeric() => '9',
        capital if capital.is_uppercase() => 'A',
        letter if letter.is_alphabetic() => 'a',
        ascii if ascii.is_ascii_punctuation() || ascii.is_whitespace() => ascii,
        _ => '?',
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_keeps_how_a_value_is_built_and_no_letter_of_it() {
        assert_eq!(shape("Ada.L@Example.org"), "Aaa.A@Aaaaaaa.aaa");
        assert_eq!(shape("+49 (0)30-1234"), "+99 (9)99-9999");
        assert_eq!(shape("Zoë 王芳 🎉"), "Aaa aa ?");
    }

    #[test]
    fn bytes_are_counted_or_shown_in_part() {
        let hidden = Sight { originals: false };
        let shown = Sight { originals: true };
        assert_eq!(hidden.before(Field::Blob(b"abc")).unwrap(), "3 bytes");
        assert_eq!(shown.before(Field::Blob(b"abc")).unwrap(), "0x616263");
        let long = shown.before(Field::Blob(&[0; 40])).unwrap();
        assert!(long.ends_with("00… (40 bytes)"), "{long}");
        assert_eq!(hidden.before(Field::Null), None);
    }
}
