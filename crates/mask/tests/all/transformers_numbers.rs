//! Transformers of dates, numbers and identifiers.

use crate::support::{key, mask, mask_for, text};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use std::collections::HashSet;
use weir_engine::{Field, Replacement};

const RULES: [&str; 17] = [
    "date",
    "{mask: date, keep: year}",
    "{mask: date, truncate: month}",
    "number",
    "{mask: number, noise: 0.1}",
    "uuid",
    "token",
    "{mask: token, length: 24}",
    "hash",
    "format-preserving",
    "credit-card",
    "iban",
    "{mask: national-id, country: de}",
    "ip",
    "mac",
    "coordinates",
    "empty",
];

/// Stored copies hold these: a change here needs a new scheme.
#[test]
fn what_a_value_becomes_is_pinned() {
    let pinned = [
        ("date", "1985-04-12", "1985-04-10"),
        (
            "{mask: date, days: 3, domain: births}",
            "1985-04-12 10:30:00+02",
            "1985-04-10 10:30:00+02",
        ),
        ("{mask: date, keep: year}", "1985-04-12", "1985-01-08"),
        (
            "{mask: date, keep: month}",
            "1985-04-12T10:30:00.5Z",
            "1985-04-05T19:05:31.0Z",
        ),
        ("{mask: date, truncate: month}", "1985-04-12", "1985-04-01"),
        ("date", "no date", "1970-01-01"),
        ("number", "4711", "7566"),
        ("number", "-12.50", "-93.43"),
        ("{mask: number, noise: 0.1}", "1000", "934"),
        ("{mask: number, min: 1, max: 6}", "4.0", "1.9"),
        (
            "uuid",
            "6f9619ff-8b86-4011-b42d-00c04fc964ff",
            "4a42008a-0d07-49a6-99dd-60cb872d93e3",
        ),
        (
            "uuid",
            "{6F9619FF-8B86-4011-B42D-00C04FC964FF}",
            "{4A42008A-0D07-49A6-99DD-60CB872D93E3}",
        ),
        (
            "token",
            "sk_live_4eC39HqLyjWDarjtT1zd",
            "sk_live_7gC41CzLebKXpkqtY8jt",
        ),
        (
            "token",
            "d41d8cd98f00b204e9800998ecf8427e",
            "707a647219d7ae8c41c5949f1ae1a36f",
        ),
        ("{mask: token, length: 16}", "x", "86af2st28ravrwlw"),
        ("hash", "Ada Lovelace", "b11489bc91713c7b19f33852912df264"),
        ("format-preserving", "4711-0815", "4433-6809"),
        (
            "{mask: format-preserving, alphabet: alphanumeric}",
            "AbC-123",
            "Ohr-m6n",
        ),
        ("credit-card", "4111 1111 1111 1111", "4807 3385 6579 4774"),
        ("credit-card", "unknown", "4820239017112982"),
        (
            "iban",
            "DE89 3704 0044 0532 0130 00",
            "DE91 8343 7572 9153 8745 01",
        ),
        (
            "iban",
            "FR1420041010050500013M02606",
            "FR4151743052494078045G73332",
        ),
        (
            "{mask: national-id, country: us}",
            "123-45-6789",
            "907-07-1857",
        ),
        (
            "{mask: national-id, country: de}",
            "86095742719",
            "09528617482",
        ),
        (
            "{mask: national-id, country: fr}",
            "2 55 08 14 168 025 38",
            "2 62 12 95 644 689 88",
        ),
        (
            "{mask: national-id, country: gb}",
            "QQ 12 34 56 C",
            "KY 12 75 89 A",
        ),
        ("{mask: national-id, country: es}", "12345678Z", "35318319W"),
        ("{mask: national-id, country: nl}", "111222333", "590643368"),
        (
            "{mask: national-id, country: pl}",
            "44051401359",
            "69040396654",
        ),
        ("ip", "203.0.113.7", "10.166.21.202"),
        (
            "ip",
            "2001:470:1f0b::1/64",
            "2001:db8:efb2:db37:3ff5:ffd1:4163:2207/64",
        ),
        ("{mask: ip, keep-bits: 16}", "203.0.113.7", "203.0.202.217"),
        ("mac", "00:1B:44:11:3A:B7", "C6:9A:92:57:77:88"),
        ("coordinates", "(13.37770,52.51628)", "(13.4,52.5)"),
        ("empty", "anything", ""),
    ];
    let found: Vec<_> = pinned
        .iter()
        .map(|(rule, value, _)| (*rule, *value, text(&*mask(rule), value)))
        .collect();
    let pinned: Vec<_> = pinned
        .iter()
        .map(|(rule, value, masked)| (*rule, *value, (*masked).to_owned()))
        .collect();
    assert_eq!(found, pinned);
}

