//! Due times across changes of the clocks.

use crate::calendar::Plan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;
use weir_scheduler::Timetable;

const ZONES: [&str; 6] = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Cairo",
];
const EVERY_DAY: [i8; 7] = [0, 1, 2, 3, 4, 5, 6];

/// Due times, walked forwards and backwards.
fn walked(plan: &Plan, first: Date, last: Date) -> (BTreeSet<Timestamp>, BTreeSet<Timestamp>) {
    let timetable = Timetable::new(plan.schedule());
    let start = first.at(0, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
    let end = last.at(0, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
    let mut forwards = BTreeSet::new();
    let mut moment = start;
    while let Some(due) = timetable.next(moment).filter(|due| *due < end) {
        assert!(forwards.insert(due), "{due} is told twice");
        assert_eq!(timetable.newest(due), Some(due), "{due} is due when it is");
        let just_before = due - 1.nanosecond();
        assert!(
            timetable.newest(just_before) < Some(due),
            "{due} is not due before"
        );
        moment = due;
    }
    let mut backwards = BTreeSet::new();
    let mut moment = end - 1.nanosecond();
    while let Some(due) = timetable.newest(moment).filter(|due| *due > start) {
        assert!(backwards.insert(due), "{due} is told twice");
        moment = due - 1.nanosecond();
    }
    (forwards, backwards)
}

#[test]
fn a_time_that_does_not_exist_is_due_at_the_jump_and_one_that_exists_twice_once() {
    for zone in ZONES {
        for hour in 0..4 {
            for minutes in [vec![0], vec![15, 30]] {
                for hours in [vec![hour], vec![hour, hour + 1]] {
                    let plan = Plan {
                        minutes: minutes.clone(),
                        hours,
                        days: EVERY_DAY.to_vec(),
                        zone,
                    };
                    is_as_worked_out(&plan);
                }
            }
        }
    }
}

#[test]
fn days_of_the_week_are_those_of_the_zone() {
    for zone in ZONES {
        is_as_worked_out(&Plan::at(23, 30, &[1, 2, 3, 4, 5], zone));
        is_as_worked_out(&Plan::at(1, 30, &[0], zone));
        is_as_worked_out(&Plan::at(0, 5, &[0, 4], zone));
    }
}

/// In the days around each change of the zone's clocks.
fn is_as_worked_out(plan: &Plan) {
    let zone = TimeZone::get(plan.zone).unwrap();
    let start = date(2026, 1, 5).in_tz("UTC").unwrap().timestamp();
    let mut changes: Vec<Date> = zone
        .following(start)
        .take_while(|change| change.timestamp().as_second() < start.as_second() + 360 * 86_400)
        .map(|change| change.timestamp().to_zoned(TimeZone::UTC).date())
        .collect();
    assert!(plan.zone == "UTC" || changes.len() == 2, "{changes:?}");
    changes.push(date(2026, 2, 27));
    for day in changes {
        is_as_worked_out_from(plan, day - 4.days(), day + 4.days());
    }
}

fn is_as_worked_out_from(plan: &Plan, first: Date, last: Date) {
    let start = first.at(0, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
    let end = last.at(0, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
    let expected: BTreeSet<_> = plan
        .due(first - 2.days(), last + 2.days())
        .into_iter()
        .filter(|due| *due > start && *due < end)
        .collect();
    let (forwards, backwards) = walked(plan, first, last);
    let differs = |walked: &BTreeSet<Timestamp>| {
        let all = expected.symmetric_difference(walked).take(4);
        all.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        differs(&forwards),
        Vec::<String>::new(),
        "forwards, {plan:?}"
    );
    assert_eq!(
        differs(&backwards),
        Vec::<String>::new(),
        "backwards, {plan:?}"
    );
}
