//! CHECKs beside rules: proven, broken, to be tried, or unproven.

use crate::support::{catalog, key, parse, table};
use weir_engine::Replacement;
use weir_mask::{AttemptResult, CheckProof, Types, Verdict};
use weir_model::catalog::{Catalog, Check, NamedType};

/// A table `t` with columns `a` and `b` of those types, and a check.
fn with_check(types: [&str; 2], columns: &[&str], expression: &str) -> Catalog {
    let [a, b] = types;
    let mut table = table("t", &[&format!("a {a}"), &format!("b {b}")]);
    table.checks.push(Check {
        name: "c".to_owned(),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        expression: expression.to_owned(),
        domain: None,
    });
    catalog(vec![table])
}

fn rules(a: &str, b: &str) -> String {
    format!("weir-rules: 1\ntables:\n  t:\n    columns:\n      a: {a}\n      b: {b}\n")
}

/// What is proven of the only check; the refusal where the rules are refused.
fn proof(catalog: &Catalog, a: &str, b: &str) -> Result<Option<CheckProof>, String> {
    let ruleset = parse(&rules(a, b));
    ruleset
        .check(catalog, Types::Enforced)
        .map_err(|problems| problems.to_string())?;
    Ok(ruleset.prove(catalog, &key(), Types::Enforced).pop())
}

fn word(catalog: &Catalog, a: &str, b: &str) -> String {
    match proof(catalog, a, b) {
        Err(problems) => problems,
        Ok(None) => "untouched".to_owned(),
        Ok(Some(proof)) => match proof.verdict {
            Verdict::Proven => "proven".to_owned(),
            Verdict::ToTry(_) => "to try".to_owned(),
            Verdict::Unproven(why) => why,
        },
    }
}

#[test]
fn a_list_is_held_against_what_rules_write() {
    let catalog = with_check(["text", "text"], &["a"], "a IN ('new', 'paid')");
    for (rule, expected) in [
        ("keep", "untouched"),
        ("shuffle", "proven"),
        ("null", "proven"),
        ("{mask: pick, values: [new, paid]}", "proven"),
        ("{mask: fixed, value: paid}", "proven"),
        ("{mask: fixed, value: PAID}", "to try"),
        ("name", "to try"),
        (
            "[{when: \"b = 'x'\", mask: fixed, value: new}, keep]",
            "proven",
        ),
        (
            "{mask: template, template: \"{b}\"}",
            "the rule of `a` reads other columns",
        ),
    ] {
        let told = word(&catalog, rule, "keep");
        assert_eq!(told, expected, "{rule}");
    }
    for rule in [
        "redact",
        "{mask: fixed, value: sold}",
        "{mask: pick, values: [new, sold]}",
    ] {
        let told = word(&catalog, rule, "keep");
        assert!(told.contains("rules.yaml:5:10:"), "{told}");
        assert!(told.contains("breaks CHECK c"), "{told}");
        assert!(told.contains("a IN ('new', 'paid')"), "{told}");
    }
}

#[test]
fn lengths_and_ranges_are_held_against_limits() {
    let short = with_check(["varchar(40)", "text"], &["a"], "char_length(a) <= 40");
    assert_eq!(word(&short, "name", "keep"), "proven");
    let shorter = with_check(["varchar(40)", "text"], &["a"], "char_length(a) <= 4");
    assert_eq!(word(&shorter, "name", "keep"), "to try");
    let told = word(&shorter, "redact", "keep");
    assert!(told.contains("breaks CHECK c"), "{told}");

    let range = with_check(["integer", "text"], &["a"], "((a >= 0) AND (a < 100))");
    assert_eq!(word(&range, "redact", "keep"), "proven");
    let between = "{mask: number, min: 0, max: 99}";
    assert_eq!(word(&range, between, "keep"), "proven");
    assert_eq!(word(&range, "number", "keep"), "to try");
    let not_null = with_check(["text", "text"], &["a"], "a IS NOT NULL");
    let told = word(&not_null, "null", "keep");
    assert!(told.contains("breaks CHECK c"), "{told}");
}

