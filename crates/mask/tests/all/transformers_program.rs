//! `program`: a program of the operator's, asked line by line.

use crate::support::{ColumnMask, catalog, key, mask, parse, table, text};
use std::path::Path;
use std::time::{Duration, Instant};
use weir_engine::{Field, Replacement};

/// A rule that runs a shell script, so that tests need nothing else.
fn rule(script: &str) -> String {
    let options = "mask: program, timeout: 1, command";
    format!("{{{options}: [/bin/sh, -c, {script:?}]}}")
}

const WELCOME: &str = "read hello; echo '{\"weir-program\": 1}';";

/// A script that answers each question with what `answer` prints.
fn answering(answer: &str) -> String {
    format!("{WELCOME} while read -r line; do {answer}; done")
}

/// Why a mask fails.
fn failure(mask: &dyn ColumnMask, value: &str) -> String {
    let error = mask.mask(Field::Text(value.as_bytes())).err().unwrap();
    let said = format!("{error:?}");
    assert!(!said.contains(value), "it shows the value");
    said
}

/// What is said when the program cannot begin.
fn unbound(rule: &str) -> String {
    let rules = format!("weir-rules: 1\ntables: {{t: {{columns: {{c: {rule}}}}}}}\n");
    let catalog = catalog(vec![table("t", &["c"])]);
    parse(&rules)
        .bind(&catalog, &key())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_program_answers_for_each_value() {
    let echo = mask(&rule(&answering("printf '%s\\n' \"$line\"")));
    for field in [
        Field::Text("Ä \"quoted\"\nline".as_bytes()),
        Field::Integer(-7),
        Field::Real(1.5),
        Field::Blob(&[0, 255]),
    ] {
        assert!(echo.mask(field).unwrap().as_field() == field);
    }
    let null = mask(&rule(&answering("echo '{\"value\": null}'")));
    assert!(null.mask(Field::Text(b"x")).unwrap() == Replacement::Null);
}

#[test]
fn null_and_nothing_are_not_asked_about() {
    let mask = mask(&rule(&answering("echo '{\"value\": \"x\"}'")));
    assert!(mask.mask(Field::Null).unwrap() == Replacement::Null);
    assert_eq!(text(&*mask, ""), "");
    assert_eq!(text(&*mask, "ada"), "x");
}

#[test]
fn what_is_known_is_not_asked_again() {
    let counting = "n=$((n+1)); echo \"{\\\"value\\\": \\\"$n\\\"}\"";
    let mask = mask(&rule(&answering(counting)));
    let answers = ["a", "b", "a", "c", "b"].map(|value| text(&*mask, value));
    assert_eq!(answers, ["1", "2", "1", "3", "2"]);
}

#[test]
fn a_program_hears_its_column_and_a_key_of_its_own() {
    let checking = format!(
        "{} while read -r line; do case \"$hello\" in \
         '{{\"weir-program\":1,\"table\":\"t\",\"column\":\"v\",\"key\":\"'????????????????????????????????????????????????????????????????'\"}}') \
         echo '{{\"value\": \"yes\"}}';; *) echo '{{\"value\": \"no\"}}';; esac; done",
        WELCOME.replace("read hello", "read -r hello")
    );
    assert_eq!(text(&*mask(&rule(&checking)), "ada"), "yes");
}

#[test]
fn a_program_sees_nothing_of_the_environment_but_a_few_names() {
    // Cargo sets it for tests, as somebody may set a secret for Weir.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let telling = answering("echo \"{\\\"value\\\": \\\"${CARGO_MANIFEST_DIR:-nothing}\\\"}\"");
    assert_eq!(text(&*mask(&rule(&telling)), "ada"), "nothing");
}

#[test]
fn a_program_that_fails_is_told_without_a_value() {
    for (answer, cause) in [
        ("exit 0", "it ended before its work was done"),
        ("echo nonsense", "not one JSON object"),
        ("echo '{}'", "it answered neither"),
        ("sleep 60", "it gave no answer in time"),
        ("head -c 17000000 /dev/zero", "more than 16 MiB"),
    ] {
        let mask = mask(&rule(&answering(answer)));
        let said = failure(&*mask, "ada@example.org");
        assert!(said.contains(cause), "{answer}: {said}");
        assert!(said.contains("t.v"), "{said}");
    }
}

#[test]
fn a_program_that_cannot_begin_is_refused_before_data_moves() {
    let missing = unbound("{mask: program, command: [/nowhere/mask]}");
    assert!(missing.contains("it cannot be started"), "{missing}");
    let silent = unbound(&rule("sleep 60"));
    assert!(silent.contains("it gave no answer in time"), "{silent}");
    let other = unbound(&rule("read hello; echo '{\"weir-program\": 2}'"));
    assert!(other.contains("its first answer is not"), "{other}");
}

#[test]
fn after_a_failure_nothing_more_is_asked() {
    let late = mask(&rule(&answering("sleep 2; echo \"$line\"")));
    let asked = Instant::now();
    for value in ["one@example.org", "two@example.org", "six@example.org"] {
        assert!(failure(&*late, value).contains("in time"));
    }
    assert!(asked.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_program_and_what_it_started_end_with_the_mask() {
    let script = format!(
        "sleep 600 & child=$!; {WELCOME} while read -r line; do echo \"{{\\\"value\\\": $child}}\"; done"
    );
    let mask = mask(&rule(&script));
    let Replacement::Integer(child) = mask.mask(Field::Text(b"x")).unwrap() else {
        panic!("a number was expected");
    };
    let process = format!("/proc/{child}/stat");
    // A process that was killed may wait for its parent to notice, but runs no more.
    let runs =
        || std::fs::read_to_string(Path::new(&process)).is_ok_and(|stat| !stat.contains(") Z "));
    assert!(runs());
    drop(mask);
    let deadline = Instant::now() + Duration::from_secs(10);
    while runs() {
        assert!(Instant::now() < deadline, "it is still there");
        std::thread::yield_now();
    }
}
