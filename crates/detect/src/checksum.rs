//! Check digits of payment cards, bank accounts and national numbers.

/// The digits of a text as numbers, without what stands between them.
pub(crate) fn digits(text: &[u8]) -> impl DoubleEndedIterator<Item = u32> + Clone + '_ {
    let found = text.iter().filter(|byte| byte.is_ascii_digit());
    found.map(|byte| u32::from(byte - b'0'))
}

/// The check of payment cards.
pub(crate) fn luhn(text: &[u8]) -> bool {
    let doubled = |(place, digit): (usize, u32)| match (place % 2, digit * 2) {
        (0, _) => digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    let sum: u32 = digits(text).rev().enumerate().map(doubled).sum();
    sum.is_multiple_of(10)
}

/// ISO 7064 mod 97-10 over an IBAN without spaces: the country and check digits are read last.
pub(crate) fn iban(compact: &[u8]) -> bool {
    let Some((head, body)) = compact.split_at_checked(4) else {
        return false;
    };
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    };
    let step = |rest: u32, byte: &u8| {
        let value = value(byte)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    };
    body.iter().chain(head).try_fold(0, step) == Some(1)
}

/// The tax number of Germany: eleven digits, one of the first ten twice or three times, the last
/// by ISO 7064 mod 11-10.
pub(crate) fn german_tax(text: &[u8]) -> bool {
    let mut seen = [0_u8; 10];
    let mut product = 10;
    for (place, digit) in digits(text).enumerate() {
        if place == 10 {
            let check = (11 - product) % 10;
            let repeated = seen.iter().filter(|count| **count > 1).count();
            let most = seen.iter().copied().max().unwrap_or(0);
            return check == digit && repeated == 1 && most <= 3;
        }
        if place == 0 && digit == 0 {
            return false;
        }
        if let Some(count) = seen.get_mut(digit as usize) {
            *count += 1;
        }
        let sum = (digit + product) % 10;
        product = (if sum == 0 { 10 } else { sum } * 2) % 11;
    }
    false
}

/// The social insurance number of Germany: eight digits, a letter, three digits.
pub(crate) fn german_insurance(compact: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let Some(letter) = compact.get(8).filter(|byte| byte.is_ascii_uppercase()) else {
        return false;
    };
    let place = u32::from(letter - b'A') + 1;
    let before = compact.get(..8).unwrap_or_default();
    let after = compact.get(9..).unwrap_or_default();
    let spread = digits(before)
        .chain([place / 10, place % 10])
        .chain(digits(after).take(2));
    let sum: u32 = spread
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    compact.len() == 12 && digits(after).nth(2) == Some(sum % 10)
}

/// The number of France's register of persons: thirteen digits and a key of two; Corsica has letters.
pub(crate) fn french_nir(compact: &[u8]) -> bool {
    if compact.len() != 15 {
        return false;
    }
    let department = compact.get(5..7).unwrap_or_default();
    let corsica = match department {
        b"2A" => 1_000_000,
        b"2B" => 2_000_000,
        _ => 0,
    };
    let mut number: u64 = 0;
    let mut key: u64 = 0;
    for (place, byte) in compact.iter().enumerate() {
        let digit = match byte {
            b'0'..=b'9' => u64::from(byte - b'0'),
            b'A' | b'B' if place == 6 && corsica > 0 => 0,
            _ => return false,
        };
        if place < 13 {
            number = number * 10 + digit;
        } else {
            key = key * 10 + digit;
        }
    }
    let month = number / 100_000_000 % 100;
    let sex = number / 1_000_000_000_000;
    (sex == 1 || sex == 2)
        && ((1..=12).contains(&month) || (20..=42).contains(&month))
        && 97 - (number.saturating_sub(corsica)) % 97 == key
}

