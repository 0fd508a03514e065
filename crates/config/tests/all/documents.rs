//! The schema and the reference say what the reader does.

use weir_config::{reference, schema};

use crate::common::{ENVIRONMENTS, example, read};

/// A file as the JSON that editors validate; our own reader of YAML has been through it before.
fn json(text: &str) -> serde_json::Value {
    read(text);
    weir_config::yaml::from_str("weir.yaml", text).unwrap()
}

#[test]
fn the_examples_are_valid_by_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for name in ["small/weir.yaml", "publishing-fleet/weir.yaml"] {
        let document = json(&example(name));
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0], "{name}");
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let apps = [
        "nonsense: 1",
        "engine: oracle",
        "password: hunter2",
        "in: {staging: {like: x}}",
        "operations: [dance]",
        "expect: {users: {min: -1}}",
    ];
    for app in apps {
        let text = format!("weir: 1\napps: {{a: {{{app}}}}}\n");
        let document = weir_config::yaml::from_str("weir.yaml", &text).unwrap();
        assert!(!validator.is_valid(&document), "{app}");
    }
    let unversioned = weir_config::yaml::from_str("weir.yaml", "apps: {}").unwrap();
    assert!(!validator.is_valid(&unversioned));
}

#[test]
fn the_reference_has_every_field_with_its_meaning() {
    let page = reference();
    for field in [
        "weir",
        "upstream",
        "databases",
        "vouched",
        "secret_access_key",
        "until",
        "max",
    ] {
        assert!(page.contains(&format!("| `{field}` |")), "{field}");
    }
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        assert!(cells.len() >= 4 && cells[3].len() > 5, "{line}");
    }
    // Every link leads to a heading of the page.
    for link in page.split("](#").skip(1) {
        let anchor = link.split(')').next().unwrap();
        let heading = |line: &str| {
            line.strip_prefix("## ")
                .is_some_and(|title| title.to_lowercase().replace(' ', "-") == anchor)
        };
        assert!(page.lines().any(heading), "{anchor}");
    }
}

#[test]
fn an_environment_alone_is_a_valid_configuration() {
    assert_eq!(read(ENVIRONMENTS).jobs.len(), 0);
}
