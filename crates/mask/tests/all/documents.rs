//! Rules inside JSON and arrays.

use crate::support::{catalog, key, mask, mask_for, refused, table};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Value, json};
use weir_engine::{Field, Replacement};
use weir_mask::Ruleset;

fn masked(rule: &str, text: &str) -> String {
    match mask(rule).mask(Field::Text(text.as_bytes())).unwrap() {
        Replacement::Text(text) => text,
        _ => panic!("text was expected"),
    }
}

const RULE: &str = r#"{json: {"$.contact.email": redact, "$.tags[*]": {mask: fixed, value: t}, "$.tags[0]": keep, "$..phone": null, "$.deep": redact, "*": keep}}"#;

#[test]
fn the_most_exact_path_counts_and_the_rest_is_copied_as_it_stands() {
    assert_eq!(
        masked(
            RULE,
            r#"{ "z": 1.50, "contact": {"email":"a@b.c", "phone": "1"}, "tags": ["x", "y", 3],"n":12345678901234567890, "deep": {"a": [true, 7, "q", null]}, "s": "\u00e9\n"} "#
        ),
        r#"{ "z": 1.50, "contact": {"email":"[redacted]", "phone": null}, "tags": ["x", "t", "t"],"n":12345678901234567890, "deep": {"a": [false, 0, "[redacted]", null]}, "s": "\u00e9\n"} "#
    );
}

#[test]
fn escapes_are_resolved_before_masking_and_written_again() {
    let text = masked(
        r#"{json: {"$['odd \"key\"']": keep, "*": {mask: fixed, value: "a \"b\" \\ \t é"}}}"#,
        r#"{"k": "\ud83d\ude00"}"#,
    );
    assert_eq!(text, r#"{"k": "a \"b\" \\ \t é"}"#);
    let email = mask(r#"{json: {"*": email}}"#);
    let of = |text: &str| email.mask(Field::Text(text.as_bytes())).unwrap();
    assert!(of(r#"["ada@x.org"]"#) == of("[\"ad\\u0061@x.org\"]"));
}

#[test]
fn what_is_no_document_is_redacted_whole() {
    for text in [
        "not json",
        "{",
        r#"{"a":1,}"#,
        "[01]",
        "{\"a\" 1}",
        "\"\u{1}\"",
        "[1] x",
        "nul",
        &"[".repeat(300),
    ] {
        assert_eq!(masked(RULE, text), "\"[redacted]\"", "{text}");
    }
    assert_eq!(masked(RULE, ""), "");
}

#[test]
fn each_element_is_masked_as_a_value_of_its_own() {
    assert_eq!(
        masked("{each: redact}", r#"["a", {"b": 2}]"#),
        r#"["[redacted]", {"b": 0}]"#
    );
    let array = |rule: &str, text: &str| match mask_for(rule, "text[]", &key())
        .mask(Field::Text(text.as_bytes()))
        .unwrap()
    {
        Replacement::Text(text) => text,
        _ => panic!("text was expected"),
    };
    let fixed = r#"{each: {mask: fixed, value: "x y"}}"#;
    assert_eq!(
        array(fixed, r#"{a,"b \"c\"",NULL}"#),
        r#"{"x y","x y","x y"}"#
    );
    assert_eq!(
        array("{each: redact}", r#"[0:1]={{a,b},{"",NULL}}"#),
        r#"[0:1]={{[redacted],[redacted]},{[redacted],NULL}}"#
    );
    assert_eq!(
        array("{each: {mask: fixed, value: \"null\"}}", "{a}"),
        r#"{"null"}"#
    );
    for broken in ["a", "{a", "{a}b", "{,}", "{\"a}"] {
        assert_eq!(array("{each: redact}", broken), "{}", "{broken}");
    }
}

#[test]
fn the_rest_of_a_document_must_be_said() {
    let problems = |rule: &str| {
        let text = format!("weir-rules: 1\ntables: {{t: {{columns: {{c: {rule}}}}}}}\n");
        Ruleset::parse(&text, "rules.yaml").unwrap_err().to_string()
    };
    assert!(problems("{json: {\"$.a\": keep}}").contains("the rest of the document"));
    assert!(problems("{json: {\"a\": keep, \"*\": keep}}").contains("a path begins with `$`"));
    let text = refused(
        "weir-rules: 1\ntables: {t: {columns: {c: {json: {\"*\": redact}}}}}\n",
        &catalog(vec![table("t", &["c INTEGER"])]),
    );
    assert!(
        text.contains("nothing is inside a value of type INTEGER"),
        "{text}"
    );
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_kept_is_the_document_itself(document in documents()) {
        let text = document.to_string();
        prop_assert_eq!(masked(r#"{json: {"$.no.such.path": redact, "*": keep}}"#, &text), text);
    }

    #[test]
    fn what_is_masked_is_json_of_the_same_form(document in documents()) {
        let text = masked(r#"{json: {"*": redact}}"#, &document.to_string());
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert!(alike(&document, &read), "{}", text);
    }

    #[test]
    fn any_text_is_masked_or_redacted(text in "[\\[\\]{}\",:a-z0-9\\\\ .-]{0,40}") {
        let out = masked(r#"{json: {"*": redact}}"#, &text);
        let is_json = serde_json::from_str::<Value>(&text).is_ok();
        prop_assert!(is_json || out == "\"[redacted]\"" || text.is_empty(), "{}", out);
    }
}

/// Whether two documents have the same form, values aside.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|found| alike(value, found)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::String(_), found) => *found == json!("[redacted]"),
        (Value::Number(_), found) => *found == json!(0) || *found == json!(0.0),
        (Value::Bool(_), found) => *found == json!(false),
        (Value::Null, found) => found.is_null(),
        _ => false,
    }
}
