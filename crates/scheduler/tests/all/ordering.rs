//! What waits for whom: data, holds, groups, limits.

use crate::bench::{Bench, backup, handled, hold, minutes, moment, restore};
use weir_config::{OperationKind, Stale};
use weir_model::run::Outcome;
use weir_scheduler::{Rule, Taken, Upstream, judge};

const NONE: [&str; 0] = [];

fn stale() -> Upstream {
    Upstream::Stale {
        why: "no new backup".to_owned(),
    }
}

fn downstream(policy: Stale) -> Bench {
    let mut bench = Bench::new(vec![Rule {
        stale: policy,
        ..restore("staging/a", "production/a")
    }]);
    bench.of("staging/a").upstream = stale();
    bench
}

#[test]
fn a_job_waits_for_upstream_and_then_does_as_it_is_told() {
    for policy in [Stale::Run, Stale::Skip, Stale::Fail] {
        let bench = downstream(policy);
        assert_eq!(bench.starts("2026-11-27 02:59:59"), NONE);
        assert_eq!(bench.next("2026-11-27 01:00"), moment("2026-11-27 03:00"));
        assert_eq!(
            bench.waits("2026-11-27 01:00"),
            ["staging/a: waits for upstream: no new backup"]
        );
    }
    let left_out = |policy| downstream(policy).left_out("2026-11-27 03:00");
    assert_eq!(
        left_out(Stale::Skip),
        ["staging/a 27 01:00..27 01:00 (1) Skipped"]
    );
    assert_eq!(
        left_out(Stale::Fail),
        ["staging/a 27 01:00..27 01:00 (1) Failed"]
    );
    let decisions = downstream(Stale::Run).at("2026-11-27 03:00");
    let starts: Vec<_> = decisions.starts().flatten().collect();
    assert!(starts[0].late.as_ref().unwrap().contains("no new backup"));
}

#[test]
fn upstream_that_cannot_be_read_is_waited_for_and_fresh_upstream_is_not() {
    let mut bench = downstream(Stale::Fail);
    bench.of("staging/a").upstream = Upstream::Unknown {
        why: "not readable from here".to_owned(),
    };
    assert_eq!(bench.starts("2026-11-27 01:00"), NONE);
    bench.of("staging/a").upstream = Upstream::Fresh;
    assert_eq!(bench.starts("2026-11-27 01:00"), ["staging/a 1"]);
}

#[test]
fn upstream_is_waited_for_from_when_somebody_was_awake_to_make_it() {
    let mut bench = downstream(Stale::Fail);
    bench.since = moment("2026-11-27 05:00");
    assert_eq!(bench.starts("2026-11-27 05:00"), NONE);
    assert_eq!(bench.left_out("2026-11-27 06:59:59"), NONE);
    assert_eq!(bench.left_out("2026-11-27 07:00").len(), 1);
}

#[test]
fn who_runs_with_what_there_is_does_so_before_it_is_too_late() {
    let mut bench = downstream(Stale::Run);
    bench.since = moment("2026-11-27 08:30");
    assert_eq!(bench.starts("2026-11-27 08:58:59"), NONE);
    assert_eq!(bench.starts("2026-11-27 08:59"), ["staging/a 1"]);
}

