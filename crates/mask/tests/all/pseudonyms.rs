//! Scheme v1: what a value becomes, for ever.

use crate::support::{SECRET, key, mask, mask_for, text};
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use std::collections::HashSet;
use weir_engine::{Field, Replacement};
use weir_mask::{Key, SCHEME, Uniqueness, transformers};

/// Stored copies hold these: a change here needs a new scheme.
#[test]
fn the_scheme_is_pinned() {
    assert_eq!(SCHEME, "v1");
    let pinned = [
        (
            "email",
            "Ada.Lovelace@gmail.com",
            "paula.voss.ns2vnxt6td0masg9@example.net",
        ),
        (
            "email",
            "",
            "quentin.hendricks.rpqxx8jcm34qn4g2@example.net",
        ),
        (
            "email",
            "ÉLODIE@exämple.fr",
            "andrew.conde.gvzx3q5w8hcr7t5k@example.net",
        ),
        (
            "email",
            &"long".repeat(100),
            "tracy.dickson.bbdjfr4h5fmv93m2@example.org",
        ),
        (
            "{mask: email, domain: staff}",
            "Ada.Lovelace@gmail.com",
            "fatima.waller.qt5a7whf3hx7azsk@example.org",
        ),
        ("name", "Ada Lovelace", "Said Lyon"),
        ("{mask: name, part: given}", "Ada", "Birgit"),
        (
            "{mask: name, part: family, locale: en}",
            "Lovelace",
            "Bennett",
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
fn numbers_and_bytes_are_pinned_too() {
    let mask = mask("email");
    let masked = |field| mask.mask(field).unwrap();
    assert!(masked(Field::Integer(-7)) == masked(Field::Text(b"-7")));
    assert!(masked(Field::Blob(b"ada@x.org")) == masked(Field::Text(b"ada@x.org")));
    assert!(masked(Field::Real(1.5)) == masked(Field::Text(b"real:3ff8000000000000")));
    assert!(matches!(
        masked(Field::Text(&[0xFF, 0xFE])),
        Replacement::Text(_)
    ));
}

#[test]
fn the_documented_examples_are_true() {
    for transformer in transformers()
        .iter()
        .filter(|one| !one.options.iter().any(|option| option.required))
        .filter(|one| one.name != "null" && one.name != "shuffle")
    {
        let (before, after) = transformer.example;
        assert_eq!(
            text(&*mask(transformer.name), before),
            after,
            "{}",
            transformer.name
        );
    }
}

#[test]
fn null_stays_null_but_for_fixed() {
    for rule in [
        "email",
        "name",
        "null",
        "\"null\"",
        "redact",
        "{mask: null}",
    ] {
        assert!(
            mask(rule).mask(Field::Null).unwrap() == Replacement::Null,
            "{rule}"
        );
    }
    let fixed = mask("{mask: fixed, value: 7}").mask(Field::Null).unwrap();
    assert!(fixed == Replacement::Integer(7));
}

#[test]
fn constants_keep_the_type_of_the_value_and_nothing_else() {
    let redact =
        |data_type: &str, field| mask_for("redact", data_type, &key()).mask(field).unwrap();
    assert!(redact("TEXT", Field::Text(b"x")) == Replacement::Text("[redacted]".to_owned()));
    assert!(redact("BLOB", Field::Blob(b"x")) == Replacement::Blob(Vec::new()));
    assert!(redact("INTEGER", Field::Integer(9)) == Replacement::Integer(0));
    assert!(redact("REAL", Field::Real(9.5)) == Replacement::Real(0.0));
    // Such a column would turn 0.0 into 0, and reading back would not prove what was sent.
    assert!(redact("DECIMAL(5,2)", Field::Real(9.5)) == Replacement::Integer(0));
    assert!(mask("null").mask(Field::Text(b"x")).unwrap() == Replacement::Null);
    let fixed = |value: &str| mask(&format!("{{mask: fixed, value: {value}}}")).mask(Field::Null);
    assert!(fixed("1.5").unwrap() == Replacement::Real(1.5));
    assert!(fixed("\"\"").unwrap() == Replacement::Text(String::new()));
}

#[test]
fn variants_of_one_address_map_alike() {
    let mask = mask("email");
    let one = text(&*mask, "ada@example.org");
    for variant in ["ADA@Example.ORG", "  ada@example.org\n"] {
        assert_eq!(text(&*mask, variant), one);
    }
    assert_ne!(text(&*mask, "ada@example.net"), one);
}

#[test]
fn keys_and_domains_do_not_correlate() {
    let other_key = Key::parse(b"another secret of enough length").unwrap();
    let masks = [
        mask("email"),
        mask("{mask: email, domain: staff}"),
        mask_for("email", "", &other_key),
    ];
    let mut seen = HashSet::new();
    for number in 0..2000 {
        for mask in &masks {
            let masked = text(&**mask, &format!("user{number}@example.org"));
            let suffix = masked.split(['.', '@']).nth(2).unwrap().to_owned();
            assert!(seen.insert(suffix), "two domains or keys gave one suffix");
        }
    }
    assert_ne!(key().id(), other_key.id());
}

#[test]
fn every_thread_gives_the_same() {
    let values: Vec<String> = (0..1000)
        .map(|number| format!("user{number}@x.org"))
        .collect();
    let all = || -> Vec<String> {
        let mask = mask_for("email", "", &Key::parse(SECRET).unwrap());
        values.iter().map(|value| text(&*mask, value)).collect()
    };
    let expected = all();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(all)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), expected);
        }
    });
}

