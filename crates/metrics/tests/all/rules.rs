use crate::exposition::names;
use crate::fleet::fleet;
use crate::promtool::promtool;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use weir_metrics::alerts;

/// One situation: series with their values hour by hour, and the alerts that fire at an hour.
struct Case {
    series: Vec<(String, &'static str)>,
    hour: u32,
    fires: &'static [&'static str],
}

/// Every alert that is rendered for one of these environments.
fn every_alert(rules: &serde_json::Value) -> BTreeSet<String> {
    let rules = rules["groups"][0]["rules"].as_array().unwrap().iter();
    rules
        .map(|rule| rule["alert"].as_str().unwrap().to_owned())
        .collect()
}

/// Tests the rules of an environment; every alert must fire in one case and be silent in another.
fn test(serve: &str, environment: &str, cases: &[Case]) {
    let rules = alerts(&fleet(serve), environment).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yaml"), rules.to_string()).unwrap();
    let all = every_alert(&rules);
    let mut text = "rule_files: [rules.yaml]\nevaluation_interval: 1h\ntests:\n".to_owned();
    let mut fired = BTreeSet::from(["WeirAppWithoutJob".to_owned()]);
    for case in cases {
        text += "  - interval: 1h\n    input_series:\n";
        for (series, values) in &case.series {
            writeln!(text, "      - {{series: '{series}', values: '{values}'}}").unwrap();
        }
        text += "    promql_expr_test:\n";
        for alert in all.iter().filter(|alert| *alert != "WeirAppWithoutJob") {
            let fires = case.fires.contains(&alert.as_str());
            let samples = if fires {
                "[{labels: '{}', value: 1}]"
            } else {
                "[]"
            };
            let hour = case.hour;
            writeln!(text, "      - {{expr: 'count(count by (alertname) (ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}}))', eval_time: {hour}h, exp_samples: {samples}}}").unwrap();
        }
        fired.extend(case.fires.iter().map(|alert| (*alert).to_owned()));
    }
    assert!(all.is_subset(&fired), "{:?}", all.difference(&fired));
    std::fs::write(folder.path().join("cases.yaml"), text).unwrap();
    promtool(folder.path(), &["check", "rules", "rules.yaml"], "");
    promtool(folder.path(), &["test", "rules", "cases.yaml"], "");
}

/// Series of production's `shop`, and of a `desk` that is well.
fn pushed(series: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    let of = |app: &str, name: &str| {
        let (name, state) = name
            .split_once('/')
            .map_or((name, String::new()), |(name, state)| {
                (name, format!(",state=\"{state}\""))
            });
        let pod = "instance=\"pod\"";
        format!(
            "db_backup_job_{name}{{{pod},database_engine=\"postgres\",database_instance=\"{app}-postgres\",database_db_name=\"{app}\",operation=\"backup\"{state}}}"
        )
    };
    let well = [
        ("state", "2x60"),
        ("status_timestamp_seconds/succeeded", "0+3600x60"),
    ];
    let well = well.map(|(name, values)| (of("desk", name), values));
    let own = series
        .iter()
        .map(|(name, values)| (of("shop", name), *values));
    own.chain(well).collect()
}

#[test]
fn what_runs_push_fires_each_alert_for_its_situation_and_for_no_other() {
    let (started, succeeded, took) = (
        "status_timestamp_seconds/started",
        "status_timestamp_seconds/succeeded",
        "duration_seconds/succeeded",
    );
    let case = |series, hour, fires| Case {
        series: pushed(series),
        hour,
        fires,
    };
    let working = [
        ("state", "1x60"),
        (started, "0x60"),
        (succeeded, "0+3600x60"),
    ];
    let served = |series: &str, values| {
        let mut all = pushed(&[("state", "2x60"), (succeeded, "0+3600x60")]);
        all.push((series.to_owned(), values));
        all
    };
    let of = "environment=\"production\",app=\"shop\"";
    test(
        "pushgateway: 'http://gateway:9091'",
        "production",
        &[
            case(&[("state", "2x60"), (succeeded, "0+3600x60")], 30, &[]),
            case(
                &[("state", "0x60"), (succeeded, "0+3600x60")],
                30,
                &["WeirFailed"],
            ),
            case(&working, 1, &[]),
            case(&working, 2, &["WeirNearDeadline"]),
            case(&[&working[..], &[(took, "2400x60")]].concat(), 1, &[]),
            case(
                &[&working[..], &[(took, "300x60")]].concat(),
                1,
                &["WeirSlow"],
            ),
            case(&[("state", "2x60"), (succeeded, "0x60")], 27, &[]),
            case(&[("state", "2x60"), (succeeded, "0x60")], 28, &["WeirLate"]),
            case(&[("state", "2x60")], 26, &[]),
            case(&[("state", "2x60")], 27, &["WeirNeverSucceeded"]),
            Case {
                series: served(
                    &format!("weir_backup_as_of_timestamp_seconds{{{of}}}"),
                    "0x60",
                ),
                hour: 27,
                fires: &["WeirRecoveryPoint"],
            },
            Case {
                series: served(
                    &format!("weir_recovery_duration_seconds{{{of}}}"),
                    "3601x60",
                ),
                hour: 2,
                fires: &["WeirRecoveryTime"],
            },
            Case {
                series: served(
                    "weir_hold_start_timestamp_seconds{environment=\"production\",place=\"a\",owner=\"b\"}",
                    "-604800x60",
                ),
                hour: 1,
                fires: &["WeirHeldLong"],
            },
            Case {
                series: served(
                    "weir_environment_readable{environment=\"production\"}",
                    "0x60",
                ),
                hour: 2,
                fires: &["WeirUnreadable"],
            },
        ],
    );
}

