//! The restore tests as a table to calculate with.

use super::answer::Answer;
use super::asked::{Asked, Handled};
use crate::pages::restore_tests;
use crate::views::{DrillRow, Drills};
use std::fmt::Write as _;

const HEAD: &str = "environment,app,database,ended,by,run,backup,came_back,recovery_seconds,\
    recovery_seconds_objective,data_age_seconds,data_age_seconds_objective,rows";

/// A line for each test; one without a test for what was never tested.
pub(super) fn csv(asked: Asked) -> Handled {
    Box::pin(async move {
        let table = table(&asked.source().drills());
        Ok(Answer::File("text/csv; charset=utf-8", table.into_bytes()))
    })
}

fn table(drills: &Drills) -> String {
    let mut table = format!("{HEAD}\r\n");
    for line in drills.rows.iter().flat_map(lines) {
        let fields: Vec<String> = line.iter().map(|field| written(field)).collect();
        // Writing into a string cannot fail.
        let _ = write!(table, "{}\r\n", fields.join(","));
    }
    table
}

fn lines(row: &DrillRow) -> Vec<[String; 13]> {
    let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    let place = || [&row.environment, &row.app, &row.database].map(Clone::clone);
    let objectives = [row.recovery_time_objective, row.recovery_point_objective].map(number);
    let line = |tested: [String; 5], took: String, age: String, rows: String| {
        let [environment, app, database] = place();
        let [ended, by, run, backup, came_back] = tested;
        let [most, oldest] = objectives.clone();
        [
            environment,
            app,
            database,
            ended,
            by,
            run,
            backup,
            came_back,
            took,
            most,
            age,
            oldest,
            rows,
        ]
    };
    if row.last.is_none() {
        let nothing = String::new;
        return vec![line(Default::default(), nothing(), nothing(), nothing())];
    }
    let tests = restore_tests(row).map(|test| {
        let tested = [
            test.at.to_string(),
            test.by.clone(),
            test.run.clone(),
            test.backup.clone().unwrap_or_default(),
            if test.held { "yes" } else { "no" }.to_owned(),
        ];
        let took = test.recovery_seconds.to_string();
        line(
            tested,
            took,
            number(test.point_seconds),
            test.rows.to_string(),
        )
    });
    tests.collect()
}

/// A field, in quotes where it needs them. None is taken for a formula by what opens the table.
fn written(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = field.parse::<i64>().is_ok();
    let guard = if is_formula && !is_number { "'" } else { "" };
    if guard.is_empty() && !field.contains(['"', ',', '\n', '\r']) {
        return field.to_owned();
    }
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_tested_is_a_line_and_no_field_is_a_formula() {
        let row = DrillRow {
            environment: "production".to_owned(),
            app: "=1+1".to_owned(),
            database: "a \"b\", c".to_owned(),
            last: None,
            recovery_time_objective: Some(60),
            recovery_point_objective: None,
            met: None,
            history: Vec::new(),
        };
        let drills = Drills {
            at: jiff::Timestamp::UNIX_EPOCH,
            rows: vec![row],
            unreadable: Vec::new(),
        };
        let expected = format!("{HEAD}\r\nproduction,\"'=1+1\",\"a \"\"b\"\", c\",,,,,,,60,,,\r\n");
        assert_eq!(table(&drills), expected);
        assert_eq!(written("-5"), "-5");
    }
}