#[test]
fn a_million_addresses_stay_a_million() {
    let mask = mask("email");
    let mut seen = HashSet::new();
    for number in 0..1_000_000 {
        let masked = text(&*mask, &format!("user{number}@example.org"));
        assert!(
            seen.insert(masked.into_boxed_str()),
            "user{number} collides"
        );
    }
}

#[test]
fn sequential_values_show_no_order_and_use_the_whole_list() {
    let mask = mask("{mask: name, part: given}");
    let names: Vec<String> = (0..20_000)
        .map(|number| text(&*mask, &number.to_string()))
        .collect();
    let rising = names.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!((9_500..10_500).contains(&rising), "{rising} of 20000 rise");
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 688);
}

#[test]
fn no_word_of_a_name_comes_back() {
    let mask = mask("{mask: name, part: given}");
    let all: HashSet<String> = (0..20_000)
        .map(|number| text(&*mask, &number.to_string()))
        .collect();
    for name in &all {
        assert_ne!(&text(&*mask, name), name);
        assert_ne!(&text(&*mask, &format!("{}, Dr", name.to_uppercase())), name);
    }
}

fn values() -> impl Strategy<Value = String> {
    "\\PC{0,40}|[a-zA-Z.]{1,20}@[a-z]{1,9}\\.(com|org)"
}

proptest! {
    #[test]
    fn outputs_are_never_the_input_and_stay_within_their_limits(value in values()) {
        let address = text(&*mask("email"), &value);
        prop_assert!(!address.eq_ignore_ascii_case(value.trim()));
        prop_assert!(address.len() <= 52 && address.is_ascii());
        prop_assert_eq!(address.matches('@').count(), 1);
        let (_, host) = address.split_once('@').unwrap();
        prop_assert!(["example.com", "example.net", "example.org"].contains(&host));
        let name = text(&*mask("name"), &value);
        prop_assert!(name.len() <= 23 && !name.eq_ignore_ascii_case(value.trim()));
        prop_assert_eq!(name.split(' ').count(), 2);
    }

    #[test]
    fn masking_a_masked_value_gives_another(value in values()) {
        let mask = mask("email");
        let once = text(&*mask, &value);
        prop_assert!(text(&*mask, &once) != once);
    }

    #[test]
    fn any_bytes_can_be_masked(bytes in any::<Vec<u8>>()) {
        for rule in ["email", "name", "redact"] {
            prop_assert!(mask(rule).mask(Field::Text(&bytes)).is_ok());
        }
    }
}

#[test]
fn uniqueness_is_promised_by_few() {
    let promise = |wanted: Uniqueness| -> Vec<&str> {
        let about = transformers().iter();
        let kept = about.filter(|one| one.uniqueness == wanted);
        kept.map(|one| one.name).collect()
    };
    assert_eq!(
        promise(Uniqueness::KeptUnique),
        ["email", "username", "filename", "uuid", "hash"]
    );
    assert_eq!(
        promise(Uniqueness::Preserved),
        ["format-preserving", "shuffle"]
    );
}

#[test]
fn what_cannot_be_written_in_part_does_not_pass_whole() {
    assert_ne!(
        text(&*mask("{mask: ip, keep-bits: 48}"), "203.0.113.7"),
        "203.0.113.7"
    );
    for (value, rough) in [
        ("0101000020E6100000D044D8F0F4CA2A40", ""),
        ("52°30'58\"N", ""),
        ("POINT(13.37770 52.51628)", "POINT(13.4 52.5)"),
    ] {
        assert_eq!(text(&*mask("coordinates"), value), rough);
    }
}
