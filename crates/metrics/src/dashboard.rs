//! A Grafana dashboard of what `weir serve` tells.

use serde_json::{Value, json};

/// The same in every render, so that importing it again replaces it.
const UID: &str = "weir-fleet";

/// The dashboard, as Grafana imports it.
#[must_use]
pub fn dashboard() -> Value {
    let panels: Vec<Value> = panels_in_order()
        .into_iter()
        .zip(1_u32..)
        .map(|(panel, number)| panel.placed(number))
        .collect();
    json!({
        "uid": UID,
        "title": "Weir",
        "tags": ["weir"],
        "schemaVersion": 39,
        "version": 1,
        "timezone": "utc",
        "editable": true,
        "refresh": "1m",
        "time": { "from": "now-14d", "to": "now" },
        "templating": { "list": [
            { "name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source" },
            variable("environment", "Environment", "label_values(weir_environment_readable, environment)"),
            variable("app", "App", "label_values(weir_operation_held{environment=~\"$environment\"}, app)"),
        ] },
        "annotations": { "list": [] },
        "panels": panels,
    })
}

fn variable(name: &str, label: &str, query: &str) -> Value {
    json!({
        "name": name,
        "label": label,
        "type": "query",
        "datasource": SOURCE,
        "query": { "query": query, "refId": name },
        "refresh": 2,
        "multi": true,
        "includeAll": true,
        "current": { "text": "All", "value": "$__all" },
    })
}

const SOURCE: Source = Source {
    r#type: "prometheus",
    uid: "${datasource}",
};

#[derive(Clone, Copy, serde::Serialize)]
struct Source {
    r#type: &'static str,
    uid: &'static str,
}

/// What is chosen above the panels.
const CHOSEN: &str = "environment=~\"$environment\"";

