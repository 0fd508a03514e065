use crate::fleet::{complete, healthy};
use crate::promtool::promtool;
use std::collections::BTreeSet;
use std::path::Path;
use weir_metrics::exposition;

/// The names of all series.
pub(crate) fn names() -> BTreeSet<String> {
    let text = exposition(&complete(1_767_225_600));
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect()
}

#[test]
fn promtool_finds_nothing_to_complain_of() {
    promtool(
        Path::new("."),
        &["check", "metrics"],
        &exposition(&complete(1_767_225_600)),
    );
}

#[test]
fn what_is_told_is_open_metrics() {
    let text = exposition(&complete(1_767_225_600));
    assert!(text.ends_with("\n# EOF\n"));
    for line in [
        "weir_build_info{version=\"0.1.0\"} 1",
        "# TYPE weir_operation_duration_seconds gauge",
        "# UNIT weir_operation_duration_seconds seconds",
        "weir_operation_throughput_bytes_per_second{environment=\"production\",app=\"shop\",weir_job=\"main\",database=\"shop\",operation=\"backup\"} 100",
        "weir_recovery_duration_seconds{environment=\"staging\",app=\"shop\",database=\"shop\"} 90.5",
        r#"weir_lease_start_timestamp_seconds{environment="staging",target="postgres://shop/\"shop\"\\",run="1",holder="process 1 on pod"} 1767225600"#,
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
}

#[test]
fn what_is_not_known_is_not_told() {
    let mut facts = healthy(1_767_225_600);
    for database in &mut facts.databases {
        database.data_as_of = None;
    }
    facts.environments[1].readable = false;
    let text = exposition(&facts);
    assert!(!text.contains("weir_data_as_of_timestamp_seconds"));
    assert!(text.contains("weir_environment_readable{environment=\"staging\"} 0"));
    assert!(!text.contains("weir_runs_at_work{environment=\"staging\"}"));
}

#[test]
fn every_series_has_its_line_in_the_documentation() {
    let page = include_str!("../../../../docs/metrics.md");
    for name in names() {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
}
