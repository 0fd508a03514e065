//! Reading a ruleset: every mistake has its place and its remedy.

use proptest::prelude::{prop_assert, proptest};
use weir_mask::{Ruleset, transformers};

fn problems(text: &str) -> String {
    Ruleset::parse(text, "rules.yaml").unwrap_err().to_string()
}

fn column(rule: &str) -> String {
    problems(&format!(
        "weir-rules: 1\ntables:\n  t:\n    columns:\n      c: {rule}\n"
    ))
}

#[test]
fn an_unknown_transformer_gets_the_nearest_name() {
    let words = ["keep"]
        .into_iter()
        .chain(transformers().iter().map(|one| one.name));
    let known: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    let known = known.join(", ");
    assert_eq!(
        column("emial"),
        "rules.yaml:5:10: unknown value `emial`
  5 |       c: emial
    |          ^^^^^ not one of the allowed values
  help: did you mean `email`? allowed values: "
            .to_owned()
            + &known
    );
    assert!(column("{mask: nmae}").contains("did you mean `name`?"));
}

#[test]
fn several_mistakes_are_told_at_once_even_beside_a_password() {
    let text = problems(
        "weir-rules: 1
tables:
  users:
    columns:
      password: redcat
      name: {mask: name, local: en}
  logs: {row: none}
",
    );
    assert!(
        text.contains("password: redcat\n"),
        "rules are no secrets: {text}"
    );
    assert!(text.contains("did you mean `redact`?"), "{text}");
    assert!(text.contains("did you mean `locale`?"), "{text}");
    assert!(text.contains("did you mean `rows`?"), "{text}");
}

#[test]
fn options_belong_to_their_transformer() {
    let text = column("{mask: email, part: given}");
    assert!(text.contains("this transformer takes no `part`"), "{text}");
    assert!(column("{mask: redact, value: 1}").contains("takes no `value`"));
    assert!(column("{mask: null, domain: x}").contains("takes no `domain`"));
    assert!(column("{mask: email, domain: \"\"}").contains("a domain needs a name"));
    assert!(column("{mask: name, locale: xx}").contains("unknown value `xx`"));
}

#[test]
fn fixed_needs_its_value() {
    for rule in ["fixed", "{mask: fixed}", "{mask: fixed, value: null}"] {
        let text = column(rule);
        assert!(text.contains("`fixed` needs the value to put in"), "{text}");
    }
    assert!(column("{mask: fixed, value: true}").contains("1 or 0 for a boolean"));
}

#[test]
fn a_column_without_a_rule_is_not_made_null() {
    let text = column("");
    assert!(
        text.contains("rules.yaml:5:7: this column has no rule"),
        "{text}"
    );
}

#[test]
fn a_table_says_exactly_one_thing() {
    for rule in [
        "{}",
        "{rows: none, drop: true}",
        "{drop: false}",
        "{columns: {a: keep}, rows: none}",
    ] {
        let text = problems(&format!("weir-rules: 1\ntables: {{logs: {rule}}}\n"));
        assert!(
            text.contains("it is not clear what happens to table `logs`"),
            "{text}"
        );
    }
    let text = problems("weir-rules: 1\ntables: {logs: drop}\n");
    assert!(text.contains("unknown value `drop`"), "{text}");
}

#[test]
fn the_version_is_known() {
    assert!(problems("tables: {}\n").contains("`weir-rules` is missing"));
    assert!(problems("weir-rules: 2\ntables: {}\n").contains("write `weir-rules: 1`"));
}

#[test]
fn a_rule_given_twice_is_a_mistake() {
    let text = problems("weir-rules: 1\ntables:\n  a: keep\n  a: {rows: none}\n");
    assert!(text.contains("rules.yaml:4:3"), "{text}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = Ruleset::parse(&text, "rules.yaml");
    }

    #[test]
    fn any_damage_to_a_ruleset_is_read_or_refused(at in 0_usize..220, with in "[\\PC\n]{0,3}") {
        let good = "weir-rules: 1\ntables:\n  users:\n    columns:\n      id: keep\n      name: \
            {mask: name, part: given}\n      token: null\n      bio: {mask: fixed, value: \"…\"}\n  \
            logs: {rows: none}\nobjects: {v: keep}\n";
        let at = good.char_indices().map(|(index, _)| index).rfind(|index| *index <= at).unwrap();
        let damaged = format!("{}{with}{}", &good[..at], &good[at..]);
        match Ruleset::parse(&damaged, "rules.yaml") {
            Ok(_) => {}
            Err(problems) => prop_assert!(!problems.0.is_empty()),
        }
    }
}

#[test]
fn hostile_rulesets_are_refused_in_good_time() {
    let hostile = include_str!("../../../testkit/corpus/ruleset/hostile.yaml");
    let text = problems(hostile);
    assert!(text.contains("`hostile.yaml` cannot be read"), "{text}");
    let whole = include_str!("../../../testkit/corpus/ruleset/language.yaml");
    assert!(Ruleset::parse(whole, "rules.yaml").is_ok());
    let mut rules = "weir-rules: 1\nrules:\n  r0: redact\n".to_owned();
    for level in 1..30 {
        let inner = format!("r{}", level - 1);
        rules.push_str(&format!(
            "  r{level}: {{json: {{$.a: {inner}, $.b: {inner}, \"*\": {inner}}}}}\n"
        ));
    }
    let text = problems(&format!("{rules}tables: {{t: {{columns: {{c: r29}}}}}}\n"));
    assert!(text.contains("made of more than 10000 others"), "{text}");
}
