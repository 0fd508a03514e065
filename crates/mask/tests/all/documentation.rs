//! What the documentation says is so.

use weir_mask::{Ruleset, schema, transformers};

const PAGE: &str = include_str!("../../../../docs/sanitising.md");
const TRANSFORMERS: &str = include_str!("../../../../docs/transformers.md");

/// The YAML blocks of the page that are whole rulesets.
fn rulesets() -> Vec<&'static str> {
    PAGE.split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.starts_with("weir-rules:"))
        .collect()
}

/// The text as it was before its lines were broken.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_says_what_each_transformer_does() {
    for transformer in transformers() {
        let heading = format!("### `{}`", transformer.name);
        let (_, section) = TRANSFORMERS
            .split_once(&heading)
            .unwrap_or_else(|| panic!("{heading} is missing"));
        let section = in_one_line(section.split("\n##").next().unwrap());
        for fact in [
            transformer.meaning,
            transformer.output,
            transformer.example.1,
        ] {
            // The page writes the end of a line in an example as `\n`.
            let fact = in_one_line(&fact.replace('\n', "\\n"));
            assert!(section.contains(&fact), "{heading} does not say: {fact}");
        }
    }
}

#[test]
fn the_rulesets_of_the_page_are_read() {
    let rulesets = rulesets();
    assert!(!rulesets.is_empty());
    for text in rulesets {
        Ruleset::parse(text, "page.yaml").unwrap_or_else(|problems| panic!("{problems}"));
    }
}

#[test]
fn the_schema_takes_good_rules_and_refuses_bad_ones() {
    let validator = jsonschema::validator_for(schema().as_value()).unwrap();
    let with = |rule: serde_json::Value| {
        serde_json::json!({
            "weir-rules": 1,
            "tables": {"users": {"columns": {"c": rule}}, "logs": {"rows": "none"}, "x": "keep"},
            "objects": {"v": "keep"},
        })
    };
    let good = [
        serde_json::json!("keep"),
        serde_json::json!(null),
        serde_json::json!({"mask": "name", "part": "given", "locale": "en"}),
        serde_json::json!({"mask": "fixed", "value": 1}),
    ];
    for rule in good {
        let found: Vec<String> = validator
            .iter_errors(&with(rule))
            .map(|e| e.to_string())
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }
    for rule in [
        serde_json::json!({"mask": "fixed"}),
        serde_json::json!({"json": {"$.a": "keep"}}),
        serde_json::json!(7),
        serde_json::json!({"mask": "name", "locl": "en"}),
    ] {
        assert!(!validator.is_valid(&with(rule)));
    }
}
