//! A fleet of two environments, and what is to be seen of it.

use weir_config::Fleet;
use weir_metrics::{
    DatabaseFacts, EnvironmentFacts, Facts, HoldFacts, JobFacts, LeaseFacts, OperationFacts,
};

/// A job in production that backs up, one in staging that restores; staging has no job for `desk`.
/// `serve` is what stands there.
pub(crate) fn fleet(serve: &str) -> Fleet {
    let text = format!(
        r#"weir: 1
environments:
  production: {{store: s3://p}}
  staging: {{store: s3://s, upstream: production}}
defaults:
  postgres: {{url: "postgres://{{environment}}-{{app}}/{{database}}"}}
serve: {{{serve}}}
apps:
  shop:
    engine: postgres
    database: shop
    in:
      production: {{schedule: "0 1 * * *", deadline: 2h, start_within: 1h, operations: [backup], objectives: {{recovery_time: 1h, recovery_point: 26h}}}}
      staging: {{schedule: "0 3 * * *", deadline: 2h, start_within: 1h, operations: [restore], max_age: 30h, data: raw}}
  desk:
    only: [production]
    engine: postgres
    database: desk
    in:
      production: {{schedule: "0 1 * * *", deadline: 2h, start_within: 1h, operations: [backup]}}
"#
    );
    weir_config::parse(&text, "weir.yaml", ".").unwrap()
}

/// A fleet in which all is well at `now`, and every series has a value.
pub(crate) fn healthy(now: i64) -> Facts {
    let job = |environment: &str, app: &str, operation: &str| JobFacts {
        environment: environment.into(),
        app: app.into(),
        job: "main".into(),
        next_run: Some(now + 3600),
        at_work_since: None,
        recovery_time_objective: Some(3600),
        recovery_point_objective: Some(26 * 3600),
        max_age: Some(30 * 3600),
        operations: vec![OperationFacts {
            database: app.into(),
            operation: operation.into(),
            failed: Some(false),
            last_success: Some(now - 3600),
            last_failure: None,
            seconds: Some(60.0),
            bytes: Some(6000),
            rows: Some(42),
            held: false,
        }],
    };
    let database = |environment: &str, app: &str| DatabaseFacts {
        environment: environment.into(),
        app: app.into(),
        database: app.into(),
        data_as_of: Some(now - 7200),
        backup_as_of: Some(now - 7200),
        recovery_seconds: Some(90.5),
        gate_findings: Some(0),
    };
    Facts {
        at: now,
        version: "0.1.0".into(),
        environments: ["production", "staging"]
            .map(|environment| EnvironmentFacts {
                environment: environment.into(),
                readable: true,
                at_work: 0,
            })
            .into(),
        jobs: vec![
            job("production", "shop", "backup"),
            job("production", "desk", "backup"),
            job("staging", "shop", "restore"),
        ],
        databases: vec![
            database("production", "shop"),
            database("production", "desk"),
            database("staging", "shop"),
        ],
        ..Facts::default()
    }
}

/// A fleet of which everything is told.
pub(crate) fn complete(now: i64) -> Facts {
    let mut facts = healthy(now);
    facts.jobs[0].at_work_since = Some(now - 10);
    facts.jobs[0].operations[0].last_failure = Some(now - 20);
    facts.holds.push(hold(now));
    facts.leases.push(LeaseFacts {
        environment: "staging".into(),
        target: "postgres://shop/\"shop\"\\".into(),
        run: "1".into(),
        holder: "process 1 on pod".into(),
        since: now,
    });
    facts
}

/// A hold that began now.
pub(crate) fn hold(now: i64) -> HoldFacts {
    HoldFacts {
        environment: "staging".into(),
        place: "staging/shop".into(),
        operation: "restore".into(),
        owner: "alice".into(),
        id: "hold-1".into(),
        from: now,
        until: now + 3600,
    }
}