fn luhn_holds(number: &str) -> bool {
    let digits = number.chars().filter_map(|letter| letter.to_digit(10));
    let digits: Vec<u32> = digits.collect();
    let doubled = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ if *digit > 4 => 2 * digit - 9,
            _ => 2 * digit,
        });
    doubled.sum::<u32>() % 10 == 0
}

fn mod_97(text: &str) -> u32 {
    text.chars()
        .fold(0, |rest, letter| match letter.to_digit(36) {
            Some(digit @ 0..=9) => (rest * 10 + digit) % 97,
            Some(letter) => (rest * 100 + letter) % 97,
            None => rest,
        })
}

fn masked_all(rule: &str, values: impl Iterator<Item = String>) -> Vec<(String, String)> {
    let mask = mask(rule);
    values
        .map(|value| {
            let masked = text(&*mask, &value);
            (value, masked)
        })
        .collect()
}

#[test]
fn checks_hold_for_every_card_account_and_identifier() {
    let numbers = || {
        (0..2_000_u64).map(|number| (number * 7_919_111_333 + 4_000_000_000_000_000).to_string())
    };
    for (value, card) in masked_all("credit-card", numbers()) {
        assert!(luhn_holds(&card) && card.len() == 16, "{value} gave {card}");
    }
    let accounts = numbers().map(|number| format!("DE00{number}00"));
    for (value, iban) in masked_all("iban", accounts) {
        let (head, account) = iban.split_at(4);
        assert_eq!(
            mod_97(&format!("{account}{head}")),
            1,
            "{value} gave {iban}"
        );
    }
    for (_, nir) in masked_all("{mask: national-id, country: fr}", numbers()) {
        let (number, key) = nir.split_at(13);
        assert_eq!(
            97 - number.parse::<u64>().unwrap() % 97,
            key.parse::<u64>().unwrap()
        );
    }
    for (_, bsn) in masked_all("{mask: national-id, country: nl}", numbers()) {
        let weights = [9, 8, 7, 6, 5, 4, 3, 2, -1];
        let digits = bsn.chars().map(|digit| digit.to_digit(10).unwrap() as i32);
        let sum: i32 = digits
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        assert_eq!(sum % 11, 0, "{bsn}");
    }
    for (_, dni) in masked_all("{mask: national-id, country: es}", numbers()) {
        let (number, letter) = dni.split_at(8);
        let rest = number.parse::<usize>().unwrap() % 23;
        assert_eq!(&"TRWAGMYFPDXBNJZSQVHLCKE"[rest..=rest], letter);
    }
    for (_, steuer) in masked_all("{mask: national-id, country: de}", numbers()) {
        assert!(
            steuer.starts_with('0') && steuer.len() == 11,
            "only test numbers begin with 0"
        );
        let distinct: HashSet<char> = steuer[..10].chars().collect();
        assert_eq!(distinct.len(), 9, "one digit twice: {steuer}");
    }
}

#[test]
fn however_it_is_written_it_is_one_value() {
    for (rule, one, other) in [
        (
            "uuid",
            "6f9619ff-8b86-4011-b42d-00c04fc964ff",
            "{6F9619FF-8B86-4011-B42D-00C04FC964FF}",
        ),
        ("credit-card", "4111111111111111", "4111 1111 1111 1111"),
        (
            "iban",
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
        ),
        ("mac", "00:1B:44:11:3A:B7", "001b.4411.3ab7"),
        (
            "{mask: national-id, country: us}",
            "123456789",
            "123-45-6789",
        ),
    ] {
        let mask = mask(rule);
        let plain = |value: &str| {
            let masked = text(&*mask, value).to_ascii_lowercase();
            masked
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
        };
        assert_eq!(plain(one), plain(other), "{rule}");
    }
}

#[test]
fn a_uuid_of_bytes_stays_one() {
    let bytes: Vec<u8> = (240..=255).collect();
    match mask("uuid").mask(Field::Blob(&bytes)).unwrap() {
        Replacement::Blob(masked) => assert!(masked.len() == 16 && masked != bytes),
        _ => panic!("bytes were expected"),
    }
}

#[test]
fn secrets_that_differ_in_capitals_stay_different() {
    let mask = mask("token");
    let masked = |value: &str| text(&*mask, value).to_ascii_lowercase();
    assert_ne!(masked("abcdefghijklmnop"), masked("Abcdefghijklmnop"));
}

