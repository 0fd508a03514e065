//! Restore tests against their objectives, over time.

use super::frame::{Frame, Fresh, heading, page};
use super::links;
use super::marks::{Tone, mark};
use super::words::{age, length, when};
use crate::views::{DrillRow, Drills};
use maud::{Markup, html};

/// How fast each app comes back, and with how old data.
#[must_use]
pub fn drills(drills: &Drills, frame: &Frame) -> Markup {
    let content = html! {
        (heading("Drills", Some(drills.at), frame))
        p.lead {
            "Every restore is a restore test; apps that nothing restores are drilled. "
            a href="/drills/report" { "Report to print" } ", "
            a href="/drills/report.csv" { "as CSV" } "."
        }
        div id="drills" data-live {
            @if drills.rows.is_empty() { p { "No app is configured." } }
            @for row in &drills.rows { (line(row, frame)) }
        }
    };
    page("Drills", Fresh::Slow, &content, frame)
}

/// Whether the objectives hold, in a word.
pub(super) fn met(row: &DrillRow) -> (Tone, &'static str) {
    match (row.met, &row.last) {
        (_, None) => (Tone::Notice, "never tested"),
        (Some(true), _) => (Tone::Good, "met"),
        (Some(false), _) => (Tone::Bad, "not met"),
        (None, Some(last)) if last.held => (Tone::Quiet, "no objective"),
        (None, Some(_)) => (Tone::Bad, "did not come back"),
    }
}

fn line(row: &DrillRow, frame: &Frame) -> Markup {
    let (tone, word) = met(row);
    html! {
        article.drill {
            h2 {
                (row.environment) "/" (row.app)
                @if row.database != row.app { " " span.database { (row.database) } }
                " " (mark(tone, word))
            }
            @if let Some(last) = &row.last {
                p {
                    "Last: " (last.by) " " (when(last.at, frame.now)) ", back in " (length(last.recovery_seconds))
                    @if let Some(most) = row.recovery_time_objective { " of " (length(most)) }
                    @if let Some(old) = last.point_seconds { ", with data " (age(old)) " old" }
                    @if let Some(most) = row.recovery_point_objective { " of " (age(most)) }
                    ". " a href=(links::run(&last.run)) { "Run" }
                }
            }
        }
    }
}
