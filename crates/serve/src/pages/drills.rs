//! Restore tests against their objectives, over time.

use super::chart::{Series, series};
use super::frame::{Frame, Fresh, heading, page};
use super::links;
use super::marks::{Tone, mark};
use super::matrix::filter;
use super::words::{age, length, moment, when};
use crate::views::{DrillPoint, DrillRow, Drills};
use maud::{Markup, html};

/// How fast each app comes back, and with how old data.
#[must_use]
pub fn drills(drills: &Drills, frame: &Frame) -> Markup {
    let content = html! {
        (heading("Drills", Some(drills.at), frame))
        p {
            "Every restore is a restore test; what nothing restores is drilled. "
            a href="/drills/report" { "Report to print" } ", "
            a href="/drills/report.csv" { "the same as CSV" } "."
        }
        section aria-labelledby="objectives" {
            div.heading {
                h2 id="objectives" { "Against objectives" }
                (filter("drills", "Show apps that hold"))
            }
            div id="drills" data-live {
                @if drills.rows.is_empty() {
                    p { "No app is configured." }
                } @else {
                    (summary(&drills.rows, frame))
                }
            }
        }
        section aria-labelledby="over-time" {
            h2 id="over-time" { "Over time" }
            div id="drill-charts" data-live {
                @for (number, row) in drills.rows.iter().enumerate() {
                    @if row.last.is_some() { (over_time(number, row)) }
                }
            }
        }
    };
    page("Drills", Fresh::Slow, &content, frame)
}

/// Whether the objectives hold, in a word.
pub(super) fn met(row: &DrillRow) -> (Tone, &'static str) {
    match (&row.last, row.met) {
        (None, _) => (Tone::Notice, "never tested"),
        (Some(last), _) if !last.held => (Tone::Bad, "did not come back"),
        (_, Some(true)) => (Tone::Good, "met"),
        (_, Some(false)) => (Tone::Bad, "not met"),
        (_, None) => (Tone::Quiet, "no objective"),
    }
}

/// All tests of a row, oldest first.
pub(crate) fn tests(row: &DrillRow) -> impl Iterator<Item = &DrillPoint> {
    let newest = row.last.iter().filter(|last| {
        let known = row.history.last();
        known.is_none_or(|known| known.run != last.run || known.at != last.at)
    });
    row.history.iter().chain(newest)
}

/// `environment/app`, with the database where it has another name.
pub(super) fn place(row: &DrillRow) -> Markup {
    html! {
        (row.environment) "/" (row.app)
        @if row.database != row.app { " " span.database { (row.database) } }
    }
}

fn summary(rows: &[DrillRow], frame: &Frame) -> Markup {
    html! {
        table.cards {
            caption { "The newest test of each database" }
            thead {
                tr {
                    th scope="col" { "Database" }
                    th scope="col" { "Objectives" }
                    th.number scope="col" { "Recovery time" }
                    th.number scope="col" { "Age of data" }
                    th scope="col" { "Newest test" }
                }
            }
            tbody { @for row in rows { (line(row, frame)) } }
        }
    }
}

fn line(row: &DrillRow, frame: &Frame) -> Markup {
    let (tone, word) = met(row);
    let last = row.last.as_ref();
    html! {
        tr data-row {
            th scope="row" { (place(row)) }
            td { (mark(tone, word)) }
            td.number {
                span.label { "back in " }
                (against(last.map(|test| test.recovery_seconds), row.recovery_time_objective, length))
            }
            td.number {
                span.label { "data " }
                (against(last.and_then(|test| test.point_seconds), row.recovery_point_objective, age))
                span.label { " old" }
            }
            td {
                @match last {
                    Some(test) => {
                        a href=(links::run(&test.run)) { (test.by) } " " (when(test.at, frame.now))
                    }
                    None => span.faint { "none" },
                }
            }
        }
    }
}

