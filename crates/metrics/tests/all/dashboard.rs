use crate::exposition::names;
use crate::promtool::promtool;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The words of an expression that name series of Weir.
fn named(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words
        .filter(|word| word.starts_with("weir_") && *word != "weir_job")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_panel_asks_for_series_that_are_told_in_words_that_prometheus_takes() {
    let dashboard = weir_metrics::dashboard();
    assert_eq!(dashboard["uid"], "weir-fleet");
    assert_eq!(dashboard, weir_metrics::dashboard());
    let (mut rules, mut seen) = (Vec::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(seen.insert(panel["id"].as_u64().unwrap()));
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            assert!(!named(expression).is_empty(), "{expression}");
            for name in named(expression) {
                assert!(names().contains(&name), "{name} in {expression}");
            }
            let record = format!("panel:{}:{}", panel["id"], rules.len());
            rules.push(json!({"record": record, "expr": expression}));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file: Value = json!({"groups": [{"name": "panels", "rules": rules}]});
    std::fs::write(folder.path().join("panels.yaml"), file.to_string()).unwrap();
    promtool(folder.path(), &["check", "rules", "panels.yaml"], "");
}
