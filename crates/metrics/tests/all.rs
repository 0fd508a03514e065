//! The rendered rules before promtool.
#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::process::Command;

const CONFIG: &str = r#"weir: 1
environments:
  production: {store: s3://p}
defaults:
  postgres: {url: "postgres://{app}/{database}"}
apps:
  shop:
    engine: postgres
    database: shop
    in:
      production: {schedule: "0 1 * * *", deadline: 2h, operations: [backup]}
"#;

/// A situation each alert but the last fires for, and one that is healthy; 100,000 s on.
const CASES: &str = r#"
rule_files: [rules.yaml]
evaluation_interval: 1h
tests:
"#;

/// One promtool case: which alerts fire with these series.
fn case(series: &[(&str, &str)], minute: u32, fires: &str) -> String {
    let key = r#"database_engine="postgres",database_instance="shop",database_db_name="shop",operation="backup""#;
    let mut text = "  - interval: 1h\n    input_series:\n".to_owned();
    for (name, values) in series {
        let (name, state) = name.split_once('/').unwrap_or((name, ""));
        let state = if state.is_empty() {
            String::new()
        } else {
            format!(",state=\"{state}\"")
        };
        text += &format!("      - {{series: '{name}{{{key}{state}}}', values: '{values}'}}\n");
    }
    text += "    promql_expr_test:\n";
    for alert in ["WeirFailed", "WeirSlow", "WeirLate", "WeirNeverSucceeded"] {
        let value = if alert == fires {
            "[{labels: '{}', value: 1}]"
        } else {
            "[]"
        };
        text += &format!(
            "      - {{expr: 'count(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}})', eval_time: {minute}h, exp_samples: {value}}}\n"
        );
    }
    text
}

#[test]
fn every_alert_fires_for_its_situation_and_for_no_other() {
    let fleet = weir_config::parse(CONFIG, "weir.yaml", ".").unwrap();
    let rules = weir_metrics::alerts(&fleet, "production").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yaml"), rules.to_string()).unwrap();
    let (moment, state) = (
        "db_backup_job_status_timestamp_seconds",
        "db_backup_job_state",
    );
    let (started, succeeded) = (format!("{moment}/started"), format!("{moment}/succeeded"));
    let cases = [
        CASES.to_owned(),
        case(&[(state, "2x40"), (&succeeded, "0+3600x40")], 30, "none"),
        case(
            &[(state, "0x40"), (&succeeded, "0+3600x40")],
            30,
            "WeirFailed",
        ),
        case(
            &[
                (state, "1x40"),
                (&started, "0x40"),
                (&succeeded, "0+3600x40"),
            ],
            2,
            "WeirSlow",
        ),
        case(
            &[
                (state, "1x40"),
                (&started, "0x40"),
                (&succeeded, "0+3600x40"),
            ],
            1,
            "none",
        ),
        case(&[(state, "2x40"), (&succeeded, "0x40")], 26, "none"),
        case(&[(state, "2x40"), (&succeeded, "0x40")], 29, "WeirLate"),
        case(&[(state, "2x40")], 30, "WeirNeverSucceeded"),
    ];
    std::fs::write(folder.path().join("cases.yaml"), cases.concat()).unwrap();
    for arguments in [
        ["check", "rules", "rules.yaml"],
        ["test", "rules", "cases.yaml"],
    ] {
        let told = Command::new("promtool")
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = [told.stdout, told.stderr].concat();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&text));
    }
}