#[test]
fn another_attempt_does_not_wait_for_what_the_first_has_taken() {
    let mut bench = downstream(Stale::Fail);
    bench.of("staging/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Interrupted));
    assert_eq!(bench.starts("2026-11-27 01:10"), ["staging/a 2"]);
}

#[test]
fn upstream_is_fresh_when_its_backup_is_new_and_young_enough() {
    let bench = Bench::new(vec![
        backup("production/a"),
        restore("staging/a", "production/a"),
    ]);
    let is_fresh = |newest: Option<&str>, taken: Option<&str>, max_age: Option<u64>| {
        let mut rule = bench.rules.get("staging/a").unwrap().clone();
        rule.max_age = max_age.map(minutes);
        let backups = Taken {
            newest: newest.map(moment),
            taken: taken.map(moment),
        };
        let found = judge(
            &bench.rules,
            &rule,
            "production/a",
            backups,
            moment("2026-11-27 02:00"),
        );
        found == Upstream::Fresh
    };
    let (night, before) = (Some("2026-11-27 01:00"), Some("2026-11-26 01:10"));
    assert!(is_fresh(night, before, None));
    assert!(is_fresh(night, None, None));
    assert!(!is_fresh(None, None, None), "no backup");
    assert!(!is_fresh(night, night, None), "taken before");
    assert!(!is_fresh(before, None, None), "upstream was due since");
    assert!(is_fresh(before, None, Some(25 * 60)), "young enough");
    assert!(!is_fresh(night, before, Some(59)), "too old");
    assert!(is_fresh(night, before, Some(60)));
}

#[test]
fn a_job_comes_after_the_runs_of_others_last_due_times() {
    let later = |stale| {
        let rule = Rule {
            after: vec!["staging/a".to_owned()],
            stale,
            ..backup("staging/b")
        };
        Bench::new(vec![backup("staging/a"), rule])
    };
    let mut bench = later(Stale::Run);
    bench.of("staging/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Failed));
    assert_eq!(
        bench.waits("2026-11-27 01:30"),
        ["staging/b: waits for staging/a to end well"]
    );
    assert_eq!(
        bench.starts("2026-11-27 03:00"),
        ["staging/b 1"],
        "it has waited long enough"
    );
    bench.of("staging/a").succeeded = Some(moment("2026-11-27 01:00"));
    assert_eq!(bench.starts("2026-11-27 01:30"), ["staging/b 1"]);
    let mut bench = later(Stale::Skip);
    bench.of("staging/a").first_seen = moment("2026-11-27 01:10");
    assert_eq!(
        bench.starts("2026-11-27 01:30"),
        ["staging/b 1"],
        "there was nothing to wait for"
    );
}

#[test]
fn a_held_restore_leaves_backups_running() {
    let mut bench = downstream(Stale::Fail);
    bench.of("staging/a").holds = vec![hold(Some(OperationKind::Restore), None)];
    let decisions = bench.at("2026-11-27 01:00");
    let starts: Vec<_> = decisions.starts().flatten().collect();
    assert_eq!(starts[0].without, [OperationKind::Restore]);
}

#[test]
fn a_held_job_waits_and_goes_on_when_the_hold_is_over() {
    for held in [
        vec![hold(None, Some("2026-11-27 05:00"))],
        vec![
            hold(Some(OperationKind::Restore), Some("2026-11-27 05:00")),
            hold(Some(OperationKind::Backup), None),
        ],
    ] {
        let mut bench = downstream(Stale::Fail);
        bench.of("staging/a").upstream = Upstream::Fresh;
        bench.of("staging/a").holds = held;
        assert_eq!(
            bench.waits("2026-11-27 01:00"),
            ["staging/a: held: alice, penetration test"]
        );
        assert_eq!(bench.next("2026-11-27 01:00"), moment("2026-11-27 05:00"));
        assert_eq!(bench.starts("2026-11-27 04:59:59"), NONE);
        assert_eq!(bench.starts("2026-11-27 05:00"), ["staging/a 1"]);
    }
}

#[test]
fn a_hold_that_outlasts_start_within_leaves_the_night_out() {
    let mut bench = downstream(Stale::Fail);
    bench.of("staging/a").holds = vec![hold(None, Some("2026-11-29 00:00"))];
    assert_eq!(bench.left_out("2026-11-27 08:59:59"), NONE);
    assert_eq!(
        bench.left_out("2026-11-27 09:00"),
        ["staging/a 27 01:00..27 01:00 (1) Held"]
    );
}

fn group() -> Bench {
    let member = |job: &str| Rule {
        group: Some("publishing".to_owned()),
        ..restore(job, "production/a")
    };
    let mut bench = Bench::new(vec![
        member("staging/a"),
        backup("staging/x"),
        member("staging/b"),
    ]);
    bench.of("staging/x").last = Some(handled("2026-11-27 01:00", 1, Outcome::Succeeded));
    bench.of("staging/a").upstream = Upstream::Fresh;
    bench.of("staging/b").upstream = Upstream::Fresh;
    bench
}

#[test]
fn a_group_starts_together_or_not_at_all() {
    let mut bench = group();
    assert_eq!(
        bench.starts("2026-11-27 01:00"),
        ["staging/a 1 + staging/b 1"]
    );
    bench.of("staging/b").upstream = stale();
    assert_eq!(bench.starts("2026-11-27 01:00"), NONE);
    assert_eq!(
        bench.waits("2026-11-27 01:00"),
        [
            "staging/a: its group waits for staging/b: waits for upstream: no new backup",
            "staging/b: waits for upstream: no new backup",
        ]
    );
    assert_eq!(bench.left_out("2026-11-27 03:00").len(), 2);
    bench.of("staging/b").running = true;
    assert_eq!(bench.starts("2026-11-27 01:00"), NONE);
}

#[test]
fn a_group_is_tried_again_as_one() {
    let mut bench = group();
    bench.of("staging/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Succeeded));
    let mut failed = handled("2026-11-27 01:00", 1, Outcome::Failed);
    (failed.failures, failed.transient) = (1, true);
    bench.of("staging/b").last = Some(failed.clone());
    assert_eq!(
        bench.starts("2026-11-27 01:11"),
        ["staging/a 2 + staging/b 2"]
    );
    failed.transient = false;
    bench.of("staging/b").last = Some(failed);
    assert_eq!(bench.starts("2026-11-27 01:11"), NONE);
    // One that died after its first claim has started none of them.
    bench.of("staging/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Interrupted));
    bench.of("staging/b").last = Some(handled("2026-11-26 01:00", 1, Outcome::Succeeded));
    assert_eq!(
        bench.starts("2026-11-27 01:10"),
        ["staging/a 2 + staging/b 2"]
    );
    // One that died after it left out the first has left out all.
    bench.of("staging/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Skipped));
    assert_eq!(
        bench.left_out("2026-11-27 01:10"),
        ["staging/b 27 01:00..27 01:00 (1) Failed"]
    );
}

#[test]
fn a_group_larger_than_the_limits_runs_alone() {
    let mut bench = group();
    bench.limits.jobs = 1;
    assert_eq!(
        bench.starts("2026-11-27 01:00"),
        ["staging/a 1 + staging/b 1"]
    );
    bench.of("staging/x").running = true;
    assert_eq!(bench.starts("2026-11-27 01:00"), NONE);
}

#[test]
fn no_more_run_than_may_and_first_those_that_were_due_first() {
    let at = |job: &str, line: &str| Rule {
        timetable: crate::bench::schedule(line),
        ..backup(job)
    };
    let mut bench = Bench::new(vec![
        at("production/c", "30 1 * * *"),
        at("production/a", "0 1 * * *"),
        at("production/b", "20 1 * * *"),
    ]);
    bench.limits.jobs = 2;
    for job in ["production/b", "production/c"] {
        bench.of(job).last.as_mut().unwrap().due = moment("2026-11-26 01:30");
    }
    assert_eq!(
        bench.starts("2026-11-27 02:00"),
        ["production/a 1", "production/b 1"]
    );
    assert_eq!(
        bench.waits("2026-11-27 02:00"),
        ["production/c: as many runs are at work as `jobs` allows"]
    );
}

#[test]
fn of_what_is_due_at_once_upstream_goes_first() {
    let mut bench = Bench::new(vec![
        restore("staging/a", "production/a"),
        backup("production/a"),
    ]);
    bench.of("staging/a").upstream = Upstream::Fresh;
    assert_eq!(
        bench.starts("2026-11-27 01:00"),
        ["production/a 1", "staging/a 1"]
    );
}

#[test]
fn one_run_works_on_a_database_and_so_many_on_a_server() {
    let on = |job: &str, server: &str, target: &str| Rule {
        servers: vec![server.to_owned()],
        targets: vec![target.to_owned()],
        ..backup(job)
    };
    let mut bench = Bench::new(vec![
        on("production/a", "db-1", "one"),
        on("production/b", "db-1", "two"),
        on("production/c", "db-2", "one"),
    ]);
    assert_eq!(bench.starts("2026-11-27 01:00"), ["production/a 1"]);
    assert_eq!(
        bench.waits("2026-11-27 01:00"),
        [
            "production/b: the server db-1 is busy",
            "production/c: another run works on one",
        ]
    );
    bench.limits.jobs_per_server = 2;
    assert_eq!(
        bench.starts("2026-11-27 01:00"),
        ["production/a 1", "production/b 1"]
    );
}

#[test]
fn who_waits_for_room_is_not_passed_for_ever() {
    let mut bench = group();
    bench.limits.jobs = 2;
    bench.of("staging/x").last = Some(handled("2026-11-26 01:00", 1, Outcome::Succeeded));
    let late = Rule {
        timetable: crate::bench::schedule("10 1 * * *"),
        ..backup("staging/y")
    };
    let rules: Vec<_> = bench.rules.iter().cloned().chain([late]).collect();
    let facts = bench.facts.clone();
    let mut bench = Bench::new(rules);
    bench.limits.jobs = 2;
    bench.facts.extend(facts);
    // One place is free: the group needs two, and who came later does not take it.
    bench.of("staging/x").running = true;
    assert_eq!(bench.starts("2026-11-27 01:15"), NONE);
}
