//! What transformers of people and texts do in columns: lengths, types, options, other columns.

use crate::support::{catalog, key, mask, mask_for, parse, pointing, refused, rows, table, text};
use weir_engine::{Field, Replacement};
use weir_mask::{Ruleset, Types};

fn short(rule: &str, data_type: &str, value: &str) -> String {
    text(&*mask_for(rule, data_type, &key()), value)
}

#[test]
fn a_timestamp_stays_where_its_type_reaches() {
    let moments = (0..200).flat_map(|hours| {
        let span = jiff::Span::new().hours(hours * 37);
        let (first, last) = (
            jiff::civil::datetime(1970, 1, 1, 0, 0, 1, 0),
            jiff::civil::datetime(2038, 1, 19, 3, 14, 7, 0),
        );
        [first.checked_add(span), last.checked_sub(span)].map(Result::unwrap)
    });
    let moments: Vec<String> = moments
        .map(|at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .collect();
    for rule in [
        "{mask: date, days: 400}",
        "{mask: date, keep: year}",
        "{mask: date, truncate: year}",
    ] {
        let (bounded, free) = (
            mask_for(rule, "timestamp", &key()),
            mask_for(rule, "datetime", &key()),
        );
        let (mut inside, mut outside) = (0, 0);
        for moment in &moments {
            let (there, anywhere) = (text(&*bounded, moment), text(&*free, moment));
            let reaches =
                |moment: &str| ("1970-01-01 00:00:01"..="2038-01-19 03:14:07").contains(&moment);
            assert!(reaches(&there), "{rule}: {moment} {there}");
            match reaches(&anywhere) {
                true => {
                    inside += 1;
                    assert_eq!(there, anywhere, "{rule}: {moment}");
                }
                false => outside += 1,
            }
        }
        assert!(inside > 0 && outside > 0, "{rule}");
    }
    let late = text(
        &*mask_for("date", "timestamp", &key()),
        "2105-12-31 00:00:00",
    );
    assert!(("2105-11-01"..="2106-02-07").contains(&late.as_str()));
}

#[test]
fn short_columns_get_short_outputs_that_are_as_unique() {
    assert_eq!(
        short("email", "varchar(51)", "ada@x.org").find('@'),
        Some(16)
    );
    assert_eq!(short("email", "varchar(28)", "ada@x.org").len(), 28);
    let kept = "{mask: email, keep-domain: true}";
    assert!(short(kept, "varchar(30)", "ada@acme.com").ends_with("@acme.com"));
    assert!(short(kept, "varchar(28)", "ada@a-longer-host.com").contains("@example."));
    assert_eq!(short("username", "varchar(18)", "ada").len(), 18);
    for (rule, room) in [
        ("name", 15),
        ("{mask: name, part: given, locale: fr}", 6),
        ("city", 6),
        ("{mask: address, locale: de}", 16),
        ("company", 18),
        ("user-agent", 115),
        ("url", 31),
        ("{mask: template, template: \"a longer text\"}", 5),
    ] {
        for number in 0..200 {
            let value = format!("https://host{number}.example/path");
            let masked = short(rule, &format!("varchar({room})"), &value);
            let length = masked.chars().count();
            assert!(length <= room && !masked.is_empty(), "{rule}: {masked}");
        }
    }
}

#[test]
fn columns_too_short_for_any_output_are_refused() {
    for (rule, room) in [
        ("email", 27),
        ("{mask: email, keep-domain: true}", 27),
        ("username", 17),
        ("name", 5),
        ("city", 3),
        ("address", 12),
        ("company", 9),
        ("filename", 31),
        ("user-agent", 60),
        ("url", 30),
        ("{mask: pick, values: [long]}", 3),
    ] {
        let rules = format!("weir-rules: 1\ntables: {{t: {{columns: {{c: {rule}}}}}}}\n");
        let column = format!("c varchar({room})");
        let said = refused(&rules, &catalog(vec![table("t", &[&column])]));
        assert!(said.contains("does not fit column `t.c`"), "{rule}: {said}");
    }
}

#[test]
fn keys_of_different_lengths_must_give_the_same() {
    let rules = "weir-rules: 1\ntables:\n  users: {columns: {email: email}}\n  \
                 logins: {columns: {email: email}}\n";
    let with = |length: usize| {
        let column = format!("email varchar({length})");
        let users = table("users", &["email varchar(255)"]);
        let logins = pointing(table("logins", &[&column]), "email", "users", "email");
        catalog(vec![users, logins])
    };
    assert!(parse(rules).check(&with(60), Types::Hints).is_ok());
    let said = refused(rules, &with(40));
    assert!(
        said.contains("rows would no longer find each other"),
        "{said}"
    );
}

#[test]
fn numbers_stay_numbers_that_their_column_takes() {
    for (rule, number) in [
        ("phone", 4_917_012_345_678),
        ("postcode", 10115),
        ("phone", -12),
    ] {
        let masked = mask(rule).mask(Field::Integer(number)).unwrap();
        let Replacement::Integer(other) = masked else {
            panic!("{rule} gives no number");
        };
        assert!(other != number && other.abs() < 10_i64.pow(number.abs().ilog10() + 1));
    }
    for number in 2_000_000_000..2_000_000_200 {
        let masked = mask_for("phone", "int", &key())
            .mask(Field::Integer(number))
            .unwrap();
        assert!(matches!(masked, Replacement::Integer(0..=0x7FFF_FFFF)));
    }
}

#[test]
fn options_that_say_nothing_are_refused() {
    for (rule, said) in [
        ("{mask: pick}", "`values` is not what it must be"),
        (
            "{mask: pick, values: []}",
            "`values` is not what it must be",
        ),
        (
            "{mask: pick, values: [a, 1]}",
            "`values` is not what it must be",
        ),
        (
            "{mask: pick, values: [a, b], weights: [1]}",
            "for each of 2 values",
        ),
        (
            "{mask: pick, values: [a], weights: [0]}",
            "do not go with `values`",
        ),
        (
            "{mask: template, template: \"{value}\"}",
            "the column's own value",
        ),
        ("{mask: template, template: \"{given\"}", "has no other"),
        ("{mask: template}", "needs the text"),
        ("{mask: program, command: [bin/mask]}", "path from the root"),
        ("{mask: program}", "needs the program"),
        ("{mask: username, length: 17}", "from 18 to 27"),
    ] {
        let rules = format!("weir-rules: 1\ntables: {{t: {{columns: {{c: {rule}}}}}}}\n");
        let problems = Ruleset::parse(&rules, "rules.yaml")
            .unwrap_err()
            .to_string();
        assert!(problems.contains(said), "{rule}: {problems}");
    }
}

#[test]
fn a_template_is_filled_with_what_other_columns_become() {
    let rules = "weir-rules: 1\ntables:\n  t:\n    columns:\n      \
                 given: {mask: name, part: given}\n      city: keep\n      visits: keep\n      \
                 full: {mask: template, template: \"{given} of {city}, {{{visits}}}\"}\n";
    let columns = ["given", "city", "visits", "full varchar(40)"];
    let bound = parse(rules)
        .bind(&catalog(vec![table("t", &columns)]), &key())
        .unwrap();
    let filled = |full| {
        let row = [
            Field::Text(b"Ada"),
            Field::Text(b"London"),
            Field::Integer(3),
            full,
        ];
        let mut masked = vec![Replacement::Null; row.len()];
        rows(&bound, "t").mask(&row, &mut masked).unwrap();
        masked.swap_remove(3)
    };
    let birgit = text(&*mask("{mask: name, part: given}"), "Ada");
    let expected = format!("{birgit} of London, {{3}}");
    assert!(filled(Field::Text(b"Ada of London")) == Replacement::Text(expected));
    assert!(filled(Field::Null) == Replacement::Null);
    assert!(filled(Field::Text(b"")) == Replacement::Text(String::new()));
}

#[test]
fn a_template_of_unknown_columns_is_refused() {
    for (template, said) in [
        ("{nobody}", "`nobody`"),
        ("{c}", "made of the column itself"),
    ] {
        let rules = format!(
            "weir-rules: 1\ntables: {{t: {{columns: {{c: {{mask: template, template: \"{template}\"}}}}}}}}\n"
        );
        let found = refused(&rules, &catalog(vec![table("t", &["c"])]));
        assert!(found.contains(said), "{found}");
    }
}

/// A text with everything a support agent could have written down.
const NOTE: &str = "Mary Johnson (Ada.Lovelace@gmail.com, +44 20 7946 0958) paid with \
                    4111 1111 1111 1111 from 192.168.17.4; refund to DE89 3704 0044 0532 0130 00.";

#[test]
fn a_scrubbed_text_keeps_its_words_and_nothing_that_identifies() {
    let scrubbed = text(&*mask("scrub"), NOTE);
    for gone in [
        "Mary",
        "Johnson",
        "Lovelace",
        "gmail",
        "7946",
        "4111",
        "192.168.17.4",
        "DE89 3704",
        "0532",
    ] {
        assert!(
            !scrubbed.contains(gone),
            "{gone} is still there: {scrubbed}"
        );
    }
    for kept in [" paid with ", " from ", "; refund to ", "."] {
        assert!(scrubbed.contains(kept), "{kept} is gone: {scrubbed}");
    }
}

#[test]
fn what_is_found_in_a_text_becomes_what_it_becomes_in_its_own_column() {
    let scrubbed = text(&*mask("scrub"), NOTE);
    for (rule, value) in [
        ("email", "Ada.Lovelace@gmail.com"),
        ("name", "Mary Johnson"),
        ("phone", "+44 20 7946 0958"),
        ("credit-card", "4111 1111 1111 1111"),
        ("ip", "192.168.17.4"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
    ] {
        let alone = text(&*mask(rule), value);
        assert!(scrubbed.contains(&alone), "{rule} is {alone}: {scrubbed}");
    }
    let people = text(
        &*mask("{mask: scrub, domain: people}"),
        "mail ada@x.org now",
    );
    let alone = text(&*mask("{mask: email, domain: people}"), "ada@x.org");
    assert_eq!(people, format!("mail {alone} now"));
}

#[test]
fn a_text_without_findings_comes_back_and_a_column_is_never_too_short() {
    let scrub = mask("scrub");
    assert_eq!(
        text(&*scrub, "The parcel never came.\n"),
        "The parcel never came.\n"
    );
    assert!(scrub.mask(Field::Integer(7)).unwrap() == Replacement::Integer(7));
    assert!(scrub.mask(Field::Blob(&[0, 255])).unwrap() == Replacement::Blob(vec![0, 255]));
    assert!(scrub.mask(Field::Null).unwrap() == Replacement::Null);
    assert_eq!(
        short("scrub", "varchar(20)", "to ada@x.org")
            .chars()
            .count(),
        20
    );
}

/// Before all rows are there, a shuffled column holds its own row's value.
#[test]
fn a_template_of_a_shuffled_column_is_refused() {
    let rules = "weir-rules: 1\ntables: {t: {columns: {a: shuffle, c: {mask: template, template: \"{a}\"}}}}\n";
    let found = refused(rules, &catalog(vec![table("t", &["a TEXT", "c TEXT"])]));
    assert!(found.contains("`t.a` is shuffled"), "{found}");
}
