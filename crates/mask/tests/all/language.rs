//! The language beyond one rule for one column.

use crate::support::{catalog, column_of, key, parse, pointing, refused, rows, table};
use std::io;
use weir_engine::{Fate, Field, Replacement};
use weir_mask::{Because, Ruleset, Types, What};
use weir_model::catalog::Catalog;

fn people() -> Catalog {
    catalog(vec![
        table(
            "users",
            &[
                "id INTEGER pk",
                "email TEXT unique",
                "country TEXT",
                "phone TEXT",
                "created_at timestamp",
            ],
        ),
        pointing(
            table("logins", &["user_email TEXT", "seen_at timestamp"]),
            "user_email",
            "users",
            "email",
        ),
        table("letters", &["sent_to TEXT"]),
    ])
}

const RULES: &str = r#"weir-rules: 1
rules:
  person-email: {mask: email, domain: people}
  when-german: [{when: "country = 'de'", mask: redact}, keep]
defaults:
  - {columns: "*_AT", types: [timestamp*, date*], keep: true}
  - {columns: [id], keep: true}
references:
  - {from: letters.sent_to, to: users.email}
tables:
  users:
    columns:
      email: person-email
      country: keep
      phone: when-german
"#;

#[test]
fn names_defaults_and_references_say_the_rest() {
    let explained = parse(RULES).explain(&people());
    let told: Vec<_> = explained
        .iter()
        .map(|one| {
            (
                format!("{}.{}", one.table, one.column),
                one.what,
                one.because.clone(),
                one.place.as_str(),
            )
        })
        .collect();
    let email = Because::Reference("users.email".to_owned());
    assert_eq!(
        told,
        [
            (
                "users.id".to_owned(),
                What::Kept,
                Because::Default(2),
                "line 7"
            ),
            (
                "users.email".to_owned(),
                What::Masked,
                Because::OwnRule,
                "line 13"
            ),
            (
                "users.country".to_owned(),
                What::Kept,
                Because::OwnRule,
                "line 14"
            ),
            (
                "users.phone".to_owned(),
                What::Masked,
                Because::OwnRule,
                "line 15"
            ),
            (
                "users.created_at".to_owned(),
                What::Kept,
                Because::Default(1),
                "line 6"
            ),
            (
                "logins.user_email".to_owned(),
                What::Masked,
                email.clone(),
                "line 13"
            ),
            (
                "logins.seen_at".to_owned(),
                What::Kept,
                Because::Default(1),
                "line 6"
            ),
            ("letters.sent_to".to_owned(), What::Masked, email, "line 13"),
        ]
    );
    let bound = parse(RULES).bind(&people(), &key()).unwrap();
    let masked = |table, column| {
        column_of(&bound, table, column)
            .mask(Field::Text(b"ada@x.org"))
            .unwrap()
    };
    assert!(
        masked("users", 1) == masked("logins", 0) && masked("users", 1) == masked("letters", 0)
    );
}

#[test]
fn the_first_rule_whose_condition_holds_counts() {
    let bound = parse(RULES).bind(&people(), &key()).unwrap();
    let users = rows(&bound, "users");
    let phone = |country: &'static [u8]| {
        let row = [
            Field::Integer(1),
            Field::Null,
            Field::Text(country),
            Field::Text(b"0301"),
            Field::Null,
        ];
        let mut masked = vec![Replacement::Null; 5];
        assert!(users.mask(&row, &mut masked).unwrap() == Fate::Kept);
        masked.swap_remove(3)
    };
    assert!(phone(b"de") == Replacement::Text("[redacted]".to_owned()));
    assert!(phone(b"fr") == Replacement::Text("0301".to_owned()));
}

#[test]
fn what_has_no_effect_is_a_mistake() {
    let text = refused(
        &RULES
            .replace("columns: [id]", "columns: [idd]")
            .replace("- {from: letters.sent_to", "- {from: letters.sentto"),
        &people(),
    );
    assert!(text.contains("this default matches no column"), "{text}");
    assert!(text.contains("did you mean `sent_to`?"), "{text}");
    assert!(text.contains("no rule for table `letters`"), "{text}");
    let problems = |text: &str| Ruleset::parse(text, "rules.yaml").unwrap_err().to_string();
    let text =
        problems("weir-rules: 1\nrules: {a: redact, email: redact, b: [c], c: b}\ntables: {}\n");
    assert!(text.contains("the rule `a` is used nowhere"), "{text}");
    assert!(text.contains("`email` has a meaning already"), "{text}");
    assert!(text.contains("is made of itself"), "{text}");
    let text = problems("weir-rules: 1\ndefaults: [{columns: \"*\", keep: true}]\n");
    assert!(text.contains("would keep everything"), "{text}");
}