/// A figure beside what it may be.
fn against(value: Option<i64>, most: Option<i64>, written: fn(i64) -> String) -> Markup {
    html! {
        @match value {
            Some(value) => (written(value)),
            None => "–",
        }
        @if let Some(most) = most { " " span.faint { "of " (written(most)) } }
    }
}

fn over_time(number: usize, row: &DrillRow) -> Markup {
    let (tone, word) = met(row);
    let times: Vec<_> = tests(row)
        .map(|test| (test.at, test.recovery_seconds, test.held))
        .collect();
    let ages: Vec<_> = tests(row)
        .filter_map(|test| Some((test.at, test.point_seconds?, test.held)))
        .collect();
    let id = |kind: &str| format!("drill-{number}-{kind}");
    html! {
        article.drill {
            h3 { span { (place(row)) } (mark(tone, word)) }
            div.charts {
                (series(&Series {
                    id: &id("time"),
                    title: &titled("Recovery time", &times, length),
                    told: &told(&times, row.recovery_time_objective, length),
                    points: &times,
                    objective: row.recovery_time_objective,
                    written: length,
                }))
                (series(&Series {
                    id: &id("point"),
                    title: &titled("Recovery point, the age of the data", &ages, age),
                    told: &told(&ages, row.recovery_point_objective, age),
                    points: &ages,
                    objective: row.recovery_point_objective,
                    written: age,
                }))
            }
            details id=(id("figures")) {
                summary { "Figures" span.hidden { " of " (place(row)) } }
                (figures(row))
            }
        }
    }
}

/// A chart's title, with its newest value.
fn titled(
    name: &str,
    points: &[(jiff::Timestamp, i64, bool)],
    written: fn(i64) -> String,
) -> String {
    points.last().map_or_else(
        || name.to_owned(),
        |(_, newest, _)| format!("{name}: {}", written(*newest)),
    )
}

/// What a chart shows, for those who do not see it.
fn told(
    points: &[(jiff::Timestamp, i64, bool)],
    most: Option<i64>,
    written: fn(i64) -> String,
) -> String {
    let lengths = || points.iter().map(|(_, seconds, _)| *seconds);
    let (Some(least), Some(longest)) = (lengths().min(), lengths().max()) else {
        return "No test.".to_owned();
    };
    let objective = most.map_or_else(
        || "no objective".to_owned(),
        |most| {
            let over = lengths().filter(|seconds| *seconds > most).count();
            format!("{over} over the objective of {}", written(most))
        },
    );
    let failed = points.iter().filter(|(_, _, held)| !held).count();
    format!(
        "{} tests from {} to {}, {objective}, {failed} did not come back.",
        points.len(),
        written(least),
        written(longest)
    )
}

/// Every test as a table, newest last.
pub(super) fn figures(row: &DrillRow) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label={ "Tests of " (row.environment) "/" (row.app) " " (row.database) } {
            table {
                caption { "Tests, oldest first" }
                thead {
                    tr {
                        th scope="col" { "Ended" }
                        th scope="col" { "Test" }
                        th scope="col" { "Result" }
                        th.number scope="col" { "Recovery time" }
                        th.number scope="col" { "Age of data" }
                        th.number scope="col" { "Rows proven" }
                        th scope="col" { "Backup" }
                        th scope="col" { "Run" }
                    }
                }
                tbody { @for test in tests(row) { (one(test)) } }
            }
        }
    }
}

fn one(test: &DrillPoint) -> Markup {
    html! {
        tr {
            th scope="row" { (moment(test.at)) }
            td { (test.by) }
            td { (if test.held { "came back" } else { "did not come back" }) }
            td.number { (length(test.recovery_seconds)) }
            td.number { (test.point_seconds.map_or_else(|| "–".to_owned(), age)) }
            td.number { (super::words::count(test.rows)) }
            td { @match &test.backup { Some(name) => (super::run::backup(name)), None => "–" } }
            td { a href=(links::run(&test.run)) { code { (test.run) } } }
        }
    }
}
