//! No text makes the reader panic, hang or grow without bound.

use proptest::prelude::*;
use weir_config::parse;

use crate::common::{example, problems, with_apps};

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        let text = format!("weir: {}{}", open.repeat(20_000), close.repeat(20_000));
        problems(&text);
        problems(&open.repeat(20_000));
    }
    let deep: String = (0..200).map(|level| " ".repeat(level) + "a:\n").collect();
    assert!(problems(&deep).contains("nested deeper than 32 levels"));
}

#[test]
fn size_is_bounded() {
    let text = "# comment\n".repeat(200_000);
    assert!(problems(&text).contains("larger than 1 MiB"));
}

#[test]
fn a_large_file_is_read_in_reasonable_time() {
    let keys: String = (0..20_000)
        .map(|index| format!("k{index}: &a 1\n"))
        .collect();
    let told = problems(&keys);
    assert!(told.contains("anchors are not used here") && told.len() < 100_000);
    let secrets = with_apps(&"  password: x\n".repeat(15_000));
    assert!(problems(&secrets).contains("is given twice"));
}

#[test]
fn many_mistakes_end() {
    let text: String = (0..5_000)
        .map(|index| format!("field{index}: 1\n"))
        .collect();
    let told = problems(&text);
    assert_eq!(told.matches("unknown field").count(), 50);
}

/// An example with a few pieces cut out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof!["\\PC{0,8}", "[\\[\\]{}:,&*!|>'\"#%@`\\- \n\t]{1,6}"];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, piece), 1..6);
    (prop::bool::ANY, edits).prop_map(|(small, edits)| {
        let name = if small { "small" } else { "publishing-fleet" };
        let mut text: Vec<char> = example(&format!("{name}/weir.yaml"))
            .chars()
            .take(3_000)
            .collect();
        for (at, cut, piece) in edits {
            let start = at.index(text.len().max(1)).min(text.len());
            let end = (start + cut).min(text.len());
            text.splice(start..end, piece.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,200}") {
        let told = parse(&text, "weir.yaml", "").map_err(|problems| problems.to_string());
        prop_assert!(told.is_err_and(|told| !told.is_empty()));
    }

    #[test]
    fn any_yaml_like_text_gets_an_answer(text in "[a-c\\[\\]{}:,&*!|>'\"#%@?\\- \n\té]{0,60}") {
        let told = parse(&text, "weir.yaml", "").map_err(|problems| problems.to_string());
        prop_assert!(told.is_err_and(|told| !told.is_empty()));
    }

    #[test]
    fn a_damaged_example_gets_an_answer(text in mutated()) {
        if let Err(problems) = parse(&text, "weir.yaml", "") {
            prop_assert!(!problems.to_string().is_empty());
        }
    }
}
