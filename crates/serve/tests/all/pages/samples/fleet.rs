//! Of the overview, the night and the holds.

use super::{ago, ahead, now};
use std::collections::BTreeMap;
use weir_serve::views::{
    Cell, CellState, EntryState, Exception, Hold, Holds, Overview, Progress, Question, Row,
    Tonight, TonightEntry, Unreadable, Verdict, Working,
};

const APPS: [&str; 12] = [
    "account",
    "asset-manager",
    "content-store",
    "email-alert",
    "imminence",
    "local-links",
    "mapit",
    "publishing",
    "search",
    "signon",
    "support-tickets",
    "whitehall",
];

fn progress() -> Progress {
    Progress {
        step: 3,
        steps: 7,
        name: "load rows into the shadow".to_owned(),
        unit: Some("bytes".to_owned()),
        done: 3_412_000_000,
        total: Some(9_100_000_000),
        rate: Some(48_000_000.0),
        seconds_left: Some(118),
        at: now(),
    }
}

pub(in super::super) fn overview(text: &str) -> Overview {
    Overview {
        at: ago(0),
        weir: "0.1.0".to_owned(),
        questions: questions(text),
        environments: ["production", "staging", "integration"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows(text),
        working: vec![
            Working {
                run: "20261127T021500Z-3".to_owned(),
                job: "staging/whitehall".to_owned(),
                since: ago(25),
                progress: Some(progress()),
                waits_for: None,
            },
            Working {
                run: "20261127T023900Z-4".to_owned(),
                job: "integration/search".to_owned(),
                since: ago(2),
                progress: None,
                waits_for: Some(format!(
                    "staging/search, whose backup is older than the one taken last ({text})"
                )),
            },
        ],
        unreadable: vec![Unreadable {
            environment: "integration".to_owned(),
            why: format!("no credentials for its store here: {text}"),
            as_of: None,
        }],
    }
}

fn question(id: &str, question: &str, facts: &[&str], exceptions: Vec<Exception>) -> Question {
    Question {
        id: id.to_owned(),
        question: question.to_owned(),
        verdict: exceptions
            .iter()
            .map(|one| one.verdict)
            .max()
            .unwrap_or(Verdict::Good),
        facts: facts.iter().map(|fact| (*fact).to_owned()).collect(),
        exceptions,
    }
}

fn exception(place: &str, step: &str, cause: String, verdict: Verdict) -> Exception {
    Exception {
        place: place.to_owned(),
        step: step.to_owned(),
        cause,
        serving: "data of 2026-11-26 01:00, 25 h 40 min old".to_owned(),
        command: format!("weir run {place}"),
        verdict,
    }
}

fn questions(text: &str) -> Vec<Question> {
    vec![
        question(
            "recoverable",
            "Can every source be recovered now?",
            &[
                "production/account: 14 whole backups, the newest 1 h 40 min old, restored by drill 2 d ago",
                "production/search: 7 whole backups, the newest 2 h old",
                "production/whitehall: 30 whole backups, the newest 1 h 55 min old",
            ],
            vec![],
        ),
        question(
            "broken",
            "Is an app broken by us?",
            &[],
            vec![exception(
                "staging/publishing",
                "restore",
                format!(
                    "the row count of editions is 812,114 and the manifest says 812,120: {text}"
                ),
                Verdict::Bad,
            )],
        ),
        question(
            "raw",
            "Is raw data where it must not be?",
            &["integration: all 12 databases sanitised"],
            vec![],
        ),
        question(
            "due",
            "Is the data there that was due?",
            &["31 of 33 jobs are done"],
            vec![
                exception(
                    "staging/mapit",
                    "backup",
                    "late by 40 min; waits for a lease".to_owned(),
                    Verdict::Notice,
                ),
                exception(
                    "integration",
                    "all",
                    "its records are not readable from here".to_owned(),
                    Verdict::Unknown,
                ),
            ],
        ),
        question(
            "running",
            "What is still running?",
            &["staging/whitehall: restore, 25 min"],
            vec![],
        ),
        question("odd", "What is odd?", &[], vec![]),
    ]
}

fn rows(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = APPS
        .iter()
        .enumerate()
        .map(|(number, app)| row(number, app))
        .collect();
    rows.push(row(3, text));
    rows
}

fn row(number: usize, app: &str) -> Row {
    let size = 400_000_000 * (number as u64 * 7 % 11 + 1);
    let state = |place: usize| match (number + place * 5) % 12 {
        3 => CellState::Failed,
        5 => CellState::Late,
        7 => CellState::Running,
        9 => CellState::Held,
        11 => CellState::NeverRan,
        _ => CellState::Well,
    };
    let cell = |place: usize| {
        let state = state(place);
        let ran = state != CellState::NeverRan;
        Cell {
            state,
            data: ran.then(|| ["raw", "raw", "sanitised"][place].to_owned()),
            age_seconds: ran.then(|| 6_000 + 9_000 * number as i64 + 7_200 * place as i64),
            objective_seconds: (place > 0).then_some(93_600),
            duration_seconds: ran.then(|| 140 + 61 * number as i64),
            bytes: ran.then_some(size),
            bytes_before: (0..8)
                .map(|day| size - size / 90 * (8 - day) + size / 70 * (day % 3))
                .collect(),
            rows: ran.then_some(size / 180),
            backups: ran.then_some(14),
            held: (state == CellState::Held)
                .then(|| "by bob until Friday 18:00: penetration test".to_owned()),
            next: Some(ahead(60 * 22 + number as i64 * 5)),
            run: ran.then(|| format!("20261127T0{place}{:02}00Z-{number}", number * 4)),
        }
    };
    let mut cells = BTreeMap::from([
        ("production".to_owned(), cell(0)),
        ("staging".to_owned(), cell(1)),
        ("integration".to_owned(), cell(2)),
    ]);
    if number == 6 {
        cells.remove("integration");
    }
    if number == 2 {
        cells.insert("integration".to_owned(), unknown());
    }
    Row {
        app: app.to_owned(),
        cells,
    }
}

fn unknown() -> Cell {
    Cell {
        state: CellState::Unknown,
        data: None,
        age_seconds: None,
        objective_seconds: None,
        duration_seconds: None,
        bytes: None,
        bytes_before: vec![],
        rows: None,
        backups: None,
        held: None,
        next: None,
        run: None,
    }
}

pub(in super::super) fn tonight(text: &str) -> Tonight {
    let entry = |number: usize, app: &str, environment: &str| {
        let due = ago(220 - 22 * number as i64);
        let starts = due + jiff::SignedDuration::from_mins(if number == 4 { 31 } else { 0 });
        let state = match number {
            0..=2 | 4..=6 => EntryState::Succeeded,
            3 => EntryState::Failed,
            7 => EntryState::LeftOut,
            8 => EntryState::Running,
            9 => EntryState::Waiting,
            _ => EntryState::Planned,
        };
        let why = match state {
            EntryState::Failed => Some(format!("the server went away: {text}")),
            EntryState::LeftOut => Some("held by bob until Friday".to_owned()),
            EntryState::Waiting => Some("for staging/whitehall".to_owned()),
            _ => None,
        };
        let takes = jiff::SignedDuration::from_mins(9 + (number as i64 * 7) % 40);
        TonightEntry {
            job: format!("{environment}/{app}"),
            environment: environment.to_owned(),
            app: app.to_owned(),
            due,
            starts,
            ends: (state != EntryState::LeftOut).then(|| starts + takes),
            state,
            why,
            run: (number < 9).then(|| format!("20261127T0{number}0000Z-1")),
            progress: (state == EntryState::Running).then(progress),
        }
    };
    let names = APPS.iter().chain([&text]).enumerate();
    Tonight {
        from: ago(300),
        to: ahead(420),
        at: ago(0),
        entries: names
            .map(|(number, app)| entry(number, app, ["production", "staging"][number % 2]))
            .collect(),
        warnings: vec![
            "integration/search is due before staging/search, its source: it can never be fresh"
                .to_owned(),
            format!("staging/mapit keeps backups for 1 d and is backed up every 2 d ({text})"),
        ],
        unreadable: overview(text).unreadable,
    }
}

pub(in super::super) fn holds(text: &str) -> Holds {
    Holds {
        at: now(),
        holds: vec![
            Hold {
                id: "20261126-1".to_owned(),
                place: "staging/signon".to_owned(),
                operation: Some("restore".to_owned()),
                owner: "bob".to_owned(),
                reason: format!("penetration test, ticket 4711: {text}"),
                from: ago(900),
                until: ahead(2_300),
            },
            Hold {
                id: "20261126-2".to_owned(),
                place: "integration".to_owned(),
                operation: None,
                owner: "carol".to_owned(),
                reason: "the cluster is moved".to_owned(),
                from: ago(90),
                until: ahead(5_000),
            },
        ],
        unreadable: vec![Unreadable {
            environment: "training".to_owned(),
            why: "its store does not answer".to_owned(),
            as_of: Some(ago(90)),
        }],
    }
}