#[test]
fn what_looks_at_kept_columns_is_unproven() {
    let catalog = with_check(["integer", "integer"], &["a", "b"], "a <= b");
    let between = "{mask: number, min: 1, max: 5}";
    assert_eq!(
        word(&catalog, between, "keep"),
        "`b` is kept, and its values are not known"
    );
    assert_eq!(word(&catalog, between, between), "to try");
    let above = "{mask: number, min: 5, max: 9}";
    assert_eq!(word(&catalog, between, above), "to try");
}

#[test]
fn rows_that_no_database_could_hold_prove_nothing() {
    let catalog = with_check(["text", "text"], &["a"], "a ~ 'x'");
    let proof = proof(&catalog, "hash", "keep").unwrap().unwrap();
    let Verdict::ToTry(attempt) = &proof.verdict else {
        panic!("{proof:?}");
    };
    let rows = attempt.trial().rows.len();
    assert!(rows > 400, "{rows}");
    let half = rows / 2;
    let mut answers = vec![false; rows];
    assert_eq!(attempt.result(&answers), AttemptResult::NothingFits);
    answers[0] = true;
    assert_eq!(attempt.result(&answers), AttemptResult::Broken);
    answers[half] = true;
    assert_eq!(attempt.result(&answers), AttemptResult::Held(1));
    let refusal = proof.refusal().to_string();
    assert!(refusal.contains("rules.yaml:5:10:"), "{refusal}");
}

#[test]
fn values_that_never_change_are_tried_whatever_the_rows_are() {
    let catalog = with_check(["text", "text"], &["a"], "a ~ 'x'");
    let proof = proof(&catalog, "{mask: pick, values: [x, y]}", "keep");
    let Verdict::ToTry(attempt) = &proof.unwrap().unwrap().verdict else {
        panic!("it can be tried");
    };
    let rows = &attempt.trial().rows;
    let text = |text: &str| vec![Replacement::Text(text.to_owned())];
    assert!(*rows == [text("x"), text("y")]);
    assert_eq!(attempt.result(&[true, false]), AttemptResult::Broken);
    assert_eq!(attempt.result(&[true, true]), AttemptResult::Held(2));
}

#[test]
fn enums_and_domains_count_as_what_they_are_made_of() {
    let mut catalog = catalog(vec![table("t", &["a mood", "b tight"])]);
    catalog.types = vec![
        NamedType {
            name: "mood".to_owned(),
            labels: vec!["calm".to_owned(), "busy".to_owned()],
            base: None,
        },
        NamedType {
            name: "tight".to_owned(),
            labels: Vec::new(),
            base: Some("character varying(5)".to_owned()),
        },
    ];
    let calm = "{mask: pick, values: [calm]}";
    assert_eq!(word(&catalog, calm, "keep"), "untouched");
    let told = word(&catalog, "{mask: pick, values: [calm, sad]}", "keep");
    assert!(told.contains("enum('calm','busy')"), "{told}");
    let told = word(&catalog, calm, "redact");
    assert!(told.contains("up to 10 characters"), "{told}");
}

#[test]
fn where_types_are_enforced_only_what_fits_them_is_written() {
    for (data_type, wrong, right) in [
        ("date", "redact", "date"),
        (
            "timestamp",
            "name",
            "{mask: fixed, value: \"2000-01-01 00:00:00\"}",
        ),
        ("uuid", "empty", "uuid"),
        ("jsonb", "redact", "{json: {\"*\": redact}}"),
        ("inet", "email", "ip"),
    ] {
        let catalog = catalog(vec![table("t", &[&format!("a {data_type}"), "b text"])]);
        let told = word(&catalog, wrong, "keep");
        assert!(told.contains("rules.yaml:5:10:"), "{data_type}: {told}");
        assert!(told.contains("help: use"), "{data_type}: {told}");
        assert_eq!(word(&catalog, right, "keep"), "untouched", "{data_type}");
        let hints = parse(&rules(wrong, "keep")).check(&catalog, Types::Hints);
        assert!(hints.is_ok(), "{data_type}");
    }
}
