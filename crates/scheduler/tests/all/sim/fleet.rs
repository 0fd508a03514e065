//! The fleet of the simulation: the shape of the one that runs today, 26, 25 and 27 jobs in three
//! environments, and two more.

use super::random::Random;
use crate::calendar::Plan;
use std::time::Duration;
use weir_config::{OperationKind, Schedule, Stale};
use weir_scheduler::{Rule, Rules, Timetable};

const WEEKDAYS: [i8; 5] = [1, 2, 3, 4, 5];
const EVENINGS: [i8; 5] = [0, 1, 2, 3, 4];
const EVERY_DAY: [i8; 7] = [0, 1, 2, 3, 4, 5, 6];
const MONDAY: [i8; 1] = [1];
const SUNDAY: [i8; 1] = [0];
const SATURDAY: [i8; 1] = [6];

/// These apps refer to each other and are of one moment.
const GROUP: std::ops::Range<usize> = 4..7;
/// These have one server in each environment.
const SHARED_SERVER: std::ops::Range<usize> = 10..15;

/// A job of the simulation.
pub(crate) struct Spec {
    pub(crate) rule: Rule,
    /// `None` for one that is run by hand.
    pub(crate) plan: Option<Plan>,
    /// Minutes that a run takes, about.
    pub(crate) minutes: i64,
}

/// The fleet, by a configuration that is changed in mid-month.
pub(crate) struct Fleet {
    pub(crate) specs: Vec<Spec>,
    pub(crate) rules: Rules,
}

impl Fleet {
    /// As it is before (`false`) and after the change: a job is added, another moved.
    pub(crate) fn new(random: &mut Random, changed: bool) -> Self {
        let mut specs = Vec::new();
        for app in 0..26 {
            specs.push(production(random, app));
        }
        for app in 0..25 {
            specs.push(staging(random, app));
        }
        for app in 0..26 {
            specs.push(integration(random, app));
        }
        // A database that is backed up at noon besides, and at night while its other job is at work,
        // by way of another server; one restored by hand; one of its own.
        let mut extra = job("production", 3, "/noon", Plan::at(0, 25, &EVERY_DAY, "UTC"));
        extra.rule.servers = vec!["proxy.production".to_owned()];
        extra.plan = Some(Plan {
            hours: vec![0, 12],
            ..extra.plan.unwrap()
        });
        specs.push(extra);
        let mut by_hand = job(
            "integration",
            25,
            "/restore",
            Plan::at(0, 0, &EVERY_DAY, "UTC"),
        );
        by_hand.plan = None;
        specs.push(by_hand);
        let own = Plan::at(3, 3, &EVERY_DAY, "America/New_York");
        specs.push(job("integration", 26, "", own));
        if changed {
            let added = Plan::at(5, 15, &EVERY_DAY, "Europe/London");
            specs.push(job("production", 30, "", added));
            specs[8].plan = Some(Plan::at(2, 50, &EVERY_DAY, "UTC"));
        }
        for spec in &mut specs {
            spec.rule.timetable = Timetable::new(match &spec.plan {
                Some(plan) => plan.schedule(),
                None => Schedule::ByHand,
            });
        }
        let rules = Rules::new(specs.iter().map(|spec| spec.rule.clone()).collect());
        Self { specs, rules }
    }

    pub(crate) fn index(&self, address: &str) -> usize {
        let found = self
            .specs
            .iter()
            .position(|spec| spec.rule.address == address);
        found.unwrap()
    }
}

/// The time of day of an app's jobs: in the hours in which clocks change, mostly.
fn time_of(app: usize) -> (i8, i8) {
    if GROUP.contains(&app) {
        return (22, 6);
    }
    let hour = [21, 22, 23, 0, 1, 2, 3, 4][app % 8];
    (hour, i8::try_from(app * 7 % 60).unwrap())
}

fn later(app: usize, hours: i8, days: &[i8], zone: &'static str) -> Plan {
    let (hour, minute) = time_of(app);
    Plan::at((hour + hours) % 24, minute, days, zone)
}

fn production(random: &mut Random, app: usize) -> Spec {
    let mut spec = job("production", app, "", later(app, 0, &EVERY_DAY, "UTC"));
    spec.minutes = random.between(5, 45);
    spec
}

fn staging(random: &mut Random, app: usize) -> Spec {
    let days: &[i8] = match app {
        20 | 21 => &EVENINGS,
        22 => &SUNDAY,
        23 => &SATURDAY,
        24 => &MONDAY,
        _ => &WEEKDAYS,
    };
    let mut spec = job("staging", app, "", later(app, 2, days, "Europe/London"));
    downstream(random, &mut spec, "production", app);
    if (8..10).contains(&app) {
        let earlier = format!("staging/app-{}", app - 1);
        spec.rule.after.push(earlier);
    }
    spec
}

fn integration(random: &mut Random, app: usize) -> Spec {
    let days: &[i8] = if app < 23 { &MONDAY } else { &SUNDAY };
    let mut spec = job(
        "integration",
        app,
        "",
        later(app, 4, days, "America/New_York"),
    );
    if app == 25 {
        spec.rule.operations = vec![OperationKind::Backup];
    } else {
        downstream(random, &mut spec, "staging", app);
    }
    spec
}

fn downstream(random: &mut Random, spec: &mut Spec, upstream: &str, app: usize) {
    spec.minutes = random.between(10, 90);
    spec.rule.operations = match app {
        19 => vec![OperationKind::Restore],
        15..=18 => vec![
            OperationKind::Restore,
            OperationKind::Transform,
            OperationKind::Backup,
        ],
        _ => vec![OperationKind::Restore, OperationKind::Backup],
    };
    let upstream = format!("{upstream}/app-{app}");
    spec.rule.upstream.push(upstream);
    spec.rule.stale = match app % 3 {
        0 => Stale::Run,
        1 => Stale::Skip,
        _ => Stale::Fail,
    };
    // What made no backup upstream cannot be newer downstream.
    if app == 19 && spec.rule.environment == "integration" {
        spec.rule.upstream = vec![format!("production/app-{app}")];
    }
}

fn job(environment: &str, app: usize, name: &str, plan: Plan) -> Spec {
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    let server = match SHARED_SERVER.contains(&app) {
        true => format!("shared.{environment}"),
        false => format!("app-{app}.{environment}"),
    };
    let rule = Rule {
        address: format!("{environment}/app-{app}{name}"),
        environment: environment.to_owned(),
        timetable: Timetable::new(Schedule::ByHand),
        operations: vec![OperationKind::Backup],
        deadline: hours(12),
        start_within: hours(8),
        jitter: Duration::from_secs(if app.is_multiple_of(2) { 600 } else { 0 }),
        retry: 2,
        wait: hours(2),
        stale: Stale::Fail,
        after: Vec::new(),
        group: (GROUP.contains(&app) && name.is_empty()).then(|| "publishing".to_owned()),
        upstream: Vec::new(),
        max_age: None,
        keep: None,
        targets: vec![format!("{server}/app-{app}")],
        servers: vec![server],
    };
    Spec {
        rule,
        plan: Some(plan),
        minutes: 20,
    }
}
