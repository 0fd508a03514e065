//! `credit-card`: a number that passes its check and belongs to no account.

use super::keyed::{Counted, Keyed, Shape, ascii};
use super::{
    DOMAIN, Determinism, Length, OptionAbout, OptionProblem, OptionValues, Options, Transformer,
    Uniqueness,
};
use crate::scheme::Draws;
use std::sync::Arc;

/// How many digits stay unless the rule says so: the one that tells the network.
const KEPT: i64 = 1;

pub(super) static ABOUT: Transformer = Transformer {
    name: "credit-card",
    meaning: "another card number with a valid check digit, written with the value's spaces and hyphens",
    example: ("4111 1111 1111 1111", "4807 3385 6579 4774"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of the value's length, 16 digits where it holds fewer than 12",
    options: &[
        OptionAbout {
            name: "keep-digits",
            meaning: "how many digits at the front stay: 1 tells the network, 6 the bank; 1 unless given",
            values: OptionValues::Integer(0, 8),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("credit-card"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn super::Mask>, OptionProblem> {
    let keep = options.integer("keep-digits", 0, 8)?.unwrap_or(KEPT);
    Ok(Arc::new(Keyed {
        domain: options.domain("credit-card")?,
        shape: Card {
            keep: usize::try_from(keep).unwrap_or_default(),
        },
    }))
}

#[derive(Debug, Clone)]
struct Card {
    keep: usize,
}

impl Shape for Card {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("keep-digits {}", self.keep)
    }

    fn length(&self) -> Length {
        Length::AtMost(32)
    }

    fn counts(&self, value: &[u8]) -> Option<Counted> {
        let digits = digits(value);
        (digits.len() >= 12).then(|| digits.into_iter().collect())
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let known = digits(value);
        let is_card = (12..=19).contains(&known.len()) && value.len() <= 32;
        let template: &[u8] = if is_card { value } else { b"4000000000000000" };
        let kept = if is_card { self.keep } else { 1 };
        let length = digits(template).len();
        let mut number: Vec<u8> = digits(template)
            .into_iter()
            .take(length - 1)
            .enumerate()
            .map(|(at, digit)| if at < kept { digit } else { draws.digit() })
            .collect();
        number.push(check_digit(&number));
        let mut number = number.into_iter();
        let written = template.trim_ascii().iter().map(|byte| match byte {
            b'0'..=b'9' => number.next().unwrap_or(b'0'),
            b' ' | b'-' | b'.' => *byte,
            _ => b' ',
        });
        ascii(written.collect())
    }
}

fn digits(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(u8::is_ascii_digit).collect()
}

/// The last digit by Luhn's formula (ISO/IEC 7812-1), as a letter.
pub(super) fn check_digit(number: &[u8]) -> u8 {
    let sum: u32 = number
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            match at.is_multiple_of(2) {
                true if digit > 4 => 2 * digit - 9,
                true => 2 * digit,
                false => digit,
            }
        })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::check_digit;

    #[test]
    fn check_digits_are_those_of_well_known_numbers() {
        for number in ["4111111111111111", "378282246310005", "79927398713"] {
            let (head, last) = number.split_at(number.len() - 1);
            assert_eq!(check_digit(head.as_bytes()), last.as_bytes()[0], "{number}");
        }
    }
}