#[test]
fn numbers_fit_their_column() {
    for (data_type, most) in [
        ("smallint", 32_767),
        ("int", i64::from(i32::MAX)),
        ("bigint", i64::MAX),
    ] {
        for rule in ["number", "format-preserving", "{mask: number, noise: 1.0}"] {
            let mask = mask_for(rule, data_type, &key());
            for number in [0, 1, -7, most, most - 1, -most] {
                match mask.mask(Field::Integer(number)).unwrap() {
                    Replacement::Integer(masked) => {
                        assert!(masked >= -most - 1 && masked <= most, "{rule} {data_type}");
                    }
                    _ => panic!("a number was expected"),
                }
            }
        }
    }
}

#[test]
fn dates_move_but_never_stay_and_never_leave_their_bounds() {
    let days = (0..3_000).map(|day| {
        let date = jiff::civil::date(1960, 1, 1)
            .checked_add(jiff::Span::new().days(day))
            .unwrap();
        date.to_string()
    });
    let days: Vec<String> = days.collect();
    for (rule, bound) in [
        ("date", 30),
        ("{mask: date, keep: year}", 366),
        ("{mask: date, keep: month}", 31),
    ] {
        for (value, masked) in masked_all(rule, days.iter().cloned()) {
            let (before, after): (jiff::civil::Date, jiff::civil::Date) =
                (value.parse().unwrap(), masked.parse().unwrap());
            assert_ne!(before, after, "{rule}");
            assert!(
                (after - before).get_days().abs() <= bound,
                "{rule}: {value} {masked}"
            );
            if rule.contains("year") {
                assert_eq!(before.year(), after.year());
            }
            if rule.contains("month") {
                assert_eq!(before.first_of_month(), after.first_of_month());
            }
        }
    }
}

#[test]
fn sequences_show_no_order_and_domains_do_not_correlate() {
    let numbers = || (0..5_000_u64).map(|number| format!("{number:08}"));
    for rule in [
        "uuid",
        "hash",
        "{mask: token, length: 16}",
        "format-preserving",
    ] {
        let masked = masked_all(rule, numbers());
        let rising = masked
            .windows(2)
            .filter(|pair| pair[0].1 < pair[1].1)
            .count();
        assert!(
            (2_300..2_700).contains(&rising),
            "{rule}: {rising} of 4999 rise"
        );
        let firsts: HashSet<&str> = masked.iter().map(|(_, masked)| &masked[..2]).collect();
        assert!(
            firsts.len() > 80,
            "{rule}: only {} beginnings",
            firsts.len()
        );
    }
    let one = masked_all("{mask: number, domain: a}", numbers());
    let other = masked_all("{mask: number, domain: b}", numbers());
    let same = one.iter().zip(&other).map(|(one, other)| {
        one.1
            .bytes()
            .zip(other.1.bytes())
            .filter(|(one, other)| one == other)
            .count()
    });
    let share = same.sum::<usize>() as f64 / (8.0 * 5_000.0);
    assert!(
        (0.08..0.13).contains(&share),
        "{share} of the digits agree, 0.1 by chance"
    );
}

proptest! {
    #[test]
    fn no_bytes_stop_a_transformer_and_null_stays(bytes in proptest::collection::vec(any::<u8>(), 0..80), number: i64, real: f64) {
        for rule in RULES {
            let mask = mask(rule);
            for field in [Field::Text(&bytes), Field::Blob(&bytes), Field::Integer(number), Field::Real(real)] {
                let (one, other) = (mask.mask(field).unwrap(), mask.mask(field).unwrap());
                prop_assert!(one == other, "{rule}: the same again");
                prop_assert!(one != Replacement::Null || matches!(field, Field::Real(_)), "{rule}");
            }
            prop_assert!(mask.mask(Field::Null).unwrap() == Replacement::Null);
        }
    }

    #[test]
    fn what_identifies_never_comes_back(text_of in "[A-Za-z0-9 .:/@-]{3,60}") {
        for rule in ["uuid", "token", "hash", "credit-card", "iban", "{mask: national-id, country: us}", "ip", "mac"] {
            let masked = text(&*mask(rule), &text_of);
            let has_choice = text_of.chars().any(|letter| letter.is_ascii_alphanumeric()) || rule != "token";
            if has_choice {
                prop_assert!(!masked.eq_ignore_ascii_case(text_of.trim()), "{rule}");
            }
        }
    }

    #[test]
    fn a_shape_stays(value in "[A-Z]{2}[0-9]{2}-[a-z]{3,9}") {
        let masked = text(&*mask("token"), &value);
        prop_assert_eq!(masked.len(), value.len());
        for (before, after) in value.chars().zip(masked.chars()) {
            prop_assert_eq!(before.is_ascii_digit(), after.is_ascii_digit());
            prop_assert_eq!(before.is_ascii_uppercase(), after.is_ascii_uppercase());
        }
    }
}