/// Series of staging's `shop` as `weir serve` tells them; those that are named twice count as they
/// are named last.
fn served(series: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    let mut all = vec![
        ("environment_readable", "1x240"),
        ("observed_timestamp_seconds", "0+3600x240"),
        ("operation_failed", "0x240"),
        ("operation_held", "0x240"),
        ("operation_last_success_timestamp_seconds", "0+3600x240"),
        ("operation_duration_seconds", "2400x240"),
        ("data_as_of_timestamp_seconds", "0+3600x240"),
        ("recovery_duration_seconds", "60x240"),
    ];
    all.extend(series);
    let mut told: Vec<(String, &'static str)> = Vec::new();
    for (name, values) in all {
        let (of, job) = ("environment=\"staging\"", "app=\"shop\",weir_job=\"main\"");
        let labels = match name.split('_').next().unwrap() {
            "operation" => format!("{of},{job},database=\"shop\",operation=\"restore\""),
            "job" => format!("{of},{job}"),
            "environment" => of.to_owned(),
            "observed" => String::new(),
            "hold" => format!("{of},place=\"staging/shop\",owner=\"alice\""),
            _ => format!("{of},app=\"shop\",database=\"shop\""),
        };
        let series = format!("weir_{name}{{{labels}}}");
        told.retain(|(known, _)| *known != series);
        if !values.is_empty() {
            told.push((series, values));
        }
    }
    told
}

#[test]
fn what_serve_tells_fires_each_alert_for_its_situation_and_for_no_other() {
    let case = |series, hour, fires| Case {
        series: served(series),
        hour,
        fires,
    };
    let (success, start, took) = (
        "operation_last_success_timestamp_seconds",
        "job_start_timestamp_seconds",
        "operation_duration_seconds",
    );
    test(
        "",
        "staging",
        &[
            case(&[], 200, &[]),
            case(&[("operation_failed", "1x240")], 1, &["WeirFailed"]),
            case(&[(start, "0x240")], 1, &[]),
            case(&[(start, "0x240")], 2, &["WeirNearDeadline", "WeirSlow"]),
            case(&[(start, "0x240"), (took, "")], 2, &["WeirNearDeadline"]),
            case(&[(start, "0x240"), (took, "1500x240")], 1, &["WeirSlow"]),
            case(&[(success, "0x240")], 27, &[]),
            case(&[(success, "0x240")], 28, &["WeirLate"]),
            // What is held is not late.
            case(&[(success, "0x240"), ("operation_held", "1x240")], 28, &[]),
            case(&[(success, "")], 26, &[]),
            case(&[(success, "")], 27, &["WeirNeverSucceeded"]),
            case(&[(success, ""), ("operation_held", "1x240")], 27, &[]),
            case(&[("data_as_of_timestamp_seconds", "0x240")], 30, &[]),
            case(
                &[("data_as_of_timestamp_seconds", "0x240")],
                31,
                &["WeirDataOld"],
            ),
            case(&[("hold_start_timestamp_seconds", "0x240")], 168, &[]),
            case(
                &[("hold_start_timestamp_seconds", "0x240")],
                169,
                &["WeirHeldLong"],
            ),
            case(&[("environment_readable", "0x240")], 2, &["WeirUnreadable"]),
            case(&[("environment_readable", "")], 2, &["WeirNotServing"]),
            case(
                &[("observed_timestamp_seconds", "0x240")],
                3,
                &["WeirNotServing"],
            ),
        ],
    );
}

#[test]
fn every_rule_asks_for_series_that_are_told() {
    for serve in ["", "pushgateway: 'http://gateway:9091'"] {
        for environment in ["production", "staging"] {
            let rules = alerts(&fleet(serve), environment).unwrap();
            for rule in rules["groups"][0]["rules"].as_array().unwrap() {
                let expression = rule["expr"].as_str().unwrap();
                let words =
                    expression.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                for word in words.filter(|word| word.starts_with("weir_") && *word != "weir_job") {
                    assert!(names().contains(word), "{expression}");
                }
            }
        }
    }
}
