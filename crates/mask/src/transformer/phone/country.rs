//! The prefix of a country, `+NN` or `00NN`.

/// Digits of a number behind its prefix at least: with fewer, the prefix is a part of it.
const LEAST_NATIONAL: usize = 4;

/// The bytes of the prefix at the front of a number; 0 where there is none.
pub(super) fn prefix(text: &str) -> usize {
    let trimmed = text.trim_start();
    let start = text.len() - trimmed.len();
    let Some(sign) = ["+", "00"].iter().find(|sign| trimmed.starts_with(**sign)) else {
        return 0;
    };
    let behind = trimmed.get(sign.len()..).unwrap_or_default();
    let digits = behind.bytes().take(3).take_while(u8::is_ascii_digit);
    let length = code(behind.as_bytes().get(..digits.count()).unwrap_or_default());
    let national = behind.get(length..).unwrap_or_default();
    let rest = national.chars().filter(|letter| letter.is_alphanumeric());
    match length > 0 && rest.take(LEAST_NATIONAL).count() == LEAST_NATIONAL {
        true => start + sign.len() + length,
        false => 0,
    }
}

/// How many digits the code of a country has (ITU-T E.164).
fn code(digits: &[u8]) -> usize {
    match digits {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        [b'2'..=b'9', _, _] => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn codes_of_countries_have_one_to_three_digits() {
        let of = |text: &'static str| text.get(..prefix(text)).unwrap();
        assert_eq!(of("+1 202 555 0143"), "+1");
        assert_eq!(of("0049 170 1234567"), "0049");
        assert_eq!(of(" +351 912345678"), " +351");
        assert_eq!(of("+44 (0)20 7946"), "+44");
        for none in ["030 1234567", "+", "+49", "+12", "00", "+0123456", "é+49"] {
            assert_eq!(of(none), "", "{none}");
        }
    }
}