#[test]
fn a_condition_is_refused_at_its_place() {
    let text = "weir-rules: 1\ntables:\n  t:\n    columns:\n      c: [{when: \"a = \", mask: redact}, keep]\n      d: [redact, keep]\n      e: [{when: a = 1, mask: redact}]\n      f: {when: a = 1, mask: redact}\n";
    let text = Ruleset::parse(text, "rules.yaml").unwrap_err().to_string();
    assert!(
        text.contains("rules.yaml:5:23: the condition ends too soon"),
        "{text}"
    );
    assert!(
        text.contains("rules.yaml:6:11: the rules behind this one can never count"),
        "{text}"
    );
    assert!(text.contains("what happens to all other rows"), "{text}");
    assert!(text.contains("a condition stands in a list"), "{text}");
}

fn files(path: &str) -> io::Result<String> {
    match path {
        "app/common.yaml" => Ok("weir-rules: 1\nrules: {shared: {mask: email, domain: all}}\ndefaults: [{columns: \"*_at\", keep: true}]\ntables:\n  users: {columns: {email: shared, country: keep, gone: keep}}\n  other: keep\n".to_owned()),
        "app/loop.yaml" => Ok("weir-rules: 1\nextends: [rules.yaml]\n".to_owned()),
        "app/bad.yaml" => Ok("weir-rules: 1\ntables: {x: {columns: {a: emial}}}\n".to_owned()),
        "app/canaries.txt" => Ok("# planted\ncanary-0001\n\ncanary-0002\n".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn extended(text: &str) -> Result<Ruleset, String> {
    Ruleset::parse_with(text, "app/rules.yaml", &files).map_err(|problems| problems.to_string())
}

#[test]
fn a_ruleset_says_what_it_has_beside_what_it_extends() {
    let own = "weir-rules: 1\nextends: [common.yaml]\ncanaries: {file: canaries.txt}\ntables:\n  users: {columns: {id: keep, country: redact, phone: null}}\n  letters: {columns: {sent_to: shared}}\n  logins: {skip: true}\n";
    let ruleset = extended(own).unwrap();
    ruleset.check(&people(), Types::Hints).unwrap();
    let explained = ruleset.explain(&people());
    let rule = |name: &str| {
        let found = explained
            .iter()
            .find(|one| format!("{}.{}", one.table, one.column) == name)
            .unwrap();
        (found.rule.clone(), found.place.clone())
    };
    assert_eq!(
        rule("users.country"),
        ("redact".to_owned(), "line 5".to_owned())
    );
    assert_eq!(
        rule("users.email"),
        (
            "email, domain all".to_owned(),
            "app/common.yaml, line 5".to_owned()
        )
    );
    assert_eq!(rule("users.created_at").1, "app/common.yaml, line 3");
    let alone = Ruleset::parse("weir-rules: 1\ntables: {}\n", "x").unwrap();
    let text = blake3::hash(b"weir-rules: 1\ntables: {}\n");
    assert!(
        alone
            .digest()
            .to_string()
            .contains(&text.to_hex().to_string()),
        "one file alone has its own digest"
    );
    assert!(
        !ruleset
            .digest()
            .to_string()
            .contains(&blake3::hash(own.as_bytes()).to_hex().to_string())
    );
}

#[test]
fn files_that_cannot_be_extended_are_named() {
    let text = extended("weir-rules: 1\nextends: [none.yaml, loop.yaml, bad.yaml]\n").unwrap_err();
    assert!(
        text.contains("app/rules.yaml:2:11: `none.yaml` cannot be read"),
        "{text}"
    );
    assert!(
        text.contains("app/loop.yaml:2:11: `rules.yaml` is extended by itself"),
        "{text}"
    );
    assert!(
        text.contains("app/bad.yaml:2:27: unknown value `emial`"),
        "{text}"
    );
}

#[test]
fn masks_that_need_each_other_are_refused() {
    let text = refused(
        "weir-rules: 1\ntables: {t: {columns: {a: {mask: template, template: \"{b}\"}, b: {mask: template, template: \"{a}\"}}}}\n",
        &catalog(vec![table("t", &["a TEXT", "b TEXT"])]),
    );
    assert!(
        text.contains("columns `a`, `b` of table `t` are made of each other"),
        "{text}"
    );
}
