//! The documents that are part of the contract agree with the program.

use crate::command;
use std::path::PathBuf;
use weir_model::error::Kind;

fn document(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_kind_of_error_has_a_page_and_its_exit_code_is_documented() {
    let codes = document("exit-codes.md");
    for kind in Kind::ALL {
        let page = document(&format!("errors/{kind}.md"));
        assert!(page.contains(&kind.exit_code().to_string()), "{kind}");
        let line = format!("| {} | [{kind}](errors/{kind}.md) |", kind.exit_code());
        assert!(codes.contains(&line), "{line}");
    }
}

#[test]
fn the_reference_of_the_language_is_the_one_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let printed = command::succeed(folder.path(), "config reference").stdout;
    assert!(
        document("config.md") == printed,
        "docs/config.md is out of date: weir config reference > docs/config.md"
    );
}

#[test]
fn every_reporting_verb_stands_in_the_description_of_json() {
    let described = document("json.md");
    for verb in [
        "run",
        "drill",
        "doctor",
        "compare",
        "plan",
        "verify",
        "rollback",
        "heal",
        "status",
        "hold",
        "release",
        "holds",
        "runs",
        "logs",
        "demo",
        "scan",
        "sanitise check",
        "sanitise preview",
    ] {
        assert!(described.contains(&format!("`{verb}`")), "{verb}");
    }
}
