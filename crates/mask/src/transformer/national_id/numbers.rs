//! How the identifiers of each country are made up. Digits are written as letters.

use crate::scheme::Draws;

fn drawn(count: usize, draws: &mut Draws<'_>) -> Vec<u8> {
    (0..count).map(|_| draws.digit()).collect()
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| {
        sum * 10 + u64::from(digit.wrapping_sub(b'0'))
    })
}

/// The sum of digits, each times its weight.
fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    let pairs = digits.iter().zip(weights);
    pairs
        .map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .sum()
}

fn letter(digit: u32) -> u8 {
    b'0' + (digit % 10) as u8
}

/// A social security number of an area from 900 on and a group below 50, which the administration
/// gives to nobody, neither as such nor as a taxpayer's number.
pub(super) fn ssn(draws: &mut Draws<'_>) -> Vec<u8> {
    let group = 1 + draws.small(49);
    let mut digits = vec![b'9'];
    digits.extend(drawn(2, draws));
    digits.extend([b'0' + group / 10, b'0' + group % 10]);
    digits.extend(drawn(4, draws));
    digits
}

/// A German tax identification number that begins with 0, as only those made for tests do. One
/// digit of the first ten stands there twice, one not at all; the check is ISO 7064 MOD 11,10.
pub(super) fn steuer_id(draws: &mut Draws<'_>) -> Vec<u8> {
    let mut pool: Vec<u8> = (b'1'..=b'9').collect();
    let mut digits = vec![b'0'];
    while digits.len() < 9 {
        let count = u8::try_from(pool.len()).unwrap_or_default();
        digits.push(pool.swap_remove(usize::from(draws.small(count))));
    }
    // Never next to its like, so that no digit stands there three times in a row.
    let twice = digits.get(1 + usize::from(draws.small(7))).copied();
    digits.extend(twice);
    let product = digits.iter().fold(10_u32, |product, digit| {
        let sum = (u32::from(digit.wrapping_sub(b'0')) + product) % 10;
        (2 * if sum == 0 { 10 } else { sum }) % 11
    });
    digits.push(letter((11 - product) % 10));
    digits
}

/// A Spanish DNI, or a NIE where the value begins as one.
pub(super) fn dni(first: Option<u8>, draws: &mut Draws<'_>) -> Vec<u8> {
    const CHECKS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let foreign = first
        .map(|byte| byte.to_ascii_uppercase())
        .filter(|byte| b"XYZ".contains(byte));
    let (mut written, digits) = match foreign {
        Some(first) => (vec![first], drawn(7, draws)),
        None => (Vec::new(), drawn(8, draws)),
    };
    let lead = foreign.map_or(0, |first| u64::from(first - b'X') * 10_000_000);
    let rest = usize::try_from((lead + number(&digits)) % 23).unwrap_or_default();
    written.extend(digits);
    written.extend(CHECKS.get(rest));
    written
}

/// A French NIR with its key; the sex stays where the value tells it.
pub(super) fn nir(first: Option<u8>, draws: &mut Draws<'_>) -> Vec<u8> {
    let sex = first.filter(|byte| b"12".contains(byte)).unwrap_or(b'1');
    let (month, department) = (1 + draws.small(12), 1 + draws.small(95));
    let mut digits = vec![sex];
    digits.extend(drawn(2, draws));
    digits.extend([b'0' + month / 10, b'0' + month % 10]);
    // Corsica's departments are no numbers; 20 is not given any more.
    let department = if department == 20 { 21 } else { department };
    digits.extend([b'0' + department / 10, b'0' + department % 10]);
    digits.extend(drawn(6, draws));
    let key = 97 - number(&digits) % 97;
    digits.extend([b'0' + (key / 10) as u8, b'0' + (key % 10) as u8]);
    digits
}

/// A British national insurance number.
pub(super) fn national_insurance(draws: &mut Draws<'_>) -> Vec<u8> {
    let first = draws.one_of(b"ABCEGHJKLMNOPRSTWXYZ");
    // Pairs that are never given, such as BG or GB, cannot come of these.
    let second = draws.one_of(b"ACEHJLMPRSWXYZ");
    let mut written = vec![first, second];
    written.extend(drawn(6, draws));
    written.push(draws.one_of(b"ABCD"));
    written
}

/// A Dutch citizen service number, which passes the eleven test.
pub(super) fn bsn(draws: &mut Draws<'_>) -> Vec<u8> {
    loop {
        let mut digits = drawn(8, draws);
        let rest = weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        if rest < 10 && digits.first() != Some(&b'0') {
            digits.push(letter(rest));
            return digits;
        }
    }
}

/// A Polish PESEL of somebody born in the twentieth century.
pub(super) fn pesel(draws: &mut Draws<'_>) -> Vec<u8> {
    let mut digits = drawn(2, draws);
    let (month, day) = (1 + draws.small(12), 1 + draws.small(28));
    digits.extend([b'0' + month / 10, b'0' + month % 10]);
    digits.extend([b'0' + day / 10, b'0' + day % 10]);
    digits.extend(drawn(4, draws));
    let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10;
    digits.push(letter((10 - sum) % 10));
    digits
}