/// The letter of Spain's DNI and NIE: eight digits, or a letter and seven.
pub(crate) fn spanish(compact: &[u8]) -> bool {
    let (first, letter) = match (compact.first(), compact.last()) {
        (Some(first), Some(letter)) if compact.len() == 9 => (*first, letter.to_ascii_uppercase()),
        _ => return false,
    };
    let lead = match first.to_ascii_uppercase() {
        b'X' | b'0' => 0,
        b'Y' | b'1' => 1,
        b'Z' | b'2' => 2,
        digit @ b'3'..=b'9' => u32::from(digit - b'0'),
        _ => return false,
    };
    let rest = compact.get(1..8).unwrap_or_default();
    if !rest.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = digits(rest).fold(lead, |number, digit| number * 10 + digit);
    b"TRWAGMYFPDXBNJZSQVHLCKE".get((number % 23) as usize) == Some(&letter)
}

/// The number of Britain's health service: ten digits by mod 11.
pub(crate) fn british_health(text: &[u8]) -> bool {
    let sum: u32 = digits(text)
        .take(9)
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = (11 - sum % 11) % 11;
    check < 10 && digits(text).nth(9) == Some(check)
}

/// The number of Switzerland's old-age insurance: thirteen digits with an EAN check, from 756.
pub(crate) fn swiss(text: &[u8]) -> bool {
    let sum: u32 = digits(text)
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 3 })
        .sum();
    digits(text).take(3).eq([7, 5, 6]) && digits(text).count() == 13 && sum.is_multiple_of(10)
}

/// Whether nine digits can be a social security number of the United States: it has no check digit,
/// but numbers that are never given out.
pub(crate) fn american(text: &[u8]) -> bool {
    let number = |from: usize, many: usize| {
        digits(text)
            .skip(from)
            .take(many)
            .fold(0, |number, digit| number * 10 + digit)
    };
    let area = number(0, 3);
    digits(text).count() == 9
        && area != 0
        && area != 666
        && area < 900
        && number(3, 2) != 0
        && number(5, 4) != 0
}

/// Whether two letters, six digits and a letter can be a national insurance number of Britain.
pub(crate) fn british(compact: &[u8]) -> bool {
    let &[first, second, .., last] = compact else {
        return false;
    };
    let never: [&[u8]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
    let letter = |byte: u8, not: &[u8]| byte.is_ascii_uppercase() && !not.contains(&byte);
    let middle = compact.get(2..8).unwrap_or_default();
    compact.len() == 9
        && letter(first, b"DFIQUV")
        && letter(second, b"DFIOQUV")
        && !never.contains(&[first, second].as_slice())
        && middle.iter().all(u8::is_ascii_digit)
        && matches!(last, b'A'..=b'D')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_pass_and_their_neighbours_do_not() {
        type Check = fn(&[u8]) -> bool;
        let examples: [(Check, &str); 8] = [
            (luhn, "4111111111111111"),
            (iban, "DE89370400440532013000"),
            (german_tax, "86095742719"),
            (german_insurance, "15070649C103"),
            (french_nir, "255081416802538"),
            (spanish, "12345678Z"),
            (british_health, "9434765919"),
            (swiss, "7569217076985"),
        ];
        for (check, example) in examples {
            assert!(check(example.as_bytes()), "{example}");
            for place in 0..example.len() {
                let mut wrong = example.as_bytes().to_vec();
                if !wrong[place].is_ascii_digit() {
                    continue;
                }
                wrong[place] = (wrong[place] - b'0' + 1) % 10 + b'0';
                let wrong = String::from_utf8(wrong).unwrap();
                assert!(!check(wrong.as_bytes()), "{wrong}");
            }
        }
    }

    #[test]
    fn numbers_nobody_has_are_refused() {
        assert!(american(b"219-09-9999"));
        for wrong in [
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "219-00-9999",
            "219-09-0000",
        ] {
            assert!(!american(wrong.as_bytes()), "{wrong}");
        }
        assert!(british(b"AB123456C"));
        for wrong in ["BG123456C", "DA123456C", "AB123456E", "AB12345C"] {
            assert!(!british(wrong.as_bytes()), "{wrong}");
        }
        assert!(spanish(b"X1234567L"));
        assert!(french_nir(b"180052A12345684") && !french_nir(b"180052A12345600"));
    }
}
