//! Of runs.

use super::{ago, now};
use weir_serve::views::{
    Failure, LogLevel, LogLine, Outcome, Progress, Run, RunList, RunRow, Step, Table,
};

pub(in super::super) fn runs(text: &str) -> RunList {
    let row = |number: i64, outcome: Option<Outcome>| RunRow {
        run: format!("20261127T0{}1500Z-{number}", 9 - number),
        verb: if number % 3 == 2 { "backup" } else { "run" }.to_owned(),
        job: "staging/whitehall".to_owned(),
        began: ago(25 + 1_440 * number),
        seconds: 1_500 - 40 * number,
        outcome,
        failure: (outcome == Some(Outcome::Failed))
            .then(|| format!("restore: the server closed the connection: {text}")),
        unreadable: (number == 5).then(|| "its last record is not whole".to_owned()),
    };
    RunList {
        runs: vec![
            row(0, None),
            row(1, Some(Outcome::Succeeded)),
            row(2, Some(Outcome::Succeeded)),
            row(3, Some(Outcome::Failed)),
            row(4, Some(Outcome::Interrupted)),
            row(5, Some(Outcome::Skipped)),
            row(6, Some(Outcome::Succeeded)),
        ],
        next: Some("20261120T021500Z-1".to_owned()),
    }
}

fn run(text: &str) -> Run {
    Run {
        run: "20261127T021500Z-3".to_owned(),
        verb: "run".to_owned(),
        environment: "staging".to_owned(),
        app: "whitehall".to_owned(),
        job: "staging/whitehall".to_owned(),
        began: ago(25),
        ended: None,
        due: Some(ago(25)),
        attempt: 2,
        process: "process 4711 on sync-1".to_owned(),
        requested_by: Some(format!("alice {text}")),
        continues: Some("20261127T011500Z-9".to_owned()),
        weir: "0.1.0".to_owned(),
        outcome: None,
        failure: None,
        progress: None,
        steps: vec![step(1, "restore", None), step(2, "backup", None)],
        log: log(text, 0),
    }
}

pub(in super::super) fn run_at_work(text: &str, lines: usize) -> Run {
    Run {
        progress: Some(Progress {
            step: 3,
            steps: 7,
            name: "load rows into the shadow".to_owned(),
            unit: Some("rows".to_owned()),
            done: 14_200_000,
            total: Some(31_000_000),
            rate: Some(91_000.0),
            seconds_left: Some(185),
            at: now(),
        }),
        log: log(text, lines),
        ..run(text)
    }
}

pub(in super::super) fn run_failed(text: &str) -> Run {
    let failure = Failure {
        kind: "verify".to_owned(),
        doing: "prove the copy of publishing".to_owned(),
        cause: format!("table editions holds 812,114 rows, the manifest says 812,120: {text}"),
        hint: Some(
            "the live database is untouched; run it again, or look at what writes to the shadow"
                .to_owned(),
        ),
    };
    Run {
        run: "20261127T011500Z-9".to_owned(),
        ended: Some(ago(12)),
        outcome: Some(Outcome::Failed),
        steps: vec![
            step(1, "backup", None),
            step(2, "restore", Some(failure.clone())),
        ],
        failure: Some(failure),
        continues: None,
        ..run(text)
    }
}

fn step(number: u32, operation: &str, failure: Option<Failure>) -> Step {
    let table = |name: &str, rows: u64, milliseconds: Option<u64>| Table {
        name: name.to_owned(),
        rows,
        milliseconds,
        rows_per_second: milliseconds.map(|took| rows as f64 * 1000.0 / took as f64),
    };
    Step {
        number,
        operation: operation.to_owned(),
        database: "whitehall".to_owned(),
        began: ago(25),
        ended: ago(14),
        outcome: if failure.is_some() {
            Outcome::Failed
        } else {
            Outcome::Succeeded
        },
        backup: Some("production:whitehall-db/20261127T010000Z-7f".to_owned()),
        data_as_of: Some(ago(101)),
        data: Some("sanitised".to_owned()),
        bytes: 9_120_034_112,
        rows: 31_022_411,
        bytes_per_second: Some(13_818_233.5),
        rows_per_second: Some(47_003.7),
        token: (operation == "restore").then_some(412),
        done_by: None,
        failure,
        tables: vec![
            table("editions", 12_400_120, Some(200_000)),
            table("edition_translations", 9_800_411, Some(90_500)),
            table("versions", 8_800_000, None),
            table("links", 21_880, Some(40)),
        ],
    }
}

fn log(text: &str, more: usize) -> Vec<LogLine> {
    let line = |number: usize, level: LogLevel, text: String| LogLine {
        at: ago(24) + jiff::SignedDuration::from_secs(number as i64 * 9),
        level,
        text,
    };
    let mut lines = vec![
        line(
            0,
            LogLevel::Step,
            "1 of 7: find the newest whole backup of production/whitehall".to_owned(),
        ),
        line(
            1,
            LogLevel::Note,
            "production:whitehall-db/20261127T010000Z-7f, made 1 h 40 min ago, signed by prod-2026"
                .to_owned(),
        ),
        line(
            2,
            LogLevel::Step,
            "2 of 7: open a shadow beside the live database".to_owned(),
        ),
        line(
            3,
            LogLevel::Warning,
            format!("table sessions has no primary key and is compared as a whole: {text}"),
        ),
        line(
            4,
            LogLevel::Step,
            "3 of 7: load rows into the shadow".to_owned(),
        ),
    ];
    lines.extend((0..more).map(|number| {
        line(
            5 + number,
            LogLevel::Note,
            format!("{} of 212 parts loaded", number + 1),
        )
    }));
    lines
}
