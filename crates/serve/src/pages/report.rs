//! Restore tests as a report to print and to keep.

use super::drills::{figures, met, place, tests};
use super::facts::fact;
use super::frame::{Frame, Fresh, page};
use super::marks::mark;
use super::words::{age, length, moment};
use crate::views::{DrillRow, Drills};
use jiff::Timestamp;
use maud::{Markup, html};

/// What was tested, against what, and what came of it.
#[must_use]
pub fn drill_report(drills: &Drills, frame: &Frame) -> Markup {
    let content = html! {
        div.report {
            h1 { "Restore tests" }
            p.screen { a href="/drills" { "Back to drills" } " · " a href="/drills/report.csv" { "As CSV" } " · to print, use the browser" }
            (scope(drills, frame))
            section aria-labelledby="results" {
                h2 id="results" { "Results" }
                (results(&drills.rows))
            }
            section aria-labelledby="evidence" {
                h2 id="evidence" { "Every test" }
                @for row in &drills.rows {
                    @if row.last.is_some() { h3 { (place(row)) } (figures(row)) }
                }
            }
            section aria-labelledby="method" {
                h2 id="method" { "How it is measured" }
                p { "A test restores a whole backup into a database of its own and compares the rows of every table with the signed manifest before it counts as come back. Restores of one environment from the backups of another, recoveries and scheduled drills are tested so." }
                p { "Recovery time is from the begin of the restore to the proven database. The age of the data (recovery point) is from the moment at which the data was true to the end of the test." }
                p { "Each test names its run. " code { "weir runs" } " and " code { "weir logs RUN" } " show the records it comes from." }
            }
        }
    };
    page("Restore tests", Fresh::Still, &content, frame)
}

/// The time it covers, and how many were tested.
fn scope(drills: &Drills, frame: &Frame) -> Markup {
    let times = || drills.rows.iter().flat_map(tests).map(|test| test.at);
    let tested = drills.rows.iter().filter(|row| row.last.is_some()).count();
    html! {
        dl.facts {
            (fact("Made", &html! { (moment(drills.at)) " UTC" }))
            @if let (Some(first), Some(last)) = (times().min(), times().max()) {
                (fact("Covers", &html! { (day(first)) " to " (day(last)) ", " (times().count()) " tests" }))
            }
            (fact("Databases", &html! { (tested) " tested of " (drills.rows.len()) }))
            @if let Some(person) = &frame.person { (fact("For", &html! { (person) })) }
        }
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn results(rows: &[DrillRow]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Results" {
            table {
                caption { "Each database against its objectives: the newest test, and the worst" }
                thead {
                    tr {
                        th scope="col" { "Database" }
                        th scope="col" { "Objectives" }
                        th.number scope="col" { "Tests" }
                        th.number scope="col" { "Came back" }
                        th.number scope="col" { "Recovery time" }
                        th.number scope="col" { "Worst" }
                        th.number scope="col" { "At most" }
                        th.number scope="col" { "Age of data" }
                        th.number scope="col" { "Worst" }
                        th.number scope="col" { "At most" }
                    }
                }
                tbody { @for row in rows { (result(row)) } }
            }
        }
    }
}

fn result(row: &DrillRow) -> Markup {
    let (tone, word) = met(row);
    let last = row.last.as_ref();
    let slowest = tests(row).map(|test| test.recovery_seconds).max();
    let oldest = tests(row).filter_map(|test| test.point_seconds).max();
    let shown = |value: Option<i64>, written: fn(i64) -> String| {
        value.map_or_else(|| "–".to_owned(), written)
    };
    html! {
        tr {
            th scope="row" { (place(row)) }
            td { (mark(tone, word)) }
            td.number { (tests(row).count()) }
            td.number { (tests(row).filter(|test| test.held).count()) }
            td.number { (shown(last.map(|test| test.recovery_seconds), length)) }
            td.number { (shown(slowest, length)) }
            td.number { (shown(row.recovery_time_objective, length)) }
            td.number { (shown(last.and_then(|test| test.point_seconds), age)) }
            td.number { (shown(oldest, age)) }
            td.number { (shown(row.recovery_point_objective, age)) }
        }
    }
}
