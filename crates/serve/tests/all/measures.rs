//! `/metrics` of a fleet that has worked.

use std::path::Path;
use std::sync::Arc;
use weir_engine::{Context, SilentObserver};
use weir_pipeline::{Engines, RunOptions, Selection, Settings, Weir, run, status};
use weir_serve::measures::Measures;
use weir_testkit::prometheus::pushgateway;

fn weir(folder: &Path, gateway: &str) -> Weir {
    let text = format!(
        r#"weir: 1
environments:
  production: {{store: stores/production, schedule: "0 1 * * *"}}
  staging: {{store: stores/staging, upstream: production, schedule: "0 3 * * *"}}
serve: {{pushgateway: "http://{gateway}"}}
defaults:
  sqlite: {{url: "sqlite:{{environment}}-{{database}}.db"}}
apps:
  shop: {{engine: sqlite, database: shop, objectives: {{recovery_point: 26h}}}}
"#
    );
    let fleet = weir_config::parse(&text, "weir.yaml", folder).unwrap();
    Weir::new(fleet, Engines::built_in(), Settings::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_run_is_told_and_was_pushed() {
    let folder = tempfile::tempdir().unwrap();
    for environment in ["production", "staging"] {
        std::fs::create_dir_all(folder.path().join("stores").join(environment)).unwrap();
    }
    let database = rusqlite::Connection::open(folder.path().join("production-shop.db")).unwrap();
    let fill = "CREATE TABLE goods (id INTEGER PRIMARY KEY); INSERT INTO goods VALUES (1), (2);";
    database.execute_batch(fill).unwrap();
    let gateway = pushgateway();
    let weir = weir(folder.path(), gateway.address());
    let context = Context::new(Arc::new(SilentObserver));
    for environment in ["production", "staging"] {
        let selection = Selection::Environment(environment.to_owned());
        let options = RunOptions::default();
        let report = run::run(&weir, "run", &selection, &options, &context).await;
        let report = report.unwrap();
        assert!(
            report.jobs.iter().all(|job| job.error.is_none()),
            "{report:?}"
        );
    }
    let measures = Measures::default();
    assert_eq!(&*measures.text(), "");
    let report = status::status(&weir, None, &context).await.unwrap();
    measures.take(&weir, &report, std::iter::empty());
    let text = measures.text();
    let of = |environment: &str, operation: &str| {
        format!(
            "{{environment=\"{environment}\",app=\"shop\",weir_job=\"main\",database=\"shop\",operation=\"{operation}\"}}"
        )
    };
    for line in [
        "weir_environment_readable{environment=\"staging\"} 1".to_owned(),
        "weir_runs_at_work{environment=\"production\"} 0".to_owned(),
        format!("weir_operation_failed{} 0", of("production", "backup")),
        format!("weir_operation_rows{} 2", of("staging", "restore")),
        format!("weir_operation_held{} 0", of("staging", "restore")),
        "weir_job_recovery_point_objective_seconds{environment=\"production\",app=\"shop\",weir_job=\"main\"} 93600".to_owned(),
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    for series in [
        "weir_data_as_of_timestamp_seconds{environment=\"staging\"",
        "weir_backup_as_of_timestamp_seconds{environment=\"production\"",
        // The restore of staging proved a backup of production.
        "weir_recovery_duration_seconds{environment=\"production\"",
        "weir_job_next_run_timestamp_seconds{environment=\"staging\"",
    ] {
        assert!(text.contains(series), "{series}\n{text}");
    }
    assert!(!text.contains("weir_data_as_of_timestamp_seconds{environment=\"production\""));

    let pushed = gateway.wait_for("/metrics", |_| true);
    for operation in ["backup", "restore"] {
        let state = pushed.lines().find(|line| {
            line.starts_with("db_backup_job_state{")
                && line.contains(&format!("operation=\"{operation}\""))
        });
        assert!(state.unwrap().ends_with("} 2"), "{pushed}");
    }
}