struct Panel {
    title: &'static str,
    kind: &'static str,
    unit: &'static str,
    /// Expressions, each with its legend.
    shows: Vec<(String, &'static str)>,
    /// Left edge, top edge, width and height in Grafana's grid.
    place: [u32; 4],
    /// From where on a value is red.
    red: Option<f64>,
}

impl Panel {
    fn placed(self, number: u32) -> Value {
        let [x, y, w, h] = self.place;
        let table = self.kind == "table";
        let targets = self.shows.iter().zip('A'..).map(|((expr, legend), id)| {
            json!({
                "refId": id.to_string(),
                "datasource": SOURCE,
                "expr": expr,
                "legendFormat": legend,
                "instant": table || self.kind == "stat",
                "format": if table { "table" } else { "time_series" },
            })
        });
        let targets: Vec<Value> = targets.collect();
        let steps = match self.red {
            Some(red) => {
                json!([{ "color": "green", "value": null }, { "color": "red", "value": red }])
            }
            None => json!([{ "color": "green", "value": null }]),
        };
        json!({
            "id": number,
            "title": self.title,
            "type": self.kind,
            "datasource": SOURCE,
            "gridPos": { "x": x, "y": y, "w": w, "h": h },
            "targets": targets,
            "fieldConfig": {
                "defaults": { "unit": self.unit, "thresholds": { "mode": "absolute", "steps": steps } },
                "overrides": [],
            },
            "options": if self.kind == "stat" { json!({ "colorMode": "background", "reduceOptions": { "calcs": ["lastNotNull"] } }) } else { json!({}) },
            "transformations": if table { json!([{ "id": "merge", "options": {} }]) } else { json!([]) },
        })
    }
}

fn panels_in_order() -> Vec<Panel> {
    let mut panels = at_a_glance();
    panels.extend(against_objectives());
    panels.extend(over_time());
    panels.extend(tables());
    panels
}

fn at_a_glance() -> Vec<Panel> {
    let stat = |title, expression: String, column, red| Panel {
        title,
        kind: "stat",
        unit: "short",
        shows: vec![(expression, title)],
        place: [column, 0, 6, 4],
        red,
    };
    vec![
        stat(
            "Failed",
            format!("sum(weir_operation_failed{{{CHOSEN}}}) or vector(0)"),
            0,
            Some(1.0),
        ),
        stat(
            "At work",
            format!("sum(weir_runs_at_work{{{CHOSEN}}}) or vector(0)"),
            6,
            None,
        ),
        stat(
            "Held",
            format!("count(weir_hold_end_timestamp_seconds{{{CHOSEN}}}) or vector(0)"),
            12,
            None,
        ),
        stat(
            "Findings of the gate",
            format!("sum(weir_gate_findings{{{CHOSEN}}}) or vector(0)"),
            18,
            None,
        ),
    ]
}

fn against_objectives() -> Vec<Panel> {
    let of = format!("{CHOSEN},app=~\"$app\"");
    let age = |series: &str| format!("time() - min by (environment, app) ({series}{{{of}}})");
    let place = "{{environment}}/{{app}}";
    vec![
        Panel {
            title: "Age of the live data",
            kind: "timeseries",
            unit: "s",
            shows: vec![
                (age("weir_data_as_of_timestamp_seconds"), place),
                (
                    format!("min by (environment, app) (weir_job_max_age_seconds{{{of}}})"),
                    "{{environment}}/{{app}} may be",
                ),
            ],
            place: [0, 4, 12, 8],
            red: None,
        },
        Panel {
            title: "Age of the newest backup, as a share of its objective",
            kind: "timeseries",
            unit: "percentunit",
            shows: vec![(
                format!(
                    "({}) / min by (environment, app) (weir_job_recovery_point_objective_seconds{{{of}}})",
                    age("weir_backup_as_of_timestamp_seconds")
                ),
                place,
            )],
            place: [12, 4, 12, 8],
            red: Some(1.0),
        },
        Panel {
            title: "Recovery time, as a share of its objective",
            kind: "timeseries",
            unit: "percentunit",
            shows: vec![(
                format!(
                    "max by (environment, app) (weir_recovery_duration_seconds{{{of}}}) / min by (environment, app) (weir_job_recovery_time_objective_seconds{{{of}}})"
                ),
                place,
            )],
            place: [0, 12, 12, 8],
            red: Some(1.0),
        },
        Panel {
            title: "Findings of the gate over time",
            kind: "timeseries",
            unit: "short",
            shows: vec![(
                format!("weir_gate_findings{{{of}}}"),
                "{{environment}}/{{app}} {{database}}",
            )],
            place: [12, 12, 12, 8],
            red: None,
        },
    ]
}

fn over_time() -> Vec<Panel> {
    let each = "{{environment}}/{{app}} {{database}} {{operation}}";
    let graph = |title, unit, series: &str, x, y| Panel {
        title,
        kind: "timeseries",
        unit,
        shows: vec![(format!("{series}{{{CHOSEN},app=~\"$app\"}}"), each)],
        place: [x, y, 12, 8],
        red: None,
    };
    vec![
        graph("Durations", "s", "weir_operation_duration_seconds", 0, 20),
        graph("Sizes", "bytes", "weir_operation_bytes", 12, 20),
        graph(
            "Throughput",
            "Bps",
            "weir_operation_throughput_bytes_per_second",
            0,
            28,
        ),
        graph("Rows", "short", "weir_operation_rows", 12, 28),
    ]
}

fn tables() -> Vec<Panel> {
    let of = format!("{CHOSEN},app=~\"$app\"");
    let table = |title, unit, shows: Vec<String>, x, y| Panel {
        title,
        kind: "table",
        unit,
        shows: shows
            .into_iter()
            .map(|expression| (expression, ""))
            .collect(),
        place: [x, y, 12, 10],
        red: None,
    };
    vec![
        table(
            "Time since the last success",
            "s",
            vec![format!(
                "time() - weir_operation_last_success_timestamp_seconds{{{of}}}"
            )],
            0,
            36,
        ),
        table(
            "Next runs",
            "s",
            vec![format!(
                "weir_job_next_run_timestamp_seconds{{{of}}} - time()"
            )],
            12,
            36,
        ),
        table(
            "Held, and for how much longer",
            "s",
            vec![format!(
                "weir_hold_end_timestamp_seconds{{{CHOSEN}}} - time()"
            )],
            0,
            46,
        ),
        table(
            "Leases, and for how long",
            "s",
            vec![format!(
                "time() - weir_lease_start_timestamp_seconds{{{CHOSEN}}}"
            )],
            12,
            46,
        ),
    ]
}
