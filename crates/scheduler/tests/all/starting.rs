//! When a job starts, starts again, and when it is too late.

use crate::bench::{Bench, backup, handled, minutes, moment, schedule};
use jiff::ToSpan;
use weir_config::Schedule;
use weir_model::run::Outcome;
use weir_scheduler::{Rule, Timetable};

fn one() -> Bench {
    Bench::new(vec![backup("production/a")])
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_job_starts_when_it_is_due_and_asks_to_be_woken_then() {
    let bench = one();
    assert_eq!(bench.starts("2026-11-27 00:59:59"), none());
    assert_eq!(
        bench.next("2026-11-27 00:59:59"),
        moment("2026-11-27 01:00")
    );
    assert_eq!(bench.starts("2026-11-27 01:00"), ["production/a 1"]);
}

#[test]
fn of_nights_that_were_missed_only_the_newest_is_caught_up_and_the_others_are_told_as_one() {
    let bench = one();
    assert_eq!(
        bench.left_out("2026-11-30 02:00"),
        ["production/a 27 01:00..29 01:00 (3) Missed"]
    );
    assert_eq!(bench.starts("2026-11-30 02:00"), ["production/a 1"]);
}

#[test]
fn a_run_starts_until_start_within_is_over_and_no_later() {
    let bench = one();
    assert_eq!(bench.starts("2026-11-27 08:59:59"), ["production/a 1"]);
    assert_eq!(bench.starts("2026-11-27 09:00"), none());
    assert_eq!(
        bench.left_out("2026-11-27 09:00"),
        ["production/a 27 01:00..27 01:00 (1) Missed"]
    );
}

#[test]
fn jitter_moves_a_start_but_never_out_of_start_within() {
    for app in 0..40 {
        let rule = Rule {
            jitter: minutes(30),
            start_within: minutes(20),
            ..backup(&format!("production/app-{app}"))
        };
        let job = rule.address.clone();
        let bench = Bench::new(vec![rule]);
        let due = moment("2026-11-27 01:00");
        let starts = (0..1_200).find(|second| {
            let now = (due + second.seconds()).strftime("%F %T").to_string();
            !bench.starts(&now).is_empty()
        });
        let starts = due + starts.unwrap().seconds();
        assert!(starts < due + 20.minutes());
        if starts > due {
            assert_eq!(bench.next("2026-11-27 01:00"), starts);
            assert_eq!(
                bench.waits("2026-11-27 01:00"),
                [format!("{job}: starts are spread by `jitter`")]
            );
        }
    }
}

#[test]
fn what_failed_for_a_passing_reason_is_tried_again_with_pauses_as_often_as_it_may() {
    let mut bench = one();
    for (failures, pause) in [(1, 1), (2, 5)] {
        let last = &mut bench.of("production/a").last;
        *last = Some(handled("2026-11-27 01:00", failures, Outcome::Failed));
        let last = last.as_mut().unwrap();
        (last.failures, last.transient) = (failures, true);
        let before = format!("2026-11-27 01:{}:59", 9 + pause);
        let then = format!("2026-11-27 01:{}", 10 + pause);
        assert_eq!(bench.starts(&before), none());
        assert_eq!(bench.next(&before), moment(&then));
        assert_eq!(
            bench.starts(&then),
            [format!("production/a {}", failures + 1)]
        );
    }
    let last = bench.of("production/a").last.as_mut().unwrap();
    (last.attempt, last.failures) = (3, 3);
    assert_eq!(bench.starts("2026-11-27 05:00"), none());
}

#[test]
fn what_failed_for_good_is_not_tried_again() {
    let mut bench = one();
    let last = handled("2026-11-27 01:00", 1, Outcome::Failed);
    bench.of("production/a").last = Some(last);
    assert_eq!(bench.starts("2026-11-27 02:00"), none());
    assert_eq!(bench.left_out("2026-11-27 12:59"), none());
}

#[test]
fn an_interrupted_run_is_taken_up_at_once_until_its_deadline_however_often() {
    let mut bench = one();
    bench.of("production/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Interrupted));
    assert_eq!(bench.starts("2026-11-27 01:10"), ["production/a 2"]);
    // Later than `start_within`: it had started in time.
    assert_eq!(bench.starts("2026-11-27 12:59"), ["production/a 2"]);
    assert_eq!(bench.starts("2026-11-27 13:00"), none());
    assert_eq!(
        bench.left_out("2026-11-27 13:00"),
        ["production/a 27 01:00..27 01:00 (1) Failed"],
        "nobody else would say that the night was lost"
    );
    let last = bench.of("production/a").last.as_mut().unwrap();
    last.attempt = 7;
    assert_eq!(
        bench.starts("2026-11-27 01:10"),
        none(),
        "not in a tight loop"
    );
    assert_eq!(bench.starts("2026-11-27 01:25"), ["production/a 8"]);
}

#[test]
fn what_was_interrupted_may_still_fail_for_a_passing_reason_as_often_as_ever() {
    let mut bench = one();
    let mut last = handled("2026-11-27 01:00", 5, Outcome::Failed);
    (last.failures, last.transient) = (1, true);
    bench.of("production/a").last = Some(last);
    assert_eq!(bench.starts("2026-11-27 01:11"), ["production/a 6"]);
}

#[test]
fn an_old_due_time_is_not_taken_up_when_the_job_has_come_due_again() {
    let mut bench = Bench::new(vec![Rule {
        timetable: schedule("0 * * * *"),
        ..backup("production/a")
    }]);
    bench.of("production/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Interrupted));
    let decisions = bench.at("2026-11-27 02:00");
    let starts: Vec<_> = decisions.starts().flatten().collect();
    assert_eq!(
        (starts[0].due, starts[0].attempt),
        (moment("2026-11-27 02:00"), 1)
    );
    assert_eq!(starts.len(), 1);
}

#[test]
fn a_run_that_takes_longer_than_the_next_due_time_is_waited_for() {
    let mut bench = Bench::new(vec![Rule {
        timetable: schedule("0 * * * *"),
        start_within: minutes(30),
        ..backup("production/a")
    }]);
    let mut last = handled("2026-11-27 01:00", 1, Outcome::Succeeded);
    last.outcome = None;
    bench.of("production/a").last = Some(last);
    assert_eq!(
        bench.waits("2026-11-27 02:10"),
        ["production/a: a run of it is still at work"]
    );
    assert_eq!(
        bench.left_out("2026-11-27 02:30"),
        ["production/a 27 02:00..27 02:00 (1) Missed"]
    );
    assert_eq!(bench.starts("2026-11-27 02:10"), none());
}

#[test]
fn a_run_by_hand_keeps_the_schedule_waiting_and_counts_once_it_has_ended_well() {
    let mut bench = one();
    bench.of("production/a").running = true;
    assert_eq!(bench.starts("2026-11-27 01:00"), none());
    bench.of("production/a").running = false;
    assert_eq!(bench.starts("2026-11-27 01:20"), ["production/a 1"]);

    bench.of("production/a").succeeded = Some(moment("2026-11-27 01:00"));
    for now in ["2026-11-27 01:20", "2026-11-27 23:00"] {
        assert_eq!(bench.starts(now), none());
        assert_eq!(bench.left_out(now), none());
    }
    assert_eq!(bench.starts("2026-11-28 01:00"), ["production/a 1"]);
    assert_eq!(
        bench.left_out("2026-11-28 01:00"),
        none(),
        "it was not missed"
    );
}

#[test]
fn a_clock_that_goes_back_runs_nothing_twice_and_one_that_jumps_ahead_catches_up_once() {
    let mut bench = one();
    bench.of("production/a").last = Some(handled("2026-11-27 01:00", 1, Outcome::Succeeded));
    for now in [
        "2026-11-27 00:30",
        "2026-11-27 01:00",
        "2026-11-25 01:30",
        "2026-11-27 03:00",
    ] {
        assert_eq!(bench.starts(now), none(), "{now}");
        assert_eq!(bench.left_out(now), none(), "{now}");
    }
    assert_eq!(bench.starts("2026-12-24 02:00").len(), 1);
    assert_eq!(bench.left_out("2026-12-24 02:00").len(), 1);
}

#[test]
fn a_new_job_is_not_run_for_due_times_before_it_was_seen() {
    let mut bench = one();
    let facts = bench.of("production/a");
    facts.last = None;
    facts.first_seen = moment("2026-11-27 01:00:01");
    assert_eq!(bench.starts("2026-11-27 02:00"), none());
    assert_eq!(bench.left_out("2026-11-27 02:00"), none());
    bench.of("production/a").first_seen = moment("2026-11-27 01:00");
    assert_eq!(bench.starts("2026-11-27 02:00"), ["production/a 1"]);
    assert_eq!(bench.left_out("2026-11-27 02:00"), none());
}

#[test]
fn a_job_that_is_run_by_hand_never_starts() {
    let bench = Bench::new(vec![Rule {
        timetable: Timetable::new(Schedule::ByHand),
        ..backup("production/a")
    }]);
    let decisions = bench.at("2026-11-27 01:00");
    assert!(decisions.decisions.is_empty() && decisions.next.is_none());
}

#[test]
fn a_job_whose_records_cannot_be_read_waits() {
    let mut bench = one();
    bench.facts.clear();
    assert_eq!(
        bench.waits("2026-11-27 01:00"),
        ["production/a: its records cannot be read"]
    );
    assert_eq!(bench.next("2026-11-27 01:00"), moment("2026-11-28 01:00"));
}
