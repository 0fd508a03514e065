//! `program`: many values are asked about at once, when rows are shown ahead.

use crate::support::{catalog, key, parse, rows, table};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_engine::{Cancel, Context, Fate, Field, Replacement, RowMask, SilentObserver};
use weir_mask::BoundRules;
use weir_model::error::Kind;

/// A column's rule that runs a shell script, which answers as said once it has read `questions` lines.
fn program(questions: usize, answer: &str) -> String {
    let script = format!(
        "read hello; echo '{{\"weir-program\": 1}}'; while read -r l1; do n=1; all=$l1; \
         while [ $n -lt {questions} ]; do read -r l; n=$((n+1)); all=\"$all\n$l\"; done; {answer}; done"
    );
    format!("{{mask: program, timeout: 5, command: [/bin/sh, -c, {script:?}]}}")
}

/// Answers with what was asked, line by line.
const ECHO: &str = "printf \"$all\\n\"";

fn bound(rule: &str, of_rows: &str) -> BoundRules {
    let text =
        format!("weir-rules: 1\ntables: {{t: {{{of_rows}columns: {{id: keep, v: {rule}}}}}}}\n");
    let catalog = catalog(vec![table("t", &["id INTEGER", "v TEXT"])]);
    parse(&text)
        .bind(&catalog, &key())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

type Row<'a> = (i64, &'a str);

fn hand(mask: &dyn RowMask, (id, value): Row<'_>) -> (Fate, Replacement) {
    let mut masked = vec![Replacement::Null; 2];
    let row = [Field::Integer(id), Field::Text(value.as_bytes())];
    let fate = mask.mask(&row, &mut masked).unwrap();
    (fate, masked.swap_remove(1))
}

