//! The gate: what arrives is read, and what must not arrive fails the run.

use crate::registry::rule;
use crate::support::{catalog, key, parse, refused, rows, table};
use weir_engine::{ColumnUse, Field, Replacement};
use weir_mask::{BoundRules, Types, transformers};
use weir_model::error::Kind;

fn bound(head: &str, rule: &str) -> BoundRules {
    bound_where(Types::Hints, head, rule)
}

/// The rules in a database whose declared types are worth that.
fn bound_where(types: Types, head: &str, rule: &str) -> BoundRules {
    let text = format!(
        "weir-rules: 1\n{head}tables: {{t: {{columns: {{c: {rule}, n: keep, at: keep}}}}}}\n"
    );
    let catalog = catalog(vec![table("t", &["c TEXT", "n INTEGER", "at timestamp"])]);
    let now = jiff::Timestamp::UNIX_EPOCH;
    parse(&text).bind_at(&catalog, &key(), now, types).unwrap()
}

fn send(bound: &BoundRules, values: &[&str]) {
    let rows = rows(bound, "t");
    for value in values {
        let row = [
            Field::Text(value.as_bytes()),
            Field::Integer(123_456_789),
            Field::Null,
        ];
        rows.mask(&row, &mut vec![Replacement::Null; 3]).unwrap();
    }
}

fn failure(bound: &BoundRules) -> String {
    let error = bound.verdict().unwrap_err();
    assert_eq!(error.kind(), Kind::Sanitise);
    format!("{error} {}", error.hint_text().unwrap_or_default())
}

#[test]
fn a_kept_column_that_holds_addresses_fails_with_its_remedy() {
    let bound = bound("", "keep");
    send(
        &bound,
        &["nothing here", "write to ada.lovelace@gmail.com please"],
    );
    let text = failure(&bound);
    assert!(text.contains("t.c: email in 1 of 2 values"), "{text}");
    assert!(!text.contains("lovelace"), "no value is told: {text}");
    assert!(text.contains("gate: {allow: {t.c: [email]}}"), "{text}");
}

/// Nothing is no value: rows without one would make findings among the others look rare.
#[test]
fn empty_values_are_not_among_those_that_were_read() {
    for rule in ["username", "keep"] {
        let bound = bound("", rule);
        send(&bound, &["", "ada", ""]);
        assert_eq!(bound.verdict().unwrap().gate.unwrap().read, 1, "{rule}");
    }
}

#[test]
fn what_is_masked_passes_and_is_counted() {
    for rule in [
        "email",
        "redact",
        "null",
        "name",
        "text",
        "{json: {\"*\": email}}",
    ] {
        let bound = bound("", rule);
        send(
            &bound,
            &["\"ada.lovelace@gmail.com\"", "\"DE89370400440532013000\""],
        );
        let mark = bound
            .verdict()
            .unwrap_or_else(|error| panic!("{rule}: {error}"));
        assert_eq!((mark.values, mark.gate.is_some()), (2, true), "{rule}");
    }
}

#[test]
fn what_is_kept_inside_a_masked_document_is_read_too() {
    let bound = bound("", r#"{json: {"$.a": email, "*": keep}}"#);
    send(&bound, &[r#"{"a": "ada@gmail.com", "b": "x"}"#]);
    bound.verdict().unwrap();
    send(&bound, &[r#"{"a": "x", "ada.lovelace@gmail.com": 1}"#]);
    assert!(failure(&bound).contains("t.c: email"), "also keys are read");
}

#[test]
fn canaries_must_be_gone_in_text_and_numbers() {
    let bound = bound("canaries: [canary-0001, \"123456789\"]\n", "keep");
    send(&bound, &["x"]);
    assert!(
        failure(&bound).contains("t.n in 1 values"),
        "a canary that is a number is looked for in numbers"
    );
    let bound = self::bound("canaries: [canary-0001]\n", "keep");
    send(&bound, &["x"]);
    assert_eq!(bound.verdict().unwrap().gate.unwrap().canaries, 1);
    send(&bound, &["my CANARY-0001"]);
    let text = failure(&bound);
    assert!(
        text.contains("t.c in 1 values") && !text.to_lowercase().contains("canary-0001"),
        "{text}"
    );
}

#[test]
fn only_columns_that_can_hold_something_are_read() {
    let uses = |head| {
        let bound = bound_where(Types::Enforced, head, "keep");
        rows(&bound, "t").columns().to_vec()
    };
    assert_eq!(
        uses(""),
        [ColumnUse::Read, ColumnUse::Copied, ColumnUse::Copied]
    );
    assert_eq!(
        uses("canaries: [\"123456789\"]\n"),
        [ColumnUse::Read, ColumnUse::Read, ColumnUse::Copied]
    );
    // Where a type is only a hint, a date may be an address.
    let bound = bound("", "keep");
    assert_eq!(rows(&bound, "t").columns(), [ColumnUse::Read; 3]);
}

#[test]
fn what_the_rules_allow_stays() {
    let bound = bound(
        "gate: {findings: 60%, sample: 1/1, allow: {t.c: [email]}}\n",
        "keep",
    );
    send(&bound, &["ada.lovelace@gmail.com"]);
    assert!(bound.verdict().is_ok());
    let catalog = catalog(vec![table("t", &["c TEXT"])]);
    let text = refused(
        "weir-rules: 1\ngate: {allow: {t.c: [emial], t.x: []}}\ntables: {t: keep}\n",
        &catalog,
    );
    assert!(text.contains("did you mean `email`?"), "{text}");
    assert!(text.contains("table `t` has no column `x`"), "{text}");
}

/// Among a hundred thousand suffixes of addresses one is an IBAN by chance: no copy fails for it.
#[test]
fn a_pseudonym_that_looks_like_something_else_is_no_finding() {
    let bound = bound("", "email");
    let values: Vec<String> = (0..400_000)
        .map(|number| format!("a{number}@x.org"))
        .collect();
    for values in values.chunks(1_000) {
        send(
            &bound,
            &values.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    assert!(bound.verdict().is_ok());
}

#[test]
fn what_transformers_write_is_no_finding() {
    for transformer in transformers() {
        if ["shuffle", "program", "template"].contains(&transformer.name) {
            continue;
        }
        let bound = bound("", &rule(transformer));
        let shape = transformer.example.0;
        let values: Vec<String> = (0..300_u32)
            .map(|number| {
                // Other digits in every value, so that every value becomes another.
                let digit = |letter: char| match letter.to_digit(10) {
                    Some(digit) => char::from_digit((digit + number * 7 / 3) % 10, 10).unwrap(),
                    None => letter,
                };
                format!("{}{number}", shape.chars().map(digit).collect::<String>())
            })
            .collect();
        send(
            &bound,
            &values.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        if let Err(error) = bound.verdict() {
            panic!("{}: {error}", transformer.name);
        }
    }
}
