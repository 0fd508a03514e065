//! Restore tests as a report to print.

use super::drills::met;
use super::frame::{Frame, Fresh, page};
use super::words::{age, length, moment};
use crate::views::{DrillPoint, DrillRow, Drills};
use maud::{Markup, html};

/// What was tested, against what, and what came of it.
#[must_use]
pub fn drill_report(drills: &Drills, frame: &Frame) -> Markup {
    let content = html! {
        h1 { "Restore tests" }
        p { "As of " (moment(drills.at)) " UTC" @if let Some(person) = &frame.person { ", printed by " (person) } "." }
        @for row in &drills.rows { (line(row)) }
    };
    page("Restore tests", Fresh::Still, &content, frame)
}

fn line(row: &DrillRow) -> Markup {
    html! {
        h2 { (row.environment) "/" (row.app) " " (row.database) ": " (met(row).1) }
        table {
            caption { "Tests, oldest first" }
            thead { tr { th scope="col" { "Ended" } th scope="col" { "By" } th scope="col" { "Result" } th scope="col" { "Recovery time" } th scope="col" { "Age of data" } th scope="col" { "Run" } } }
            tbody { @for point in row.history.iter().chain(&row.last) { (test(point)) } }
        }
    }
}

fn test(point: &DrillPoint) -> Markup {
    html! {
        tr {
            th scope="row" { (moment(point.at)) }
            td { (point.by) }
            td { @if point.held { "came back" } @else { "failed" } }
            td.number { (length(point.recovery_seconds)) }
            td.number { @if let Some(old) = point.point_seconds { (age(old)) } }
            td { code { (point.run) } }
        }
    }
}