/// Shows the rows ahead, then masks them.
fn texts(bound: &BoundRules, all: &[Row<'_>]) -> Vec<String> {
    let mask = rows(bound, "t");
    let ahead = mask.ahead().unwrap();
    for row in all {
        let (fate, masked) = hand(&*ahead, *row);
        assert!(fate == Fate::Dropped && masked == Replacement::Null);
    }
    let masked = all.iter().filter_map(|row| match hand(&*mask, *row) {
        (Fate::Kept, Replacement::Text(text)) => Some(text),
        (Fate::Kept, _) => panic!("text was expected"),
        (Fate::Dropped, _) => None,
    });
    masked.collect()
}

#[test]
fn values_seen_ahead_are_asked_about_together_and_each_once() {
    // The script answers only when it has all three.
    let bound = bound(&program(3, ECHO), "");
    let all = [(1, "ada"), (2, "bea"), (3, "ada"), (4, ""), (5, "cyd")];
    assert_eq!(texts(&bound, &all), ["ada", "bea", "ada", "", "cyd"]);
    let mark = weir_engine::Masker::mark(&bound);
    assert_eq!((mark.values, mark.rows_left_out), (5, 0));
}

#[test]
fn rows_that_do_not_arrive_are_not_asked_about() {
    let bound = bound(&program(2, ECHO), "rows: {drop: \"id = 2\"}, ");
    let all = [(1, "ada"), (2, "bea"), (3, "cyd")];
    assert_eq!(texts(&bound, &all), ["ada", "cyd"]);
}

#[test]
fn a_batch_is_bounded() {
    // It is asked while rows are still shown, so that nobody waits for the thousandth question.
    let last = "i=0; while [ $i -lt 1000 ]; do echo '{\"value\": \"x\"}'; i=$((i+1)); done";
    let bound = bound(&program(1_000, last), "");
    let values: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let all: Vec<Row<'_>> = values.iter().map(|value| (1, value.as_str())).collect();
    let mask = rows(&bound, "t");
    let ahead = mask.ahead().unwrap();
    for row in &all {
        hand(&*ahead, *row);
    }
    assert!(hand(&*mask, all[0]).1 == Replacement::Text("x".to_owned()));
    // Bytes count too, and what was asked is known.
    let one = format!("{{mask: program, command: [/bin/sh, -c, {:?}]}}", {
        "read hello; echo '{\"weir-program\": 1}'; while read -r l; do printf '%s\\n' \"$l\"; done"
    });
    let bound = self::bound(&one, "");
    let long: Vec<String> = (0..40)
        .map(|number| format!("{number}{}", "x".repeat(10_000)))
        .collect();
    let all: Vec<Row<'_>> = long.iter().map(|value| (1, value.as_str())).collect();
    assert_eq!(texts(&bound, &all), long);
}

#[test]
fn programs_inside_conditions_documents_and_arrays_look_ahead() {
    let when = format!("[{{when: \"id = 1\", {}, keep]", &program(2, ECHO)[1..]);
    let all = [(1, "ada"), (2, "bea"), (1, "cyd")];
    assert_eq!(texts(&bound(&when, ""), &all), ["ada", "bea", "cyd"]);
    let json = format!(
        "{{json: {{\"$.kept.b\": keep, \"$.kept\": {}, \"*\": redact}}}}",
        program(2, ECHO)
    );
    let all = [
        (1, r#"{"kept": {"a": "ada", "b": "bob"}, "other": "x"}"#),
        (2, r#"{"kept": {"a": "bea"}}"#),
    ];
    let expected = [
        r#"{"kept": {"a": "ada", "b": "bob"}, "other": "[redacted]"}"#,
        r#"{"kept": {"a": "bea"}}"#,
    ];
    assert_eq!(texts(&bound(&json, ""), &all), expected);
    let each = format!("{{each: {}}}", program(3, ECHO));
    let all = [(1, r#"["ada", "bea"]"#), (2, r#"["cyd"]"#)];
    assert_eq!(texts(&bound(&each, ""), &all), [all[0].1, all[1].1]);
}

#[test]
fn rules_without_a_program_look_at_nothing_ahead() {
    for rule in [
        "email",
        "keep",
        "[{when: \"id = 1\", mask: redact}, keep]",
        "{json: {\"*\": redact}}",
    ] {
        assert!(rows(&bound(rule, ""), "t").ahead().is_none(), "{rule}");
    }
}

#[test]
fn a_program_that_answers_more_than_it_was_asked_is_stopped() {
    let bound = bound(&program(1, "printf \"$all\\n$all\\n\""), "");
    let mask = rows(&bound, "t");
    let hand = |value: &str| {
        let row = [Field::Integer(1), Field::Text(value.as_bytes())];
        mask.mask(&row, &mut vec![Replacement::Null; 2])
    };
    // When the second line comes is up to the program; it never becomes a value's answer for long.
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut number = 0;
    let error = loop {
        number += 1;
        if let Err(error) = hand(&number.to_string()) {
            break error;
        }
        assert!(Instant::now() < deadline, "it is never noticed");
    };
    assert!(
        error.to_string().contains("more than it was asked"),
        "{error}"
    );
}

/// The workers fill one batch together, and all of them see that it is full.
#[test]
fn many_workers_ask_about_full_batches_together() {
    let bound = bound(&program(1, ECHO), "");
    let rounds = 400_000_i64;
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let mask = rows(&bound, "t");
            scope.spawn(move || {
                let ahead = mask.ahead().unwrap();
                for round in 0..rounds / 4 {
                    let number = (round * 4 + worker).to_string();
                    hand(&*ahead, (round, &number));
                }
            });
        }
    });
}

#[test]
fn who_waits_for_a_program_stops_with_the_run() {
    let cancel = Cancel::default();
    let bound = bound(&program(2, ECHO).replace("timeout: 5", "timeout: 3600"), "");
    bound.begin(Context::new(Arc::new(SilentObserver)).with_cancel(cancel.clone()));
    let mask = rows(&bound, "t");
    let waiting = std::thread::spawn(move || {
        let row = [Field::Integer(1), Field::Text(b"ada")];
        mask.mask(&row, &mut vec![Replacement::Null; 2]).map(|_| ())
    });
    cancel.cancel();
    let error = waiting.join().unwrap().unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted, "{error}");
}
