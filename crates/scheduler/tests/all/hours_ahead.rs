//! The timeline of the hours ahead, and what it warns of.

use crate::bench::{Bench, backup, handled, hold, minutes, moment, restore, schedule};
use jiff::Timestamp;
use weir_model::run::Outcome;
use weir_scheduler::{Clock, Durations, Rule, Timeline, Upstream, tonight};

/// The night of 27 November, seen in the evening before; every run takes half an hour.
fn night(bench: &Bench) -> Timeline {
    let durations: Durations = bench
        .rules
        .iter()
        .map(|rule| (rule.address.clone(), minutes(30)))
        .collect();
    let clock = Clock {
        now: moment("2026-11-26 18:00"),
        since: bench.since,
    };
    let to = moment("2026-11-27 12:00");
    tonight(
        &bench.rules,
        &bench.facts,
        bench.limits,
        &durations,
        clock,
        to,
    )
}

fn words(timeline: &Timeline) -> Vec<String> {
    let time = |at: Option<Timestamp>| {
        at.map_or("never".to_owned(), |at| at.strftime("%H:%M").to_string())
    };
    let entries = timeline.entries.iter();
    entries
        .map(|entry| {
            format!(
                "{} {} {}-{}",
                entry.job,
                time(Some(entry.due)),
                time(entry.starts),
                time(entry.ends)
            )
        })
        .collect()
}

fn warnings(timeline: &Timeline) -> Vec<String> {
    timeline.warnings.iter().map(ToString::to_string).collect()
}

fn stale() -> Upstream {
    Upstream::Stale {
        why: "the newest is here".to_owned(),
    }
}

#[test]
fn what_is_downstream_starts_when_upstream_has_ended() {
    let mut bench = Bench::new(vec![
        backup("production/a"),
        restore("staging/a", "production/a"),
    ]);
    bench.of("staging/a").upstream = stale();
    let timeline = night(&bench);
    assert_eq!(
        words(&timeline),
        [
            "production/a 01:00 01:00-01:30",
            "staging/a 01:00 01:30-02:00",
        ]
    );
    assert!(timeline.entries[1].waits_for[0].contains("production/a"));
    assert_eq!(
        warnings(&timeline),
        [
            "staging/a is due at 2026-11-27T01:00:00Z, before production/a is expected to end at 2026-11-27T01:30:00Z: it waits"
        ]
    );
}

#[test]
fn what_is_due_before_its_upstream_takes_what_is_a_round_old() {
    let mut bench = Bench::new(vec![
        Rule {
            timetable: schedule("24 3 * * *"),
            ..backup("production/a")
        },
        Rule {
            timetable: schedule("24 1 * * *"),
            ..restore("staging/a", "production/a")
        },
    ]);
    for job in ["production/a", "staging/a"] {
        bench.of(job).last = Some(handled("2026-11-26 03:24", 1, Outcome::Succeeded));
    }
    bench.of("staging/a").upstream = Upstream::Fresh;
    let timeline = night(&bench);
    assert_eq!(
        words(&timeline),
        [
            "staging/a 01:24 01:24-01:54",
            "production/a 03:24 03:24-03:54",
        ]
    );
    assert_eq!(
        warnings(&timeline),
        ["staging/a takes data that is 22h old: production/a is due 2h after it"]
    );
}

#[test]
fn jobs_that_want_one_server_at_one_time_overlap() {
    let on = |job: &str| Rule {
        servers: vec!["db-1".to_owned()],
        ..backup(job)
    };
    let timeline = night(&Bench::new(vec![on("production/a"), on("production/b")]));
    assert_eq!(
        words(&timeline),
        [
            "production/a 01:00 01:00-01:30",
            "production/b 01:00 01:30-02:00",
        ]
    );
    assert_eq!(
        warnings(&timeline),
        ["production/b waits for production/a, which works on db-1 then"]
    );
}

#[test]
fn what_cannot_be_fresh_is_told() {
    let downstream = Rule {
        wait: minutes(20),
        ..restore("staging/a", "production/a")
    };
    let mut bench = Bench::new(vec![backup("production/a"), downstream.clone()]);
    bench.of("staging/a").upstream = stale();
    let timeline = night(&bench);
    assert!(timeline.entries[1].left_out.is_some());
    let never = "staging/a can never have fresh data: production/a takes 30m, and `wait` is 20m";
    assert!(warnings(&timeline).contains(&never.to_owned()));
    let young = Rule {
        max_age: Some(minutes(60)),
        timetable: schedule("0 3 * * *"),
        ..downstream
    };
    let timeline = night(&Bench::new(vec![backup("production/a"), young]));
    let never = "staging/a can never have fresh data: the backup of production/a is 2h old by then, and `max_age` is 1h";
    assert!(
        warnings(&timeline).contains(&never.to_owned()),
        "{timeline:?}"
    );
}

#[test]
fn backups_that_go_before_the_next_come_and_runs_that_pass_their_deadline_are_told() {
    let timeline = night(&Bench::new(vec![Rule {
        keep: Some(minutes(12 * 60)),
        deadline: minutes(20),
        ..backup("production/a")
    }]));
    assert_eq!(
        warnings(&timeline),
        [
            "production/a, due at 2026-11-27T01:00:00Z, would end at 2026-11-27T01:30:00Z, after its deadline",
            "backups of production/a are kept for 12h, but come only every 24h",
        ]
    );
}

#[test]
fn holds_and_runs_at_work_are_part_of_the_night() {
    let mut bench = Bench::new(vec![backup("production/a"), backup("production/b")]);
    bench.of("production/a").holds = vec![hold(None, Some("2026-11-27 02:15"))];
    bench.of("production/b").running = true;
    let timeline = night(&bench);
    assert_eq!(
        words(&timeline),
        [
            "production/a 01:00 02:15-02:45",
            "production/b 01:00 01:00-01:30",
        ]
    );
    assert_eq!(
        timeline.entries[0].waits_for,
        ["held: alice, penetration test"]
    );
}
