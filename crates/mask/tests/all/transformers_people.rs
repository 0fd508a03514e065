//! Transformers of people, places and texts.

use crate::support::{ColumnMask, mask, mask_for, text};
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_assume, proptest};
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use weir_engine::{Field, Replacement};
use weir_mask::Key;

const RULES: [&str; 22] = [
    "{mask: email, variants: same}",
    "{mask: email, keep-domain: true}",
    "{mask: name, locale: de}",
    "{mask: name, locale: fr, part: given}",
    "{mask: name, locale: es, part: family}",
    "username",
    "{mask: username, length: 20}",
    "phone",
    "address",
    "{mask: address, locale: de}",
    "{mask: address, locale: fr}",
    "{mask: address, locale: es}",
    "postcode",
    "{mask: postcode, locale: de}",
    "{mask: postcode, keep: 2}",
    "city",
    "{mask: city, locale: es}",
    "company",
    "text",
    "filename",
    "url",
    "user-agent",
];

/// The masks of the rules, made once.
static MASKS: LazyLock<Vec<(&str, Arc<dyn ColumnMask>)>> =
    LazyLock::new(|| RULES.into_iter().map(|rule| (rule, mask(rule))).collect());

/// Stored copies hold these: a change here needs a new scheme.
#[test]
fn what_a_value_becomes_is_pinned() {
    let pinned = [
        (
            "{mask: email, variants: same}",
            "Ada.Lovelace+news@googlemail.com",
            "joseph.michaels.r9mt01bj2x0j87yx@example.net",
        ),
        (
            "{mask: email, keep-domain: true}",
            "ada@acme.example",
            "andrew.cabrera.79vqqrttbqgzcjfy@acme.example",
        ),
        ("{mask: name, locale: de}", "Ada Lovelace", "Agnes Naser"),
        (
            "{mask: name, locale: fr}",
            "Ada Lovelace",
            "Augustin Poulain",
        ),
        ("{mask: name, locale: es}", "Ada Lovelace", "Jacinto Tomás"),
        ("username", "ada.lovelace", "nina_74e15qv7bs01vtva"),
        (
            "{mask: username, length: 18}",
            "ada.lovelace",
            "n_74e15qv7bs01vtva",
        ),
        ("phone", "+44 (0)20 7946-0958", "+44 (0)10 0518-3131"),
        ("phone", "0044 20 79460958", "0044 10 05183131"),
        ("phone", "+442079460958", "+441005183131"),
        ("phone", "030/1234567", "082/0489785"),
        ("phone", "unknown", "9920970"),
        ("phone", "0000000", "9306827"),
        ("address", "12 Downing Street\nLondon", "69 Ventura Street"),
        (
            "{mask: address, locale: de}",
            "12 Downing Street",
            "Koloniestraße 72",
        ),
        (
            "{mask: address, locale: fr}",
            "12 Downing Street",
            "72, chemin Berger",
        ),
        (
            "{mask: address, locale: es}",
            "12 Downing Street",
            "Plaza Suárez, 72",
        ),
        ("postcode", "SW1A 2AA", "RK8C 5CX"),
        ("postcode", "sw1a2aa", "rk8c5cx"),
        ("{mask: postcode, locale: de}", "10115", "23026"),
        ("{mask: postcode, locale: fr}", "75001", "60765"),
        ("{mask: postcode, locale: es}", "28013", "23500"),
        ("{mask: postcode, keep: 2}", "SW1A 2AA", "SW4R 6WC"),
        ("city", "London", "Central Falls"),
        ("{mask: city, locale: de}", "London", "Diez"),
        ("{mask: city, locale: fr}", "London", "Aurillac"),
        ("{mask: city, locale: es}", "London", "Antequera"),
        (
            "company",
            "Lovelace Analytical Engines Ltd",
            "Maldonado & Regan Group",
        ),
        (
            "{mask: company, locale: de}",
            "Lovelace",
            "Killer & Kühnert Holding",
        ),
        (
            "{mask: company, locale: fr}",
            "Lovelace",
            "Poulain & Perret SNC",
        ),
        (
            "{mask: company, locale: es}",
            "Lovelace",
            "Segura & Pareja S.L.U.",
        ),
        (
            "text",
            "Call Ada on 555-1234.\nShe knows.",
            "Nisi Sit in 173-4959.\nVel velit.",
        ),
        (
            "text",
            "ÄRGER mit “Übergrößenträgern”, dolor & €5",
            "NOBIS rem “Suluresanodanebir”, nulla & €1",
        ),
        (
            "scrub",
            "Ada.Lovelace@gmail.com called from +44 20 7946 0958.",
            "paula.voss.ns2vnxt6td0masg9@example.net called from +44 10 0518 3131.",
        ),
        (
            "filename",
            "/home/ada/CV Lovelace.pdf",
            "xcm9pthkkgxnzxf3.pdf",
        ),
        ("filename", "ada.sql.gz", "ya91f7kdfxrn3qwc.sql.gz"),
        (
            "url",
            "https://ada.example.net/users/ada.html?ref=7#top",
            "https://wpc3xe1z.example.com/kergg/pwl.html?ref=5#wqp",
        ),
        (
            "url",
            "/users/ada?ada@x.org&n=é%20b",
            "/kergg/pwl?hwxmq.ici&n=yn27c",
        ),
        (
            "url",
            "ftp://ada:secret@ada.net:21",
            "ftp://q28007ty.example.com",
        ),
        ("url", "ada.net", "nfft5w57.example.com"),
        (
            "user-agent",
            "curl/8.5.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/137.0  Mobile/15E148 Safari/605.1.15",
        ),
        ("{mask: pick, values: [new, paid, sent]}", "open", "new"),
        (
            "{mask: pick, values: [a, b, c], weights: [0, 0, 1]}",
            "open",
            "c",
        ),
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

#[test]
fn variants_of_an_address_are_one_where_the_rule_says_so() {
    let same = mask("{mask: email, variants: same}");
    let one = text(&*same, "ada.lovelace@gmail.com");
    for variant in [
        "adalovelace@gmail.com",
        "Ada.Love.Lace+shop@googlemail.com",
        " ADALOVELACE@GMAIL.COM ",
    ] {
        assert_eq!(text(&*same, variant), one, "{variant}");
    }
    // The plain form is masked as it is without the option, so that joins can be made.
    assert_eq!(text(&*mask("email"), "adalovelace@gmail.com"), one);
    assert_ne!(text(&*mask("email"), "ada.lovelace@gmail.com"), one);
    assert_ne!(text(&*same, "adalovelace@gmx.de"), one);
}

#[test]
fn a_kept_domain_is_a_domain_or_none() {
    let host = |value: &str| {
        let masked = text(&*mask("{mask: email, keep-domain: true}"), value);
        masked.split_once('@').unwrap().1.to_owned()
    };
    assert_eq!(host("ada@Acme.example"), "Acme.example");
    for none in ["ada", "ada@", "ada@host", "a@b c.d", "a@x..y"] {
        assert!(host(none).starts_with("example."), "{none}");
    }
}

#[test]
fn a_phone_number_is_the_same_however_it_is_set() {
    let phone = mask("phone");
    let digits = |value: &str| -> String {
        let masked = text(&*phone, value);
        masked.chars().filter(char::is_ascii_digit).collect()
    };
    let one = digits("+49 170 1234567");
    assert!(one.starts_with("49"));
    assert_eq!(digits("+49(170)123-4567"), one);
    assert_eq!(digits("0049 170/1234567"), format!("00{one}"));
    assert_eq!(digits("+49 (0)170 1234567"), one.replacen("49", "490", 1));
}

#[test]
fn a_pick_keeps_to_its_weights() {
    let pick = mask("{mask: pick, values: [1, 2, 3], weights: [6, 3, 1]}");
    let mut counts = [0; 4];
    for number in 0..10_000 {
        match pick.mask(Field::Integer(number)).unwrap() {
            Replacement::Integer(at) => counts[usize::try_from(at).unwrap()] += 1,
            _ => panic!("a number was expected"),
        }
    }
    let near = |count: i32, wanted: i32| (count - wanted).abs() < 200;
    assert!(near(counts[1], 6000) && near(counts[2], 3000) && near(counts[3], 1000));
}

#[test]
fn null_stays_null_and_empty_stays_empty() {
    for rule in RULES.into_iter().chain(["{mask: pick, values: [a]}"]) {
        let mask = mask(rule);
        assert!(
            mask.mask(Field::Null).unwrap() == Replacement::Null,
            "{rule}"
        );
        // Those of the first version give a person for an empty value too.
        if !rule.contains("email") && !rule.contains("name,") {
            assert_eq!(text(&*mask, ""), "", "{rule}");
        }
    }
}

#[test]
fn unique_outputs_stay_apart() {
    for rule in ["username", "{mask: username, length: 18}", "filename"] {
        let mask = mask(rule);
        let mut seen = HashSet::new();
        for number in 0..200_000 {
            let masked = text(&*mask, &format!("user{number}"));
            assert!(seen.insert(masked.into_boxed_str()), "{rule}: user{number}");
        }
    }
}

#[test]
fn two_keys_and_two_domains_do_not_correlate() {
    let other = Key::parse(b"another secret of enough length").unwrap();
    for rule in ["phone", "text", "{mask: postcode, domain: a}", "url"] {
        let value = "https://one.example/+49 170 1234567";
        let one = text(&*mask(rule), value);
        assert_ne!(text(&*mask_for(rule, "", &other), value), one, "{rule}");
    }
    let staff = text(&*mask("{mask: phone, domain: staff}"), "+49 170 1234567");
    assert_ne!(staff, text(&*mask("phone"), "+49 170 1234567"));
}

/// The words of a text that are long enough not to come back by chance.
fn words(text: &str) -> HashSet<String> {
    let words = text.split(|letter: char| !letter.is_alphabetic());
    let long = words.filter(|word| word.chars().count() > 4);
    long.map(str::to_lowercase).collect()
}

proptest! {
    #[test]
    fn identifying_outputs_are_never_the_input(value in "\\PC{1,40}|[a-z]{1,9}[ .@/][a-z0-9]{1,9}|[0-9]{2,12}") {
        // What holds no letter and no digit tells nothing, and may stay.
        prop_assume!(value.chars().any(|letter| letter.is_ascii_alphanumeric()));
        for (rule, mask) in &*MASKS {
            let masked = text(&**mask, &value);
            prop_assert!(masked.to_lowercase() != value.trim().to_lowercase(), "{}: {}", rule, masked);
            prop_assert_eq!(&text(&**mask, &value), &masked);
        }
    }

    #[test]
    fn formats_keep_their_length(value in "\\PC{1,60}") {
        let keep = ["phone", "postcode", "text"];
        for (rule, mask) in MASKS.iter().filter(|(rule, _)| keep.contains(rule)) {
            let masked = text(&**mask, &value);
            prop_assert_eq!(masked.chars().count(), value.chars().count(), "{}", rule);
        }
    }

    #[test]
    fn a_text_keeps_its_lines_and_no_word(value in "([A-Za-zäöü]{1,14}[ ,.\n]){1,30}") {
        let (_, mask) = MASKS.iter().find(|(rule, _)| *rule == "text").unwrap();
        let masked = text(&**mask, &value);
        let shape = |text: &str| -> Vec<usize> {
            text.lines().map(|line| line.split(' ').count()).collect()
        };
        prop_assert_eq!(shape(&masked), shape(&value));
        prop_assert!(words(&masked).is_disjoint(&words(&value)));
    }

    #[test]
    fn any_bytes_can_be_masked(bytes in any::<Vec<u8>>()) {
        for (_, mask) in &*MASKS {
            prop_assert!(mask.mask(Field::Text(&bytes)).is_ok());
            prop_assert!(mask.mask(Field::Blob(&bytes)).is_ok());
        }
    }
}
