//! Numbers with check digits, worked out anew and not by the detectors' code.

use crate::random::Random;

/// The letters and digits of an account by country, from which the check digits are worked out.
pub(crate) fn iban(random: &mut Random, language: &str) -> String {
    let (country, body) = match language {
        "de" => ("DE", random.digits(18)),
        "fr" => ("FR", random.digits(23)),
        "es" => ("ES", random.digits(20)),
        _ => (
            "GB",
            format!(
                "{}{}",
                random.letters("ABCDEFGHKLMNPRSTW", 4),
                random.digits(14)
            ),
        ),
    };
    let number = |letter: char| letter.to_digit(36).expect("letters and digits").to_string();
    let spelled: String = format!("{body}{country}00").chars().map(number).collect();
    let rest = spelled.chars().fold(0, |rest, digit| {
        (rest * 10 + digit.to_digit(10).unwrap_or(0)) % 97
    });
    let whole = format!("{country}{:02}{body}", 98 - rest);
    if random.chance(50) {
        grouped(&whole, 4, " ")
    } else {
        whole
    }
}

pub(crate) fn card(random: &mut Random) -> String {
    let prefix = random.pick(&["4", "51", "52", "53", "54", "55"]);
    let body = format!("{prefix}{}", random.digits(15 - prefix.len()));
    let whole = with_last(&body, |number| {
        let digits = number
            .chars()
            .rev()
            .map(|digit| digit.to_digit(10).unwrap_or(0));
        let sum: u32 = digits
            .enumerate()
            .map(|(place, digit)| {
                if place % 2 == 1 {
                    digit * 2 / 10 + digit * 2 % 10
                } else {
                    digit
                }
            })
            .sum();
        sum.is_multiple_of(10)
    });
    if random.chance(50) {
        grouped(&whole, 4, " ")
    } else {
        whole
    }
}

/// The number by which a state knows a person, as the language's largest country has it.
pub(crate) fn national(random: &mut Random, language: &str) -> String {
    match language {
        "de" => german(random),
        "fr" => french(random),
        "es" => spanish(random),
        _ => format!(
            "{:03}-{:02}-{:04}",
            random.between(1, 665),
            random.between(1, 99),
            random.between(1, 9999)
        ),
    }
}

fn german(random: &mut Random) -> String {
    let mut left: Vec<char> = "0123456789".chars().collect();
    let twice = left.remove(random.below(10) as usize);
    left.remove(random.below(9) as usize);
    let mut digits = left;
    digits.extend([twice, twice]);
    for place in (1..10).rev() {
        digits.swap(place, random.below(place as u64 + 1) as usize);
    }
    if digits[0] == '0' {
        digits.swap(0, 1);
        if digits[0] == '0' {
            digits.swap(0, 2);
        }
    }
    let mut product = 10;
    for digit in &digits {
        let sum = (digit.to_digit(10).unwrap_or(0) + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    digits.push(char::from_digit((11 - product) % 10, 10).unwrap_or('0'));
    digits.into_iter().collect()
}

fn french(random: &mut Random) -> String {
    let (sex, year, month) = (
        random.between(1, 2),
        random.below(100),
        random.between(1, 12),
    );
    let (department, town, order) = (
        random.between(1, 95),
        random.between(1, 990),
        random.between(1, 999),
    );
    let body = format!("{sex}{year:02}{month:02}{department:02}{town:03}{order:03}");
    let key = 97 - body.parse::<u64>().unwrap_or(0) % 97;
    if random.chance(40) {
        return format!("{sex} {year:02} {month:02} {department:02} {town:03} {order:03} {key:02}");
    }
    format!("{body}{key:02}")
}

fn spanish(random: &mut Random) -> String {
    let letter = |number: u64| {
        "TRWAGMYFPDXBNJZSQVHLCKE"
            .chars()
            .nth((number % 23) as usize)
            .unwrap_or('T')
    };
    if random.chance(15) {
        let number = random.below(10_000_000);
        return format!("X{number:07}{}", letter(number));
    }
    let number = random.between(1_000_000, 99_999_999);
    format!("{number:08}{}", letter(number))
}

pub(crate) fn health(random: &mut Random) -> String {
    loop {
        let body = random.digits(9);
        let digits = body.chars().map(|digit| digit.to_digit(10).unwrap_or(0));
        let sum: u32 = digits
            .zip((2..=10).rev())
            .map(|(digit, weight)| digit * weight)
            .sum();
        let check = (11 - sum % 11) % 11;
        if check < 10 {
            return format!("{} {} {}{check}", &body[..3], &body[3..6], &body[6..]);
        }
    }
}

pub(crate) fn ean(random: &mut Random) -> String {
    with_last(&format!("40{}", random.digits(10)), |number| {
        let digits = number
            .chars()
            .map(|digit| digit.to_digit(10).unwrap_or(0))
            .enumerate();
        let sum: u32 = digits
            .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 3 })
            .sum();
        sum.is_multiple_of(10)
    })
}

/// A body with the last digit that makes it right.
fn with_last(body: &str, right: impl Fn(&str) -> bool) -> String {
    let candidates = (0..10).map(|last| format!("{body}{last}"));
    candidates
        .into_iter()
        .find(|number| right(number))
        .expect("one of ten digits is right")
}

fn grouped(text: &str, size: usize, between: &str) -> String {
    let groups: Vec<_> = text
        .as_bytes()
        .chunks(size)
        .map(String::from_utf8_lossy)
        .collect();
    groups.join(between)
}
